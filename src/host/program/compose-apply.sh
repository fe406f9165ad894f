# ---- compose: apply

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

# Stops what is to be removed, and frees its name. It is taken away only when
# the rest is healthy: its anonymous volumes go with it, and the way back needs
# them.
stop_removed() {
  decode_list "$r_remove"
  printf '%s\n' "$list" >"$facts/to-remove"
  awk -F '\t' -v names="$facts/to-remove" '
    BEGIN { while ((getline line < names) > 0) named[line] = 1 }
    ($3 in named) && $3 != "" { print $1 "\t" $2 }
  ' "$facts/found" >"$facts/removed"
  docker_limit=$r_timeout
  while IFS=$TAB read -r id name; do
    docker_cli stop "$id" || return 1
    case $name in
    *"$REMOVED") ;;
    *) docker_cli rename "$id" "${name#/}$REMOVED" || return 1 ;;
    esac
  done <"$facts/removed" 2>>"$work/output" >/dev/null
  docker_limit=
}

# Notes what each container of ours was made with, for the next plan. Those
# that were there before are as they were; what is not known of them stays so.
note_mounted() {
  [ -e "$facts/after" ] || read_containers "$facts/after" || return 1
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
  ' "$facts/after" >"$base/mounted.next" && to_disk "$base/mounted.next" &&
    mv -f "$base/mounted.next" "$base/mounted"
}

# A container that starts again by itself reads what is live then. Until it is
# known what those that change read, they are not known to read anything.
forget_mounted() {
  [ -s "$base/mounted" ] || return 0
  decode_list "$r_up $r_recreate"
  printf '%s\n' "$list" >"$facts/to-forget"
  awk -F '\t' -v names="$facts/to-forget" '
    BEGIN { while ((getline line < names) > 0) named[line] = 1 }
    !($2 in named)
  ' "$base/mounted" >"$base/mounted.next" && to_disk "$base/mounted.next" &&
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

# Before anything changes, while there is room and a way back.
prepare_model() {
  cp "$facts/new.model" "$facts/new.shown" && hide_values "$facts/new.shown"
  (umask 077 && cp "$facts/whole" "$base/model.json.next" &&
    cp "$facts/new.shown" "$base/model.shown.next") &&
    to_disk "$base/model.json.next"
}

# From here on the way back leads to this release.
store_model() {
  mv -f "$base/model.shown.next" "$base/model.shown" &&
    mv -f "$base/model.json.next" "$base/model.json" && end_attempts
}

# The host is held to the plan: the same facts, or nothing is done.
check_facts() {
  set_compose_places
  find_directory
  look "$work/content/release"
  [ "$config_status" -ne 0 ] || [ "$facts_sum" != "$r_expect_output" ] || return 0
  has_room || problem unwritable "$r_root has no space left"
  cat "$facts/stderr" >"$work/output" 2>/dev/null
  failure="the project is not as it was when the plan was made"
  finish plan_changed
}

apply_compose() {
  pull_images || {
    failure="an image could not be pulled: $(tail -n 1 "$work/output" 2>/dev/null)"
    finish pull_failed
  }
  tag_running || {
    failure="an image that runs could not be tagged"
    give_back
  }
  update_record flipping && take_over_files && install_release && prepare_model &&
    begin_attempts && forget_mounted && flip_to "$r_tree" && take_over_folder ||
    give_back
  update_record applying
  own_services=$facts/wanted
  find_env_files "$base/current"
  returncode=0
  [ -n "$r_remove" ] || cp "$facts/found" "$facts/after"
  stop_removed || returncode=1
  [ "$returncode" -ne 0 ] || bring_up_planned
  note_mounted "$facts/content-sums" "$r_tree"
  if [ "$returncode" -ne 0 ]; then
    failure="docker compose up exited $returncode: $(tail -n 1 "$work/up-output" 2>/dev/null)"
  else
    update_record checking
    watch_from_here "$facts/wanted"
    note_hashes >/dev/null 2>&1 &
    noting=$!
    check_health
    healthy=$?
    wait "$noting"
    if [ "$healthy" -eq 0 ]; then
      cut -f 1 "$facts/removed" | remove_containers
      store_model
      prune_releases
      finish applied
    fi
    failure="it did not become healthy"
    tell_failure
  fi
  undo_compose
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
