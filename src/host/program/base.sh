# The host program of apply-gates. POSIX sh; needs coreutils, tar, flock and
# setsid. It arrives as the argument of `sh -c 'eval "$0"'`, so that it can
# start itself again; its request comes on standard input.

set -u
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin
LC_ALL=C
export PATH LC_ALL

# Bytes kept of what a command prints, and of the end that is reported.
OUTPUT_CAP=1048576
REPORT_CAP=49152

# Values are printed as base64 (key=) or, from a safe alphabet, plain (key:).
put() {
  printf '%s=' "$1"
  printf %s "$2" | base64 -w 0
  printf '\n'
}

put_plain() {
  printf '%s:%s\n' "$1" "$2"
}

# The end of a file, in whole lines: half a secret is not known for one.
end_of_file() {
  if [ "$(wc -c <"$1")" -gt "$2" ]; then
    tail -c "$2" "$1" | tail -n +2
  else
    cat "$1"
  fi
} 2>/dev/null

put_end_of_file() {
  [ -s "$2" ] || {
    put_plain "$1" ''
    return 0
  }
  printf '%s=' "$1"
  end_of_file "$2" "$3" | base64 -w 0
  printf '\n'
}

begin_answer() {
  answered=yes
  printf 'apply-gates 1\n'
}

end_answer() {
  printf 'end\n'
}

# Ends with an answer that names what went wrong. In the worker the follower
# is the one who can answer, so it is left for it.
problem() {
  [ -z "${r_root-}" ] || has_room || set -- unwritable "$r_root has no space left"
  if [ -n "${claimed-}" ]; then
    failure=$2
    [ -z "${began-}" ] || finish failed
    finish "$1"
  fi
  if [ -n "${worker-}" ]; then
    printf '%s\n%s' "$1" "$(without_values "$2")" >"$work/problem"
    exit 0
  fi
  begin_answer
  put_plain problem "$1"
  put detail "$(without_values "$2")"
  end_answer
  exit 0
}

# What cannot be read may not have been written: a full disk shows in many ways.
has_room() {
  [ -n "${work-}" ] && [ -d "$work" ] || return 0
  dd if=/dev/zero of="$work/room" bs=8192 count=2 2>/dev/null && rm -f "$work/room" && return 0
  rm -f "$work/room"
  return 1
}

require_tools() {
  [ -n "$missing" ] || return 0
  begin_answer
  put_plain problem unsupported
  put_plain missing "${missing# }"
  end_answer
  exit 0
}

# Whatever the login environment holds (TAR_OPTIONS, BASH_ENV, tokens) is left
# behind before anything is read.
missing=${APPLY_GATES_MISSING-}
if [ "${APPLY_GATES_ENVIRONMENT-}" != clean ]; then
  missing=
  for tool in env base64 sha256sum tar flock setsid timeout mkfifo mktemp \
    readlink sync sed awk sort head tail cut tr cat wc ln ls mv rm mkdir chmod touch date \
    sleep dd uname; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  case "$missing " in
  *" env "* | *" base64 "*) require_tools ;;
  esac
  exec env -i PATH="$PATH" LC_ALL=C HOME="${HOME:-/}" APPLY_GATES_MISSING="$missing" \
    APPLY_GATES_ENVIRONMENT=clean sh -c 'eval "$0"' "$0" "$@"
fi

answered=
directory=
following=
work=
worker=
request=

on_exit() {
  status=$?
  trap - EXIT
  if [ -z "$worker" ]; then
    [ -n "$answered" ] || (problem internal "the host program ended with $status")
    # A worker that goes on without us still needs its folder.
    [ -z "$work" ] || [ -n "$following" ] || rm -rf "$work"
  else
    rm -rf "$work/content"
  fi
}
trap on_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Reads `key=base64` and `key:plain` lines up to an empty line into r_<key>.
# `read` takes one byte at a time from a pipe, so what follows the empty line is
# left in it.
read_request() {
  request=
  while IFS= read -r line; do
    if [ -z "$line" ]; then
      return 0
    fi
    key=${line%%[=:]*}
    case $key in
    op | checkpoint | driver | root | runtime | module | folder | tree | sha | path | attempt | abandon | \
      body_sha256 | host_files | host_dirs | timeout | plan_argv | apply_argv | \
      stop_argv | health_argv | health_timeout | streak | interval | http | \
      expect_release | expect_status | expect_output | stateful | armed | fence | \
      lock_wait | body_size | compose_files | profiles | project | services | oneshot | \
      project_directory | up | recreate | remove | pull | pull_timeout | \
      new_volumes | new_networks | images | dry_run | holder | backup_root | class | volumes | paths | \
      excludes | quiesce | service | database | db_user | database_file | database_service | \
      repositories | stamp | receipt | file | acknowledgement) ;;
    *) problem malformed "the request has an unknown key" ;;
    esac
    # shellcheck disable=SC2034 # the eval below reads it
    case $line in
    "$key:"*) value=${line#*:}x ;;
    *)
      value=$(printf %s "${line#*=}" | base64 -d 2>/dev/null && printf x) ||
        problem malformed "the request has a value that is not base64"
      ;;
    esac
    eval "r_$key=\${value%x}"
    request="$request$line
"
  done
  problem malformed "the request has no end"
}

forget_request() {
  r_op='' r_checkpoint='' r_driver='' r_root='' r_runtime='' r_module='' r_folder='' r_tree='' r_sha='' r_path=''
  r_attempt='' r_abandon='' r_body_sha256='' r_host_files='' r_host_dirs=''
  r_timeout='' r_plan_argv='' r_apply_argv='' r_stop_argv='' r_health_argv=''
  r_health_timeout='' r_streak='' r_interval='' r_http='' r_expect_release=''
  r_expect_status='' r_expect_output='' r_stateful='' r_armed='' r_fence='' r_lock_wait=''
  r_body_size='' r_compose_files='' r_profiles='' r_project='' r_services=''
  r_oneshot='' r_project_directory='' r_up='' r_recreate='' r_remove='' r_pull=''
  r_pull_timeout='' r_new_volumes='' r_new_networks='' r_images='' r_dry_run='' r_holder='' r_backup_root=''
  r_acknowledgement=''
}

# Sets word to what one `.base64` or `:plain` word stands for, to the last
# newline.
decode_word() {
  case $1 in
  :*)
    word=${1#:}
    return 0
    ;;
  esac
  word=$(printf %s "${1#.}" | base64 -d && printf x)
  word=${word%x}
}

must_match() {
  case $2 in
  "" | *[$3]*) problem malformed "$1 is not well formed" ;;
  esac
}

must_be_number() {
  case $2 in
  "" | *[!0-9]* | ????????????????*) problem malformed "$1 is not a number" ;;
  esac
}

# The client checks all of this too; here it holds even if somebody else has
# got hold of the key.
check_request() {
  must_match root "$r_root" '!A-Za-z0-9._@+=,/-'
  case $r_root in
  [!/]* | */../* | */.. | */ | *//*) problem malformed "root is not a path" ;;
  esac
  case $r_op in
  probe | fence | acknowledge) return 0 ;;
  look)
    must_match backup_root "${r_backup_root-}" '!A-Za-z0-9._@+=,/-'
    return 0
    ;;
  esac
  must_match module "$r_module" '!a-z0-9-'
  must_match runtime "$r_runtime" '!a-z0-9-'
  base=$r_root/$r_runtime
  if [ -n "$r_attempt" ]; then
    must_match attempt "$r_attempt" '!A-Za-z0-9_-'
  fi
  case $r_op in
  record | history | retire) return 0 ;;
  esac
  must_match tree "$r_tree" '!0-9a-f'
  must_match sha "$r_sha" '!0-9a-f'
  for number in "$r_timeout" "$r_health_timeout" "$r_streak" "$r_interval"; do
    must_be_number timeout "$number"
  done
  case /$r_folder/ in
  *//* | */../* | */./*) problem malformed "folder is not a path" ;;
  esac
  [ "$r_driver" != compose ] || check_compose_request
}

check_compose_request() {
  must_match project "$r_project" '!a-z0-9_-'
  case $r_project in
  -*) problem malformed "project is not a name" ;;
  esac
  [ -n "$r_compose_files" ] || problem malformed "no compose file is named"
  [ -z "$r_project_directory" ] ||
    must_match project_directory "$r_project_directory" '!A-Za-z0-9._@+=,/-'
  for tool in grep stat cp cmp dirname; do
    command -v "$tool" >/dev/null 2>&1 || problem unsupported "$tool"
  done
  (PATH=$r_path && command -v docker >/dev/null 2>&1) ||
    problem unsupported "docker, in $r_path"
  for token in $r_services $r_oneshot $r_profiles $r_up $r_recreate $r_remove $r_pull \
    $r_new_volumes $r_new_networks; do
    decode_word "$token"
    must_match service "$word" '!A-Za-z0-9._-'
    case $word in
    [!A-Za-z0-9]*) problem malformed "a service is not a name" ;;
    esac
  done
}

# Seconds that no clock change moves.
uptime_seconds() {
  if read -r seconds _ </proc/uptime; then
    printf %s "${seconds%%.*}"
  else
    date +%s
  fi
} 2>/dev/null

make_private() {
  [ -d "$1" ] || mkdir -m 700 "$1" 2>/dev/null || [ -d "$1" ]
}

to_disk() {
  # The sync of others takes no files; that of GNU says what it could not write.
  sync "$@" 2>/dev/null || { ! sync --version >/dev/null 2>&1 && sync; }
}
