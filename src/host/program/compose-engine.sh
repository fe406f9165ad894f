# ---- compose: what the engine has

TAB=$(printf '\t')

# What the engine has of the project: one question a kind, whatever the number.
# Behind the sixteenth field come three for each mount.
CONTAINER='{{.Id}}{{"\t"}}{{.Name}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.service")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.container-number")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.oneoff")}}{{.}}{{end}}{{"\t"}}{{.State.Status}}{{"\t"}}{{.State.ExitCode}}{{"\t"}}{{.Image}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.config-hash")}}{{.}}{{end}}{{"\t"}}{{with (index .State "Health")}}{{.Status}}{{end}}{{"\t"}}{{.RestartCount}}{{"\t"}}{{.State.StartedAt}}{{"\t"}}{{.HostConfig.NetworkMode}}{{"\t"}}{{.HostConfig.PidMode}}{{"\t"}}{{.HostConfig.IpcMode}}{{"\t"}}{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}{{range .Mounts}}{{"\t"}}{{.Type}}{{"\t"}}{{with (index . "Name")}}{{.}}{{end}}{{if not (index . "Name")}}{{with (index . "Source")}}{{.}}{{end}}{{end}}{{"\t"}}{{.Destination}}{{end}}'

# A compose that was killed leaves a new container under `<12 hex>_<name>`.
HALF_MADE='
function half_made(name) {
  return match(name, /^.[0-9a-f]+_/) && RLENGTH == 14 ? "replace" : ""
}
'

# An engine that hangs is one that does not answer.
docker_cli() {
  env -i PATH="$r_path" HOME="$HOME" timeout -k 5 -- "${docker_limit:-60}" \
    docker "$@" 7>&- 8>&- 9>&- </dev/null
}

# was_lost STATUS ERRORS: true where docker did not fail over what it was asked
# for, but over the engine. What could not be asked is not absent.
was_lost() {
  [ "$1" -ne 0 ] && { [ "$1" -ge 124 ] || grep -Eq "$LOST_ENGINE" "$2"; }
}

LOST_ENGINE='Cannot connect to the Docker daemon|failed to connect to the docker API|error during connect|dial unix|EOF|connection re(set|fused)'

# read_containers OUT: fails where the engine does not answer.
read_containers() {
  : >"$1"
  docker_cli ps -a -q --no-trunc --filter \
    "label=com.docker.compose.project=$r_project" >"$1.ids" 2>"$1.errors" ||
    return 1
  [ -s "$1.ids" ] || return 0
  # One that has gone since is no longer one of them.
  # shellcheck disable=SC2046 # ids
  docker_cli inspect --type container --format "$CONTAINER" $(cat "$1.ids") \
    >"$1.all" 2>"$1.errors"
  ! was_lost "$?" "$1.errors" || return 1
  sort -t "$TAB" -k 3,3 -k 4,4n -k 2,2 "$1.all" >"$1"
}

# Writes the image id of each service, empty where the host does not have it.
read_images() {
  : >"$facts/image-list"
  awk -F '\t' -v list="$facts/image-list" '
    { n = split($1, k, ",") }
    k[1] == "[\"services\"" && n == 3 && k[3] == "\"image\"]" {
      name = substr($2, 2, length($2) - 2)
      print substr(k[2], 2, length(k[2]) - 2) "\t" name
      if (name != "" && !seen[name]++) print name > list
    }
  ' "$facts/new.model" >"$facts/image-names"
  set --
  while IFS= read -r name; do
    set -- "$@" "$name"
  done <"$facts/image-list"
  # Docker leaves out the line of one it does not have.
  docker_cli image inspect --format '{{.Id}}' "$@" >"$facts/image-ids" \
    2>"$facts/images.errors"
  asked=$?
  ! was_lost "$asked" "$facts/images.errors" || return 1
  [ "$asked" -eq 0 ] || for name in "$@"; do
    id=$(docker_cli image inspect --format '{{.Id}}' "$name" 2>"$facts/images.errors")
    ! was_lost "$?" "$facts/images.errors" || return 1
    printf '%s\n' "$id"
  done >"$facts/image-ids"
  awk -F '\t' -v names="$facts/image-list" -v ids="$facts/image-ids" '
    BEGIN {
      while ((getline name < names) > 0) { id = ""; getline id < ids; of[name] = id }
    }
    { print $1 "\t" of[$2] }
  ' "$facts/image-names" >"$facts/images"
}

VOLUME='{{.Name}}{{"\t"}}{{.Driver}}{{range $k, $v := .Options}}{{json $k}}:{{json $v}};{{end}}'
NETWORK='{{.Name}}{{"\t"}}{{.Driver}}{{range $k, $v := .Options}}{{json $k}}:{{json $v}};{{end}}{{.Internal}} {{.Attachable}} {{.EnableIPv6}}'

# read_storage volume|network: writes for each of the model whether the host
# has it, and whether it is what was last applied, or else what the host has.
read_storage() {
  format=$VOLUME
  [ "$1" = volume ] || format=$NETWORK
  set -- "$1" "$(awk -F '\t' -v kind="\"${1}s\"" '
    { split($1, k, ",") }
    k[1] == "[" kind && k[3] == "\"name\"]" { print substr($2, 2, length($2) - 2) }
  ' "$facts/new.model")"
  kind=$1
  list=$2
  set --
  while IFS= read -r name; do
    [ -z "$name" ] || set -- "$@" "$name"
  done <<LIST
$list
LIST
  : >"$facts/host-$kind"
  if [ "$#" -ne 0 ]; then
    docker_cli "$kind" inspect --format "$format" "$@" >"$facts/host-$kind" \
      2>"$facts/storage.errors"
    ! was_lost "$?" "$facts/storage.errors" || return 1
  fi
  awk -F '\t' -v kind="$kind" -v host="$facts/host-$kind" "$STORAGE" \
    "$facts/previous.parts" "$facts/new.parts" >"$facts/${kind}s"
}

STORAGE='
function finish(   text, present, same, defined) {
  if (current == "") return
  text = name == "" ? "" : substr(name, 2, length(name) - 2)
  present = text in has ? "yes" : "no"
  defined = driver options
  if (kind == "network") defined = defined internal " " attachable " " ipv6
  if (external) same = "same"
  else if ((current in old) && old[current] != all) same = "other"
  else if (present == "no") same = current in old ? "same" : "new"
  # Compose keeps a volume that it was told to make anew, and says nothing.
  else if ((current in old) && kind == "network") same = "same"
  else same = has[text] == defined ? "same" : "other"
  print substr(current, 2, length(current) - 2) "\t" text "\t" present "\t" same
}
BEGIN {
  while ((getline line < host) > 0) {
    at = index(line, "\t")
    has[substr(line, 1, at - 1)] = substr(line, at + 1)
  }
  current = ""
}
FILENAME != last { files++; last = FILENAME }
$1 != "\"" kind "s\"" { next }
FILENAME ~ /previous.parts$/ { old[$2] = old[$2] $3 $4 "\n"; next }
$2 != current {
  finish()
  current = $2
  all = name = options = ""
  external = 0
  driver = kind == "volume" ? "local" : "bridge"
  internal = attachable = ipv6 = "false"
}
{
  all = all $3 $4 "\n"
  split($3, k, ",")
  text = substr($4, 2, length($4) - 2)
  if (k[3] == "\"name\"]") name = $4
  if (k[3] == "\"external\"]" && $4 == "true") external = 1
  if (k[3] == "\"driver\"]") driver = text
  if (k[3] == "\"internal\"]") internal = $4
  if (k[3] == "\"attachable\"]") attachable = $4
  if (k[3] == "\"enable_ipv6\"]") ipv6 = $4
  if (k[3] == "\"driver_opts\"") options = options substr(k[4], 1, length(k[4]) - 1) ":" $4 ";"
}
END { finish() }
'
