
# ---- backup: what a class reads, looked up on the live host; writes nothing

# cannot OUTCOME DETAIL: why there is nothing to take.
cannot() {
  refusal=$1
  refusal_detail=$2
  return 1
}

# Sets containers to those of the module, `id state service name` by line.
find_containers() {
  [ -n "$r_project" ] ||
    cannot container_missing "a module that is not of compose has no containers" || return 1
  (PATH=$r_path && command -v docker >/dev/null 2>&1) ||
    cannot unsupported "docker, in $r_path" || return 1
  listed=$(docker_cli ps -a --no-trunc --filter "label=com.docker.compose.project=$r_project" \
    --filter label=com.docker.compose.oneoff=False \
    --format '{{.ID}} {{.State}} {{.Label "com.docker.compose.service"}} {{.Names}}' 2>&1) ||
    cannot engine "$listed" || return 1
  wanted=' '
  for token in ${r_service:-$r_services}; do
    decode_word "$token"
    wanted="$wanted$word "
  done
  containers=$(printf '%s\n' "$listed" |
    awk -v wanted="$wanted" 'NF > 2 && (wanted == " " || index(wanted, " " $3 " "))')
  [ -n "$containers" ] ||
    cannot container_missing "the project $r_project has no container of${wanted% }"
}

# Sets container, the one that has what is to be read.
find_container() {
  find_containers || return 1
  [ "$(printf '%s\n' "$containers" | wc -l)" -eq 1 ] ||
    cannot container_ambiguous "$(printf '%s\n' "$containers" | awk '{ print $4 }' | tr '\n' ' ')" ||
    return 1
  read -r container state _ name <<LIST
$containers
LIST
  [ "$state" = running ] || cannot container_stopped "$name is $state"
}

MOUNTED='{{$c := .}}{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{$c.State.Status}} {{$c.Image}} {{$c.Name}}{{"\n"}}{{end}}{{end}}'

# Sets volumes, sources, method and image.
resolve_volumes() {
  find_containers || return 1
  # shellcheck disable=SC2046 # ids
  mounted=$(docker_cli inspect --type container --format "$MOUNTED" \
    $(printf '%s\n' "$containers" | cut -d ' ' -f 1) 2>&1) ||
    cannot engine "$mounted" || return 1
  volumes=
  for token in $r_volumes; do
    decode_word "$token"
    one=$(printf '%s\n' "$mounted" | awk -v name="$word" -v long="${r_project}_$word" \
      '$1 == name || $1 == long { print $1; exit }')
    [ -n "$one" ] ||
      cannot source_missing "no container of the module mounts a volume $word" || return 1
    volumes="$volumes$one "
  done
  [ -n "$r_volumes" ] ||
    volumes=$(printf '%s\n' "$mounted" | awk 'NF && !seen[$1]++ { printf "%s ", $1 }')
  [ -n "$volumes" ] || cannot source_missing "the module mounts no volume" || return 1
  for one in $volumes; do
    image=$(printf '%s\n' "$mounted" | awk -v name="$one" '$1 == name && $2 == "running" { print $3; exit }')
    [ -n "$image" ] ||
      cannot container_stopped "no container that mounts the volume $one is running" || return 1
  done
  find_mountpoints
}

# The folders of the volumes are read as they lie, where we may and where that
# is all there is to it; else the engine hands them out.
find_mountpoints() {
  method=host
  sources=
  # shellcheck disable=SC2086 # names
  found=$(docker_cli volume inspect --format '{{.Name}} {{.Driver}} {{len .Options}} {{.Mountpoint}}' \
    $volumes 2>&1) || cannot engine "$found" || return 1
  while read -r name kind options place; do
    sources="$sources${place%/"$name"/_data}$TAB$name/_data
"
    [ "$kind $options" = 'local 0' ] && [ "${place%/"$name"/_data}" != "$place" ] &&
      [ -r "$place" ] && [ -x "$place" ] || method=engine
  done <<LIST
$found
LIST
  [ "$method" = host ] || [ -z "$r_excludes" ] ||
    cannot unsupported "a user who may read $place, to leave something out"
}

# Sets sources, `folder TAB member` by line. What lies behind a symlink would be
# left out without a word.
resolve_files() {
  method=host
  sources=
  for token in ${r_paths:-$r_host_files $r_host_dirs}; do
    decode_word "$token"
    case $word in
    /*)
      found=$word
      place=/
      member=.$word
      ;;
    *)
      find_shared "$word"
      place=${found%"/$word"}
      member=./$word
      ;;
    esac
    [ -e "$found" ] || cannot source_missing "$found is not there" || return 1
    [ ! -L "$found" ] ||
      cannot source_missing "$found is a symlink to $(readlink "$found")" || return 1
    [ -r "$found" ] || cannot source_unreadable "$found cannot be read" || return 1
    sources="$sources$place$TAB$member
"
  done
  [ -n "$sources" ] ||
    cannot source_missing "the manifest names no host_files, no host_dirs and no backup.paths" ||
    return 1
  [ "$r_quiesce" = none ] || find_containers
}

# Sets expected to the KiB that are read, or nothing where nobody can tell.
measure_sources() {
  expected=0
  while IFS=$TAB read -r place member; do
    [ -n "$member" ] || continue
    one=$(timeout 120 du -sk -- "$place/$member" 2>/dev/null | cut -f 1)
    expected=$((expected + ${one:-0}))
  done <<LIST
$sources
LIST
}

# Sets what a class reads and how, or refusal and refusal_detail.
resolve() {
  refusal='' containers='' container='' image='' volumes='' sources='' method='' expected=''
  suffix='' database_reads='' extra=''
  consistency=transaction
  case $r_class in
  volume | files | forgejo)
    case $r_quiesce in
    pause) consistency=paused ;;
    stop) consistency=stopped ;;
    *) consistency=crash ;;
    esac
    suffix=tar.gz
    ! command -v zstd >/dev/null 2>&1 || suffix=tar.zst
    case $r_class in
    files) resolve_files ;;
    volume) resolve_volumes ;;
    forgejo) resolve_forgejo ;;
    esac || return 1
    [ "$method" = engine ] || measure_sources
    [ -z "$r_excludes" ] || has_gnu_tar || cannot unsupported "GNU tar, to leave something out" ||
      return 1
    [ "$r_class" != forgejo ] || find_forgejo_database
    ;;
  *) resolve_database ;;
  esac
}

has_gnu_tar() {
  case $(tar --version 2>/dev/null) in
  *"GNU tar"*) return 0 ;;
  *) return 1 ;;
  esac
}

# Sets free to the KiB that are left where the backups are, or will be.
find_free() {
  place=$r_backup_root
  while [ ! -d "$place" ] && [ "${place%/*}" != "" ]; do place=${place%/*}; done
  [ -d "$place" ] || place=/
  free=$(df -Pk "$place" | awk 'NR == 2 { print $4 }')
}

# A backup may be as large as what it is made from.
has_space_for_backup() {
  find_free
  [ "${free:-0}" -ge $((${expected:-0} + 16384)) ] ||
    cannot no_space "$r_backup_root has ${free:-0} KiB free, the backup may need $((${expected:-0} + 16384))"
}

# Names what is read, for a person.
list_reads() {
  case $r_class in
  volume | files | forgejo)
    if [ -n "$volumes" ]; then
      printf 'volume %s\n' $volumes
    else
      printf '%s' "$sources" | awk -F "$TAB" '{ print $1 "/" substr($2, 3) }' | sed 's,^//,/,'
    fi
    ;;
  esac
  [ -z "$database_reads" ] || printf '%s\n' "$database_reads"
}

operate_backup_look() {
  judge_root
  [ "$root_fault" = absent ] || [ -z "$root_fault" ] || problem root "$root_fault"
  if resolve && has_space_for_backup; then
    begin_answer
    put_plain outcome ready
    put reads "$(list_reads)"
  else
    begin_answer
    put_plain outcome "$refusal"
    put detail "$refusal_detail"
  fi
  put containers "$(printf '%s\n' "$containers" | awk 'NF { print $4 " (" $2 ")" }')"
  put writes "$r_backup_root/$r_module-$r_stamp.$suffix"
  put_plain method "$method"
  put_plain consistency "$consistency"
  put_plain expected "$expected"
  find_free
  put_plain free "$free"
  end_answer
}
