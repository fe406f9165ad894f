# ---- compose: apply

# Tags what runs now, so that nothing takes an image away that the way back
# needs. The tag names the live release and goes with it.
tag_running() {
  [ -n "$live" ] || return 0
  cut -f 3,8 "$facts/found" | sort -u | while IFS=$TAB read -r service image; do
    is_own "$service" || continue
    docker_cli tag "$image" "$(tag_of "$service")" || exit 1
  done >>"$work/output" 2>&1
}

tag_of() {
  printf '%s%.16s.%s' "$(image_prefix)" "${previous:-$live}" "$1"
}

# One engine may serve several runtime roots, with modules of the same name.
image_prefix() {
  printf 'apply-gates/%s-images:%.8s.' "$r_runtime" \
    "$(printf %s "$base" | sha256sum)"
}

is_own() {
  [ -n "$1" ] || return 1
  [ -n "$r_services" ] || return 0
  for token in $r_services; do
    decode_word "$token"
    [ "$word" != "$1" ] || return 0
  done
  return 1
}

# Sets list to words, one a line.
decode_list() {
  list=$(for token in $1; do
    decode_word "$token"
    printf '%s\n' "$word"
  done)
}

# Images come before anything changes; later nothing is pulled or built.
pull_images() {
  [ -n "$r_pull" ] || return 0
  update_record pulling
  decode_list "$r_pull"
  compose_limit=$r_pull_timeout
  # shellcheck disable=SC2086 # names of services
  on_model "$facts/whole" pull --quiet --policy always $list >>"$work/output" 2>&1
}

# Stops and takes away containers, never their volumes. Reads ids. Stopping may
# take as long as a service says.
remove_containers() {
  docker_limit=$r_timeout
  while IFS= read -r id; do
    docker_cli stop "$id" && docker_cli rm "$id" || exit 1
  done 2>>"$work/output" >/dev/null
}

remove_services() {
  decode_list "$r_remove"
  [ -n "$list" ] || return 0
  printf '%s\n' "$list" >"$facts/to-remove"
  awk -F '\t' -v names="$facts/to-remove" '
    BEGIN { while ((getline line < names) > 0) named[line] = 1 }
    $3 in named { print $1 }
  ' "$facts/found" | remove_containers
}

# Notes what each container of ours was made with, for the next plan. Those
# that were there before are as they were; what is not known of them stays so.
note_mounted() {
  read_containers "$facts/after" || return 1
  awk -F '\t' -v contents="$1" -v before="$facts/mounted" -v tree="$2" \
    -v found="$facts/found" -v adopted="$facts/adopted" '
    BEGIN {
      while ((getline line < found) > 0) { split(line, c, "\t"); old[c[1]] = 1 }
      while ((getline line < adopted) > 0) delete old[line]
      while ((getline line < contents) > 0) wanted[substr(line, 67)] = substr(line, 1, 64)
      while ((getline line < before) > 0) { split(line, c, "\t"); noted[c[1]] = line }
    }
    $3 == "" { next }
    $1 in noted { print noted[$1]; next }
    $1 in old { if ($3 in wanted) next }
    { print $1 "\t" $3 "\t" ($3 in wanted ? wanted[$3] : "-") "\t" tree }
  ' "$facts/after" >"$base/mounted.next" &&
    mv -f "$base/mounted.next" "$base/mounted"
}

# One `up` for all where one of them waits for another, so that compose keeps
# their order; else only those are made anew that have to be.
bring_up_planned() {
  decode_list "$r_recreate"
  anew=$list
  decode_list "$r_up"
  if [ -n "$anew" ] && [ -n "$list" ] && are_linked "$anew" "$list"; then
    anew="$anew $list"
    list=
  fi
  # shellcheck disable=SC2086 # names of services
  [ -z "$anew" ] || bring_up "$facts/whole" --force-recreate $anew || return 1
  # shellcheck disable=SC2086 # names of services
  [ -z "$list" ] || bring_up "$facts/whole" $list
}

# True if a service of one list depends on one of the other.
are_linked() {
  printf '%s\n' "$1" >"$facts/ones"
  printf '%s\n' "$2" >"$facts/others"
  awk -F '\t' -v ones="$facts/ones" -v others="$facts/others" '
    BEGIN {
      while ((getline line < ones) > 0) side[line] = 1
      while ((getline line < others) > 0) side[line] = 2
    }
    {
      split(substr($1, 2, length($1) - 2), k, ",")
      if (k[3] != "\"depends_on\"") next
      gsub(/"/, "", k[2])
      gsub(/"/, "", k[4])
      if (side[k[2]] + side[k[4]] == 3) linked = 1
    }
    END { exit !linked }
  ' "$facts/new.model"
}

store_model() {
  cp "$facts/new.model" "$facts/new.shown" && hide_values "$facts/new.shown"
  (umask 077 && cp "$facts/whole" "$base/model.json.next" &&
    cp "$facts/new.shown" "$base/model.shown.next") &&
    to_disk "$base/model.json.next" &&
    mv -f "$base/model.shown.next" "$base/model.shown" &&
    mv -f "$base/model.json.next" "$base/model.json"
}

# The host is held to the plan: the same facts, or nothing is done.
check_facts() {
  set_compose_places
  find_directory
  look "$work/content/release"
  [ "$config_status" -ne 0 ] || [ "$facts_sum" != "$r_expect_output" ] || return 0
  cat "$facts/stderr" >"$work/output" 2>/dev/null
  failure="the project is not as it was when the plan was made"
  finish plan_changed
}

apply_compose() {
  pull_images || {
    failure="an image could not be pulled"
    finish pull_failed
  }
  tag_running || {
    failure="an image that runs could not be tagged"
    give_back
  }
  update_record flipping && take_over_files && install_release &&
    flip_to "$r_tree" && take_over_folder || give_back
  update_record applying
  find_env_files "$base/current"
  returncode=0
  remove_services || returncode=1
  [ "$returncode" -ne 0 ] || bring_up_planned
  note_mounted "$facts/content-sums" "$r_tree"
  if [ "$returncode" -ne 0 ]; then
    failure="docker compose up exited $returncode"
  else
    update_record checking
    watch_from_here "$facts/wanted"
    if check_health; then
      store_model
      prune_releases
      finish applied
    fi
    failure="it did not become healthy"
    tell_failure
  fi
  undo_compose
}

# The way back: the release and the model before, with the images that ran.
undo_compose() {
  [ "$r_stateful" != true ] || finish failed
  if [ -z "$previous" ] || [ ! -s "$base/model.json" ]; then
    undo_first_compose
  fi
  [ -d "$base/releases/$previous" ] && [ -s "$base/releases/$previous.command" ] ||
    finish failed
  update_record rolling-back
  list_touched
  forget_request
  read_request <"$base/releases/$previous.command"
  r_root=${base%/*}
  directory=
  [ "$r_driver" = compose ] || finish failed
  find_absent
  if [ -n "$absent" ]; then
    failure="$failure; the release before it needs what is gone from $base/shared: $(printf %s "$absent" | tr '\n' ',')"
    finish failed
  fi
  flip_to "$previous" || finish failed
  set_compose_places
  find_env_files "$base/current"
  pin_images
  # What the failed release added has no place in the one before.
  awk -F '\t' -v known="$facts/previous.own" '
    BEGIN { while ((getline line < known) > 0) mine[line] = 1 }
    !($2 in mine) { print $1 }
  ' "$facts/touched" | remove_containers
  back=$(cut -f 2 "$facts/touched" "$facts/gone" | sort -u | while IFS= read -r service; do
    grep -qx -- "$service" "$facts/previous.own" && printf '%s\n' "$service"
  done)
  returncode_failed=$returncode
  if [ -n "$back" ]; then
    # shellcheck disable=SC2086 # names of services
    bring_up "$facts/pinned" --force-recreate $back || {
      returncode=$returncode_failed
      failure="$failure; the release before it did not come back"
      finish failed
    }
  fi
  returncode=$returncode_failed
  note_mounted "$facts/content-sums-before" "$previous"
  note_wanted "$facts/previous.model" "$facts/wanted-before"
  watch_from_here "$facts/wanted-before"
  check_health && finish rolled_back
  tell_failure
  failure="$failure; the release before it did not come back"
  finish failed
}

# Containers of ours that are there now and were not, or run no longer, and the
# services of those that were there and are gone.
list_touched() {
  read_containers "$facts/after" || :
  awk -F '\t' -v before="$facts/found" -v touched="$facts/touched" -v gone="$facts/gone" '
    BEGIN {
      while ((getline line < before) > 0) { split(line, c, "\t"); state[c[1]] = c[6]; service[c[1]] = c[3]; started[c[1]] = c[12] }
      printf "" > touched
      printf "" > gone
    }
    { here[$1] = 1 }
    $3 != "" && (!($1 in state) || $6 != state[$1] || $12 != started[$1]) { print $1 "\t" $3 > touched }
    END { for (id in state) if (!(id in here)) print "-\t" service[id] > gone }
  ' "$facts/after"
  # So does what is left in the container of one that was made anew.
  awk -F '\t' "$LOST" "$facts/after" | while IFS= read -r id; do
    grep -q "^$id$TAB" "$facts/touched" || awk -F '\t' -v id="$id" \
      '$1 == id && $3 != "" { print $1 "\t" $3 }' "$facts/after" >>"$facts/touched"
  done
  # In a project of several modules only ours count.
  {
    cut -f 1 "$facts/wanted"
    decode_list "$r_remove"
    printf '%s\n' "$list"
  } >"$facts/ours"
  for which in touched gone; do
    awk -F '\t' -v names="$facts/ours" '
      BEGIN { while ((getline line < names) > 0) named[line] = 1 }
      $2 in named
    ' "$facts/$which" >"$facts/$which.own"
    mv -f "$facts/$which.own" "$facts/$which"
  done
  awk -F '\t' -v mounted="$facts/mounted" '
    BEGIN { while ((getline line < mounted) > 0) { split(line, c, "\t"); if (c[3] != "-") print c[3] "  " c[2] } exit }
  ' | sort -u >"$facts/content-sums-before"
}

# The stored model, with each service on the image that ran.
pin_images() {
  note_wanted "$facts/previous.model" "$facts/wanted-before"
  cut -f 1 "$facts/wanted-before" >"$facts/previous.own"
  cut -f 3,8 "$facts/found" | sort -u >"$facts/ran"
  awk -v ran="$facts/ran" -v prefix="$(image_prefix)" -v tree="$previous" '
    BEGIN { while ((getline line < ran) > 0) { split(line, c, "\t"); had[c[1]] = 1 } }
    /^  "[a-z]+": [{]$/ { top = $1 }
    /^    "/ { split($0, k, "\""); service = k[2] }
    /^      "image": / && top == "\"services\":" && (service in had) {
      comma = /,$/ ? "," : ""
      printf "      \"image\": \"%s%s.%s\"%s\n", prefix, substr(tree, 1, 16), service, comma
      next
    }
    { print }
  ' "$base/model.json" >"$facts/pinned"
}

undo_first_compose() {
  update_record rolling-back
  list_touched
  awk -F '\t' -v before="$facts/found" '
    BEGIN { while ((getline line < before) > 0) { split(line, c, "\t"); was[c[1]] = 1 } }
    !($1 in was) { print $1 }
  ' "$facts/touched" | remove_containers
  if awk -F '\t' -v names="$facts/ours" '
    BEGIN { while ((getline line < names) > 0) named[line] = 1 }
    $3 in named { found = 1 }
    END { exit !found }
  ' "$facts/found"; then
    failure="$failure; what ran before was not applied from here, so there is no way back to it"
  else
    failure="$failure; what it had started was stopped"
    rm -f "$base/current"
    live=
  fi
  finish failed
}

# Forgets images that were kept for releases that are gone.
prune_images() {
  prefix=$(image_prefix)
  docker_cli image ls --format '{{.Repository}}:{{.Tag}}' \
    "apply-gates/$r_runtime-images" 2>/dev/null |
    while IFS= read -r name; do
      tree=${name#"$prefix"}
      [ "$tree" != "$name" ] || continue
      for kept in "$base/releases/${tree%%.*}"*; do
        [ -d "$kept" ] && continue 2
      done
      docker_cli image rm "$name"
    done >/dev/null 2>&1
}
