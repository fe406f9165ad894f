# What a running compose project is made of, for `adopt`. Changes nothing, and
# reads no file that it was not asked for.

# Environment, command and labels of others are not told: they may be secret.
# Behind the sixteenth field come four for each mount.
CONTAINER='{{.Id}}{{"\t"}}{{.Name}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.service")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.container-number")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.oneoff")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.project.config_files")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.project.working_dir")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.config-hash")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.version")}}{{.}}{{end}}{{"\t"}}{{.Config.Image}}{{"\t"}}{{.State.Status}}{{"\t"}}{{.State.ExitCode}}{{"\t"}}{{.State.StartedAt}}{{"\t"}}{{.HostConfig.RestartPolicy.Name}}{{"\t"}}{{with (index .State "Health")}}{{.Status}}{{end}}{{"\t"}}{{.RestartCount}}{{range .Mounts}}{{"\t"}}{{.Type}}{{"\t"}}{{with (index . "Name")}}{{.}}{{end}}{{if not (index . "Name")}}{{.Source}}{{end}}{{"\t"}}{{.Destination}}{{"\t"}}{{.RW}}{{end}}'
PROJECT='{{.Label "com.docker.compose.project"}}'
MAX_BYTES=524288

# Sets found. Nothing is kept on the host, not even what went wrong.
ask() {
  found=$(timeout -k 5 60 docker "$@" 2>/dev/null </dev/null) ||
    problem "docker $1 failed: $(timeout -k 5 60 docker version 2>&1 </dev/null | tail -n 1)"
}

# Whoever may write into the folder must not have us read what they cannot.
is_inside() {
  case $(readlink -f "$1") in
  "$(readlink -f "$folder")"/*) ;;
  *) return 1 ;;
  esac
}

# tell_path PATH yes|no: what it is, and where asked for, a plain file's content.
tell_path() {
  kind=none
  content=
  if [ -f "$1" ]; then
    kind='file'
    [ ! -x "$1" ] || kind=program
    if [ "$2" = yes ] && is_inside "$1" && [ "$(wc -c <"$1")" -le "$MAX_BYTES" ]; then
      content=$(base64 -w 0 <"$1")
    fi
  elif [ -d "$1" ]; then
    kind=folder
  elif [ -e "$1" ]; then
    kind=other
  fi
  printf '%s %s %s\n' "$(printf %s "$1" | base64 -w 0)" "$kind" "$content"
}

# tell_paths yes|no: one path on a line.
tell_paths() {
  while IFS= read -r path; do
    [ -z "$path" ] || tell_path "$path" "$1"
  done
}

# Folders that a takeover moves, or takes something out of.
list_moved() {
  dirname "$folder"
  printf '%s\n' "$folder"
  printf '%s\n' "$found" | awk -F '\t' -v at="$folder/" '
    { for (i = 17; i + 3 <= NF; i += 4) if ($i == "bind" && index($(i + 1), at) == 1) print $(i + 1) }
  ' | while IFS= read -r path; do
    [ ! -d "$path" ] || [ -L "$path" ] || printf '%s\n' "$path"
    dirname "$path"
  done
}

# Of these, what the user of the lanes may not change. Where we can be neither
# root nor that user, nobody knows.
tell_fixed() {
  [ -n "$r_user" ] || return 0
  while IFS= read -r path; do
    if [ "$(id -un)" = "$r_user" ]; then
      [ -w "$path" ]
    elif [ "$(id -u)" -eq 0 ]; then
      su -s /bin/sh "$r_user" -c '[ -w "$0" ]' "$path" </dev/null
    fi || printf '%s\n' "$path"
  done 2>/dev/null
}

look() {
  ask ps -a -q --no-trunc --filter "label=com.docker.compose.project=$r_project"
  if [ -z "$found" ]; then
    ask ps -a --format "$PROJECT"
    printf 'apply-gates 1\n'
    put projects "$(printf '%s\n' "$found" | sort -u)"
    return 0
  fi
  # shellcheck disable=SC2086 # ids
  ask inspect --type container --format "$CONTAINER" $found
  folder=$(printf '%s\n' "$found" | cut -f 7 | head -n 1)
  near=$r_root
  until [ -e "$near" ]; do near=$(dirname "$near"); done
  printf 'apply-gates 1\n'
  put containers "$found"
  put paths "$(printf '%s\n' "$found" | cut -f 6 | tr , '\n' | sort -u | tell_paths yes)"
  put listing "$(cd "$folder" 2>/dev/null && ls -1A)"
  put linked "$(readlink "$folder")"
  put fixed "$(list_moved | sort -u | tell_fixed)"
  put devices "$(stat -L -c %d "$folder" "$near" 2>/dev/null | sort -u)"
}

for tool in docker base64 stat timeout awk; do
  command -v "$tool" >/dev/null 2>&1 || problem "$tool is missing"
done
read_request op project root user folder told wanted
folder=$r_folder
case $r_op in
look) look ;;
read)
  printf 'apply-gates 1\n'
  put paths "$(printf '%s\n' "$r_wanted" | tell_paths yes && printf '%s\n' "$r_told" | tell_paths no)"
  ;;
*) problem "the operation is not known" ;;
esac
printf 'end\n'
