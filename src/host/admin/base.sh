# How what an administrator runs on a host begins: as root where that needs no
# password. POSIX sh; its request comes on standard input: `key=base64` lines
# and an empty one.

set -u
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin
LC_ALL=C
export PATH LC_ALL
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  exec sudo -n sh -c 'eval "$0"' "$0"
fi

put() {
  printf '%s=' "$1"
  printf %s "$2" | base64 -w 0
  printf '\n'
}

problem() {
  printf 'apply-gates 1\n'
  put problem "$1"
  printf 'end\n'
  exit 0
}

# read_request KEY...: sets r_KEY, and knows no other key.
read_request() {
  for key in "$@"; do
    eval "r_$key="
  done
  while IFS= read -r line && [ -n "$line" ]; do
    key=${line%%=*}
    case " $* " in
    *" $key "*) ;;
    *) problem "the request has an unknown key" ;;
    esac
    # shellcheck disable=SC2034 # the eval below reads it
    value=$(printf %s "${line#*=}" | base64 -d && printf x) ||
      problem "the request has a value that is not base64"
    eval "r_$key=\${value%x}"
  done
}
