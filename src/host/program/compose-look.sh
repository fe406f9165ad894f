# ---- compose: what there is, and what was last applied

# Keys sums with something only the host knows: what a plain sum of a secret
# stands for can be guessed.
read_salt() {
  salt="$(cat /etc/machine-id 2>/dev/null) apply-gates"
}

# Writes hashes, containers as facts, and mounted, keyed where they could tell
# a secret. A container whose mounts nobody has noted is not known to be right.
join_containers() {
  mkdir "$facts/keyed" || return 1
  awk -F '\t' -v out="$facts/keyed/" -v salt="$salt" '
    { hash = FILENAME ~ /hashes.raw$/ ? $2 : $9 }
    hash ~ /^[0-9a-f]+$/ && !(hash in seen) {
      seen[hash] = 1
      print salt hash > (out hash)
      close(out hash)
    }
  ' "$facts/hashes.raw" "$facts/found"
  sums_of "$facts/keyed" >"$facts/keyed-sums"
  sums_of "$facts/contents" >"$facts/content-sums"
  : >>"$facts/mounted"
  awk -F '\t' "$LOST" "$facts/found" >"$facts/lost"
  awk -F '\t' "$APART" "$facts/new.model" "$facts/found" >"$facts/apart"
  awk -F '\t' -v keyed="$facts/keyed-sums" -v contents="$facts/content-sums" \
    -v mounted="$facts/mounted" -v adopted="$facts/adopted" \
    -v alone="$facts/lost" -v outside="$facts/apart" -v edited="$facts/spoiled" -v live="$live" \
    -v hashes="$facts/hashes" -v identities="$facts/identities" "$HALF_MADE"'
    BEGIN {
      printf "" > hashes
      printf "" > identities
      while ((getline line < keyed) > 0) of[substr(line, 67)] = substr(line, 1, 64)
      while ((getline line < contents) > 0) wanted[substr(line, 67)] = substr(line, 1, 64)
      while ((getline line < mounted) > 0) { split(line, c, "\t"); noted[c[1]] = c[3]; tree[c[1]] = c[4] }
      while ((getline line < adopted) > 0) same[line] = 1
      while ((getline line < alone) > 0) lost[line] = "lost"
      while ((getline line < outside) > 0) if (!(line in lost)) lost[line] = "apart"
      while ((getline line < edited) > 0) spoiled[line] = 1
    }
    FILENAME ~ /hashes.raw$/ {
      if ($1 !~ /^[0-9a-f]+$/ || length($1) != 64) print $1 "\t" of[$2] > hashes
      next
    }
    { print $3 "\t" $1 "\t" $2 > identities }
    $3 == "" { next }
    {
      if (!($3 in wanted)) state = "none"
      else if ($1 in noted) state = noted[$1] == wanted[$3] ? "same" : "other"
      else state = $1 in same ? "same" : "unknown"
      if (state == "same" && ((tree[$1] "\t" $3 in spoiled) || (live "\t" $3 in spoiled))) state = "other"
      print $3 "\t" $4 "\t" $5 "\t" ($6 == "restarting" ? "running" : $6) "\t" $7 "\t" $8 "\t" of[$9] "\t" state "\t" half_made($2) "\t" lost[$1]
    }
  ' "$facts/hashes.raw" "$facts/found" >"$facts/containers"
}

sums_of() {
  (cd "$1" && for name in *; do
    [ -e "$name" ] || exit 0
    break
  done && sha256sum -- *)
}

# Writes what containers have mounted whose services were never applied from
# here, or are told by no model that was; of others, volumes without a name: an
# image may ask for one, and then no model tells.
read_mounts() {
  awk -F '\t' -v known="$facts/previous.model" '
    BEGIN {
      while ((getline line < known) > 0) {
        split(line, k, "\"")
        if (k[2] == "services") seen[k[4]] = 1
      }
    }
    $3 == "" || $5 == "True" { next }
    {
      for (i = 17; i + 2 <= NF; i += 3)
        if (!($3 in seen) || ($i == "volume" && length($(i + 1)) == 64 && $(i + 1) ~ /^[0-9a-f]+$/))
          print $3 "\t" $i "\t" $(i + 1) "\t" $(i + 2)
    }
  ' "$facts/found" | sort -u >"$facts/mounts"
}

# Tracked paths that the live release has otherwise, or not at all.
list_changed() {
  : >"$facts/changed"
  [ -n "$live" ] && [ -s "$base/releases/$live.entries" ] || return 0
  awk '
    { line[$0]++; name[$0] = substr($0, 73) }
    END { for (one in line) if (line[one] == 1) print name[one] }
  ' "$base/releases/$live.entries" "$work/content/entries" | sort -u >"$facts/changed"
}

# Host paths and own services that the live release declared.
read_previous() {
  : >"$facts/previous_host"
  : >"$facts/previous_services"
  find_way_back
  if [ -s "$base/model.json" ] && [ -n "$live" ]; then
    flatten "$base/model.json" "$facts/previous" ||
      problem occupied "$base/model.json"
  else
    : >"$facts/previous.model"
    : >"$facts/previous.parts"
  fi
  [ -n "$way_back" ] && [ -s "$base/releases/$way_back.command" ] || return 0
  (
    forget_request
    read_request <"$base/releases/$way_back.command"
    for token in $r_host_files; do
      decode_word "$token"
      printf 'file %s/%s\n' "$r_folder" "$word"
    done
    for token in $r_host_dirs; do
      decode_word "$token"
      printf 'dir %s/%s\n' "$r_folder" "$word"
    done >>"$facts/previous_host"
    for token in $r_services; do
      decode_word "$token"
      printf '%s\n' "$word"
    done >"$facts/previous_services"
  ) >>"$facts/previous_host"
  add_unfinished
}

# The facts that a plan is made of, each in a file of facts/; reads, and never
# changes, what the engine has. Sets config_status, and facts_sum over all.
look() {
  facts=$work/facts
  [ ! -e "$facts" ] || rm -rf "$facts"
  compose_version=
  mkdir "$facts" && : >"$facts/unfinished.model" && : >"$facts/mounted" ||
    problem unwritable "no space for what compose says"
  read_salt
  find_compose
  version_job=
  [ -n "$worker" ] && [ -n "$compose_stamp" ] || {
    read_version &
    version_job=$!
  }
  read_containers "$facts/found" &
  containers_job=$!
  resolve_model "$1"
  [ -z "$version_job" ] || {
    wait "$version_job"
    require_compose
  }
  wait "$containers_job" ||
    problem engine "$(tail -n 3 "$facts/found.errors")"
  facts_sum=
  [ "$config_status" -eq 0 ] || return 0
  flatten "$facts/whole" "$facts/new" || problem compose_output "$compose_version"
  [ "$r_images" != kept ] || pin_release
  [ -z "${host_policy-}" ] || guard_model
  hashed=$facts/whole
  if joins_services "$hashed"; then
    hashed=$facts/joined
    join_services "$facts/whole" "$hashed"
  fi
  hashes_job=
  : >"$facts/hashes.raw"
  [ -n "$worker" ] || recall_hashes || {
    read_hashes &
    hashes_job=$!
  }
  read_images &
  images_job=$!
  read_previous
  (
    read_storage volume && read_storage network
  ) &
  storage_job=$!
  read_mounts
  note_contents "$1"
  note_adopted
  [ ! -e "$base/mounted" ] || cp "$base/mounted" "$facts/mounted"
  list_changed
  list_edited
  list_spoiled
  [ -z "$hashes_job" ] || wait "$hashes_job"
  wait "$images_job" && wait "$storage_job" ||
    problem engine "$(tail -q -n 3 "$facts/images.errors" "$facts/storage.errors" 2>/dev/null)"
  [ -z "$hashes_job" ] || [ -s "$facts/hashes.raw" ] ||
    problem compose_output "$(tail -n 3 "$facts/hash-errors")"
  join_containers
  note_wanted "$facts/new.model" "$facts/wanted"
  print_own_facts >"$facts/own-facts" || problem internal "the facts cannot be read"
  facts_sum=$({
    printf '%s\n' "$salt" "$live" "$directory" "${compose_stamp:-$compose_version}"
    cat "$facts/whole" "$facts/own-facts" "$facts/changed" "$facts/content-sums" \
      "$facts/edited" "$base/model.json" 2>/dev/null
  } | sha256sum)
  facts_sum=${facts_sum%% *}
}

# What the runner decides from. What may hold values of host files comes twice,
# as it is and as it may be shown.
answer_look() {
  begin_answer
  put_plain config_status "$config_status"
  put_plain compose "$compose_version"
  put_live
  put_fence
  put_acknowledged
  put_plain directory "$directory"
  put_end_of_file stderr "$facts/stderr" "$REPORT_CAP"
  if [ "$config_status" -eq 0 ]; then
    sample_project
    put_plain health "$health"
    put_plain sum "$facts_sum"
    shown=$facts/new.model
    [ ! -s "$work/hidden" ] || {
      shown=$facts/new.shown
      cp "$facts/new.model" "$shown"
      hide_values "$shown"
    }
    show_previous
    put_file model "$facts/new.model"
    put_file model_shown "$shown"
    put_file previous "$facts/previous.model"
    put_file previous_shown "$facts/previous.shown"
    for fact in hashes containers mounts images volumes networks changed \
      previous_host previous_services; do
      put_file "$fact" "$facts/$fact"
    done
  fi
  end_answer
}

# What was hidden when it was applied may have changed since; where that is not
# known, every text is hidden.
show_previous() {
  if [ ! -s "$facts/previous.model" ]; then
    : >"$facts/previous.shown"
  elif [ -e "$base/model.shown" ] && awk -F '\t' '
    FILENAME != ARGV[1] { if (++line > lines || path[line] != $1) exit bad = 1; next }
    { path[++lines] = $1 }
    END { exit bad || line != lines }
  ' "$facts/previous.model" "$base/model.shown"; then
    cp "$base/model.shown" "$facts/previous.shown"
    hide_values "$facts/previous.shown"
  else
    sed "s/$TAB\".*/$TAB\"***\"/" "$facts/previous.model" >"$facts/previous.shown"
  fi
  [ ! -s "$facts/unfinished.model" ] || for which in model shown; do
    cat "$facts/unfinished.model" >>"$facts/previous.$which"
  done
}

put_file() {
  [ -s "$2" ] || {
    put_plain "$1" ''
    return 0
  }
  printf '%s=' "$1"
  base64 -w 0 <"$2"
  printf '\n'
}

# One look at what is there, by the settings of the live release.
sample_project() {
  health=unknown
  [ -s "$facts/found" ] || return 0
  health=unhealthy
  (
    [ ! -s "$facts/previous.model" ] || {
      forget_request
      read_request <"$base/releases/$way_back.command"
      note_wanted "$facts/previous.model" "$facts/wanted"
    }
    watch_from_here "$facts/wanted"
    cp "$facts/found" "$facts/now"
    judge_containers && { [ -z "$r_http" ] || ask_http; }
  ) >/dev/null 2>&1 && health=healthy
}

read_version() {
  # shellcheck disable=SC2086 # a path, or docker and its word
  env -i PATH="$r_path" HOME="$HOME" $compose_program version --short \
    >"$facts/version" 2>"$facts/version-errors" </dev/null
}

# Sets compose_version, such as 2.40.3.
require_compose() {
  read -r compose_version <"$facts/version" || :
  compose_version=${compose_version#v}
  compose_version=${compose_version%%[!0-9.]*}
  minor=${compose_version#2.}
  minor=${minor%%.*}
  case $compose_version in
  2.*) [ "${minor:-0}" -ge 30 ] && return 0 ;;
  [3-9].* | [1-9][0-9].*) return 0 ;;
  esac
  problem unsupported "docker compose 2.30 or later, not ${compose_version:-$(tail -n 1 "$facts/version-errors")}"
}
