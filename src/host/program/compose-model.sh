# ---- compose: the model of a project

# Where a release is staged, compose names the stage. What is planned, hashed
# and applied names the place it will have: the folder that `current` leads to,
# or the old folder of an adopted project, which becomes a link to it.
set_compose_places() {
  set -- $r_compose_files
  decode_word "$1"
  case $word in
  */*) project_folder=/${word%/*} ;;
  *) project_folder= ;;
  esac
  live_project=$base/current$project_folder
  [ -z "$r_project_directory" ] || live_project=$r_project_directory
}

# What compose takes from a `.env` for itself unless its environment knows
# better. It finds more lines in such a file than we do: these are always set.
OWN_VARIABLES='ANSI BAKE COMPATIBILITY CONVERT_WINDOWS_PATHS DISABLE_ENV_FILE ENV_FILES EXPERIMENTAL FILE IGNORE_ORPHANS MENU PATH_SEPARATOR PROFILES PROGRESS PROJECT_NAME REMOVE_ORPHANS STATUS_STDOUT'

# Sets env_files, set_env to what is set for compose itself, and ignored to what
# else has such a name: a later compose may obey it.
find_env_files() {
  set_env='COMPOSE_PARALLEL_LIMIT=-1 COMPOSE_EXPERIMENTAL_GIT_REMOTE=0 COMPOSE_EXPERIMENTAL_OCI_REMOTE=0'
  for name in $OWN_VARIABLES; do
    set_env="$set_env COMPOSE_$name="
  done
  ignored=
  env_files=
  # The one of the module counts more than one beside a shared compose file; the
  # first here is named last.
  for place in "$1/$r_folder/.env" "$1$project_folder/.env"; do
    [ -f "$place" ] || continue
    [ "$place" != "$env_files" ] || continue
    env_files="$env_files${env_files:+
}$place"
    for name in $(tr -c 'A-Za-z0-9_' '\n' <"$place" | grep '^COMPOSE_' | sort -u); do
      case " $set_env " in
      *" $name="*) continue ;;
      esac
      set_env="$set_env $name="
      ignored="$ignored $name"
    done
  done
}

# Sets compose_program. Docker starts its plugin twice for each command, once to
# ask what it is; called by its own path it takes half the time. Sets
# compose_stamp to what tells one plugin from another without starting it.
find_compose() {
  compose_program='docker compose'
  compose_stamp=
  for place in "$HOME/.docker" /usr/local/lib/docker /usr/local/libexec/docker \
    /usr/lib/docker /usr/libexec/docker; do
    case $place in
    *[[:space:]]*) continue ;;
    esac
    if [ -x "$place/cli-plugins/docker-compose" ]; then
      compose_program=$place/cli-plugins/docker-compose
      compose_stamp=$(stat -L -c '%i %s %Y' "$compose_program")
      return 0
    fi
  done
}

# compose FOLDER ARGS...: in a clean environment, for this project only.
compose() {
  at=$1
  shift
  set -- -p "$r_project" "$@"
  [ -n "$env_files" ] || set -- --env-file /dev/null "$@"
  while IFS= read -r place; do
    [ -z "$place" ] || set -- --env-file "$place" "$@"
  done <<LIST
$env_files
LIST
  (
    [ -n "${keeps_lock-}" ] || exec 8>&- 9>&-
    # shellcheck disable=SC2086 # names and nothing else
    cd "$at" && exec env -i PATH="$r_path" HOME="$HOME" PWD="$at" $set_env \
      timeout -k 5 -- "$compose_limit" $compose_program --ansi never --progress plain "$@"
  ) 7>&-
}

# on_model MODEL ARGS...: compose on a model that is resolved already.
on_model() {
  whole=$1
  shift
  compose "$work" --profile '*' --project-directory "$live_project" -f - "$@" <"$whole"
}

# resolve_model RELEASE: writes facts/whole, the model with the places it will
# have. Sets config_status.
resolve_model() {
  find_env_files "$1"
  compose_limit=60
  set -- "$1" --project-directory "$1$project_folder"
  for token in $r_compose_files; do
    decode_word "$token"
    set -- "$@" -f "$1/$word"
  done
  for token in $r_profiles; do
    decode_word "$token"
    set -- "$@" --profile "$word"
  done
  release=$1
  shift
  compose "$release$project_folder" "$@" config --format json \
    >"$facts/resolved" 2>"$facts/stderr" </dev/null
  config_status=$?
  tell_ignored "$release"
  cut_unread_file
  hide_values "$facts/stderr"
  [ "$config_status" -eq 0 ] || return 0
  staged=$release staged_project=$release$project_folder \
    live=$base/current live_project=$live_project \
    awk "$MOVE" "$facts/resolved" >"$facts/whole"
}

MOVE='
function move(line, from, to,   at, before, next_one) {
  while (at = index(line, from)) {
    next_one = substr(line, at + length(from), 1)
    before = before substr(line, 1, at - 1) \
      (next_one == "/" || next_one == "\"" ? to : from)
    line = substr(line, at + length(from))
  }
  return before line
}
{
  line = move($0, ENVIRON["staged_project"], ENVIRON["live_project"])
  print move(line, ENVIRON["staged"], ENVIRON["live"])
}
'

# Says of what is ignored, and used all the same, what compose says of a variable
# that is not set.
tell_ignored() {
  for name in $ignored; do
    for token in $r_compose_files; do
      decode_word "$token"
      ! grep -Eq "[$][{]?$name([^A-Za-z0-9_]|$)" "$1/$word" ||
        printf 'The "%s" variable is not set. Defaulting to a blank string.\n' "$name"
    done
  done >>"$facts/stderr"
}

# Where compose cannot read a file that is the host's, it tells what is in it.
cut_unread_file() {
  [ "$config_status" -ne 0 ] || return 0
  place=$(sed -n 's/^failed to read \(\/[^:]*\):.*/\1/p' "$facts/stderr" | head -n 1)
  [ -n "$place" ] && [ -L "$place" ] || return 0
  sed -n 's/^\(failed to read [^:]*\)\(: line [0-9]*\)\{0,1\}.*/\1\2: it is not well formed/p' \
    "$facts/stderr" >"$facts/stderr.cut"
  mv -f "$facts/stderr.cut" "$facts/stderr"
}

# flatten MODEL OUT: one line for each scalar, `path TAB value`, both as JSON.
# OUT.model has what is structure, OUT.parts all of volumes, networks, configs
# and secrets. What may hold a secret is in neither, or stays on the host.
# Compose prints one key or element on a line; anything else is not read.
flatten() {
  awk -v model="$2.model" -v parts="$2.parts" "$FLATTEN" "$1"
}

FLATTEN='
function set_of(text, into,   words, count, i) {
  count = split(text, words, " ")
  for (i = 1; i <= count; i++) into["\"" words[i] "\""] = 1
}
function path(last,   i, text) {
  text = key[1]
  for (i = 2; i <= last; i++) text = text "," key[i]
  return "[" text "]"
}
function show(last, value) { print path(last) "\t" value > model }
function once(last, value,   name) {
  name = path(last)
  if (name in shown) return
  shown[name] = 1
  print name "\t" value > model
}
function service(value,   k) {
  k = key[3]
  if (depth < 3) return
  if (k == "\"networks\"") { if (depth > 3) once(4, "null"); return }
  if (k == "\"healthcheck\"") {
    if (depth == 4 && key[4] == "\"disable\"") show(4, value)
    return
  }
  if (k == "\"deploy\"") {
    if (key[4] == "\"replicas\"" || key[4] == "\"mode\"" ||
      (key[5] == "\"reservations\"" && key[6] == "\"devices\"")) show(depth, value)
    return
  }
  if (k in structure) { show(depth, value); return }
  if (k in content || k ~ /^"x-/) return
  once(3, "\"?\"")
}
function scalar(value,   top) {
  top = key[1]
  if (depth == 1 && top == "\"name\"") show(1, value)
  if (top == "\"services\"") { service(value); return }
  if (top == "\"volumes\"" || top == "\"networks\"") {
    print top "\t" key[2] "\t" path(depth) "\t" value > parts
    if (depth == 2) show(2, value)
    if (depth == 3 && (key[3] in definition)) show(3, value)
    if (top == "\"volumes\"" && depth == 4 && key[3] == "\"driver_opts\"" &&
      (key[4] == "\"type\"" || key[4] == "\"device\"")) show(4, value)
  }
  if (top == "\"configs\"" || top == "\"secrets\"") {
    print top "\t" key[2] "\t" path(depth) "\t" value > parts
    if (depth == 3 && (key[3] in source)) show(3, value)
    if (depth == 3 && key[3] == "\"content\"") show(3, "\"?\"")
  }
}
function fail() { bad = 1; exit 3 }
BEGIN {
  bs = sprintf("%c%c", 92, 92)
  text = "^\"([^\"" bs "]|" bs ".)*\""
  set_of("image privileged pid ipc uts userns_mode cgroup cgroup_parent network_mode container_name scale pull_policy restart runtime cap_add security_opt devices device_cgroup_rules volumes volumes_from volume_driver configs secrets profiles depends_on links external_links credential_spec use_api_socket ports user group_add isolation tmpfs", structure)
  set_of("annotations attach blkio_config cap_drop command cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset dns dns_opt dns_search domainname entrypoint environment expose extra_hosts hostname init labels log_driver log_opt logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit oom_kill_disable oom_score_adj pids_limit platform read_only shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tty ulimits working_dir", content)
  set_of("name external driver", definition)
  set_of("name file external environment", source)
  depth = 0
  printf "" > model
  printf "" > parts
}
{
  line = $0
  sub(/^ +/, "", line)
  sub(/,$/, "", line)
  if (line == "}" || line == "]") {
    if (depth < 1) fail()
    depth--
    next
  }
  if (line == "{" && depth == 0 && NR == 1) { depth = 1; kind[1] = "{"; next }
  if (depth < 1 || depth > 40) fail()
  if (kind[depth] == "{") {
    if (!match(line, text)) fail()
    key[depth] = substr(line, 1, RLENGTH)
    line = substr(line, RLENGTH + 1)
    if (substr(line, 1, 2) != ": ") fail()
    line = substr(line, 3)
  } else {
    key[depth] = count[depth]++
  }
  if (line == "{" || line == "[") {
    depth++
    kind[depth] = line
    count[depth] = 0
    next
  }
  if (line == "") fail()
  scalar(line)
}
END { if (bad || depth != 0) exit 3 }
'
