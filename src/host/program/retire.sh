# ---- retire: what a module left behind that is gone from the repository

# Stops what the live release says is the module's own, and takes away what made
# it live. Data, images and releases stay. A second time there is nothing to do.
operate_retire() {
  must_be_number lock_wait "$r_lock_wait"
  [ -z "$r_fence" ] || must_be_number fence "$r_fence"
  [ -z "$r_holder" ] || must_match holder "$r_holder" '!0-9a-f'
  open_work "retire-$r_module-$$" || problem internal "the stage is taken"
  facts=$work/facts
  mkdir "$facts" || problem unwritable "$r_root has no space left"
  : >"$facts/own"
  looking=$r_dry_run
  armed=$r_armed
  backups=$r_backup_root
  if [ "$looking" != true ]; then
    take_lock
    judge_fence || problem fenced "$failure"
    [ -z "$r_fence" ] || store_fence || problem unwritable "$r_root/.fence cannot be written"
  fi
  read_live
  [ -z "$live" ] || retire_live
  tell_retired
}

retire_live() {
  stored=$base/releases/$live.command
  [ -s "$stored" ] || problem occupied "$base/current"
  forget_request
  read_request <"$stored"
  r_root=${base%/*}
  [ "$r_stateful" != true ] || [ "$armed" = true ] ||
    problem protected "the live release says stateful: true"
  docker_limit=$r_timeout
  case $r_driver in
  compose)
    list_own_containers
    refuse_claimed
    [ "$looking" = true ] || stop_own_containers
    ;;
  *)
    [ -n "$r_stop_argv" ] || problem no_stop "its manifest had no command.stop"
    [ "$looking" = true ] || run_command "$r_stop_argv" "$base/current" "$r_timeout" \
      "$work/output" "$work/output" ||
      problem stop_failed "command.stop: $(tail -n 1 "$work/output" 2>/dev/null)"
    ;;
  esac
  [ "$looking" = true ] || {
    rm -f "$base/current" && to_disk "$base"
  } || problem unwritable "$base/current cannot be taken away"
}

# Containers of the services that were last applied, and of those an attempt
# left that was cut off.
list_own_containers() {
  [ -s "$base/model.json" ] && flatten "$base/model.json" "$facts/previous" ||
    problem occupied "$base/model.json"
  note_wanted "$facts/previous.model" "$facts/wanted"
  {
    cut -f 1 "$facts/wanted"
    cat "$base/unfinished/services" 2>/dev/null
  } | sort -u >"$facts/services"
  read_containers "$facts/found" || problem engine "$(tail -n 3 "$facts/found.errors")"
  awk -F '\t' -v names="$facts/services" '
    BEGIN { while ((getline line < names) > 0) named[line] = 1 }
    $3 in named
  ' "$facts/found" >"$facts/own"
}

# What is live as a service of another module is that one's.
refuse_claimed() {
  for link in "$r_root"/*/current; do
    place=${link%/current}
    [ -L "$link" ] && [ "$place" != "$base" ] || continue
    theirs=$place/$(readlink "$link").command
    grep -qxF "project:$r_project" "$theirs" 2>/dev/null || continue
    claimed_here=$(
      forget_request
      read_request <"$theirs"
      flatten "$place/model.json" "$facts/theirs" || {
        printf 'nobody knows what'
        exit 0
      }
      note_wanted "$facts/theirs.model" "$facts/theirs-wanted"
      cut -f 1 "$facts/theirs-wanted" | grep -xF -f "$facts/services" | head -n 1
    )
    [ -z "$claimed_here" ] ||
      problem claimed "$claimed_here is live as a service of ${place##*/}"
  done
}

# Those of a stateful module are kept as they are, never to start again by
# themselves: something may be in them alone.
stop_own_containers() {
  cut -f 1 "$facts/own" | while IFS= read -r id; do
    docker_cli stop "$id" || exit 1
    if [ "$r_stateful" = true ]; then
      docker_cli update --restart=no "$id" || exit 1
    else
      docker_cli rm "$id" || exit 1
    fi
  done >>"$work/output" 2>&1 ||
    problem stop_failed "$(tail -n 1 "$work/output" 2>/dev/null)"
}

tell_retired() {
  begin_answer
  put_fence
  put_plain live "$live"
  put_plain stateful "$r_stateful"
  put containers "$(cut -f 2 "$facts/own" | sed 's,^/,,')"
  put volumes "$(awk -F '\t' '{
    for (i = 17; i + 2 <= NF; i += 3) if ($i == "volume") print $(i + 1)
  }' "$facts/own" | sort -u)"
  put images "$(docker_cli image ls --format '{{.Repository}}:{{.Tag}}' \
    "apply-gates/${base##*/}-images" 2>/dev/null | grep -F "$(r_runtime=${base##*/} image_prefix)")"
  put backups "$(cd "$backups" 2>/dev/null && ls -1d "$r_module"-[0-9]* 2>/dev/null)"
  end_answer
}
