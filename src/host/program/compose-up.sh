# ---- compose: up, and what a killed one leaves half made

# bring_up MODEL ARGS...: once more where compose was killed or the engine went
# away, since both leave things half made. Begins with the containers of
# facts/after where that is there, and leaves in it those that are there then.
bring_up() {
  brought=$1
  shift
  compose_limit=$r_timeout
  mend_names
  run_up "$@"
  if ! read_containers "$facts/after" || [ "$returncode" -ge 128 ] ||
    lost_engine || has_half_made; then
    wait_for_engine
    rm -f "$facts/after"
    mend_names
    run_up "$@"
    start_fallen
    rm -f "$facts/after"
    mend_names brought
    rm -f "$facts/after"
  fi
  return "$returncode"
}

# A compose whose worker is killed works on: until it has ended, nobody else
# gets the lock, nor is told that the attempt is over.
run_up() {
  [ ! -s "$facts/mended" ] || set -- --force-recreate "$@"
  keeps_lock=yes
  on_model "$brought" up -d --no-deps --pull never --no-build "$@" \
    >"$work/up-output" 2>&1
  returncode=$?
  keeps_lock=
  add_output up-output
}

# Also one that is back already: what it was asked for may be half done.
lost_engine() {
  [ "$returncode" -ne 0 ] &&
    { grep -Eq "$LOST_ENGINE" "$work/up-output" || [ -n "$(list_fallen)" ]; }
}

engine_answers() {
  docker_cli version --format '{{.Server.Version}}' >/dev/null 2>&1
}

wait_for_engine() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    engine_answers && return 0
    sleep 2
  done
}

# What a container is called that was stopped to be removed, until it is.
REMOVED=.apply-gates-removed

# Prints `id TAB name it should have TAB state of who has that name`. A killed
# compose leaves a new container under another name, and we one that is to go,
# though it may be wanted again.
list_half_made() {
  [ -e "$facts/after" ] || read_containers "$facts/after" || return 1
  awk -F '\t' -v own="$own_services" -v suffix="$REMOVED" "$HALF_MADE"'
    BEGIN { while ((getline line < own) > 0) { split(line, c, "\t"); wanted[c[1]] = 1 } }
    { state[$2] = $6 }
    half_made($2) { name[$1] = substr($2, 15); service[$1] = $3 }
    index($2, suffix) && ($3 in wanted) { name[$1] = substr($2, 2, index($2, suffix) - 2); service[$1] = $3 }
    END {
      for (id in name) print id "\t" name[id] "\t" service[id] "\t" \
        ("/" name[id] in state ? state["/" name[id]] : "gone")
    }
  ' "$facts/after" | while IFS=$TAB read -r id name service state; do
    ! is_own "$service" || printf '%s\t%s\t%s\n' "$id" "$name" "$state"
  done
}

has_half_made() {
  [ -n "$(list_half_made)" ]
}

# Gives back one name to one container. Before `up`, the new one goes where the
# old one runs: it never did. Where the old one was stopped, the engine may
# still be asked to take it away, so the new one takes its place: both have the
# same anonymous volumes, which go with neither. It may lack a network that was
# still to be joined, so it is made anew. After `up` the one with the right name
# is the right one.
mend_names() {
  : >>"$facts/mended"
  list_half_made | while IFS=$TAB read -r id name state; do
    case ${1-}$state in
    running | paused | restarting | brought[!g]*)
      docker_cli rm -f "$id"
      continue
      ;;
    gone | broughtgone) ;;
    *) docker_cli rm -f "$name" ;;
    esac
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      docker_cli rename "$id" "$name" && break
      sleep 1
    done
    printf '%s\n' "$name" >>"$facts/mended"
  done 2>>"$work/output" >/dev/null
}

# Prints the ids of what ran before, was not to change, and runs no longer: an
# engine that was started again starts only what it was told to.
list_fallen() {
  read_containers "$facts/fallen" || return 0
  decode_list "$r_up $r_recreate $r_remove"
  printf '%s\n' "$list" >"$facts/not-fallen"
  awk -F '\t' -v before="$facts/found" -v own="$own_services" -v planned="$facts/not-fallen" '
    BEGIN {
      while ((getline line < before) > 0) { split(line, c, "\t"); ran[c[1]] = c[6] == "running" }
      while ((getline line < own) > 0) { split(line, c, "\t"); mine[c[1]] = 1 }
      while ((getline line < planned) > 0) delete mine[line]
    }
    $6 == "exited" && ran[$1] && ($3 in mine) { print $1 }
  ' "$facts/fallen"
}

start_fallen() {
  list_fallen | while IFS= read -r id; do
    docker_cli start "$id"
  done 2>>"$work/output" >/dev/null
}
