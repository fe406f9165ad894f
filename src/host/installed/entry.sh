#!/bin/sh
# apply-gates-host: all that the key of a runner may do on this host. Written by
# `apply-gates host install`; changes are lost with the next one. The key is
# pinned to it in authorized_keys: restrict,command="<this file> <host.conf>"

set -u
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin
LC_ALL=C
export PATH LC_ALL

refuse() {
  printf 'apply-gates 1\nproblem:%s\ndetail=%s\nend\n' "$1" \
    "$(printf %s "$2" | base64 -w 0)"
  exit 1
}

# The command of the client is compared and never run. Its request follows on
# standard input.
version=$(sha256sum <"$0" | cut -c 1-16)
case ${SSH_ORIGINAL_COMMAND-} in
"apply-gates-host 1 hello")
  printf 'apply-gates-host 1 %s\n' "$version"
  exit 0
  ;;
"apply-gates-host 1 request $version") part=program ;;
"apply-gates-host 1 backup $version") part=backup-program ;;
"apply-gates-host 1 request "* | "apply-gates-host 1 backup "*)
  refuse version "$version is installed"
  ;;
*) refuse restricted "this key speaks to apply-gates-host, and runs no command" ;;
esac
case ${1-} in
"" | [!/]* | *[!A-Za-z0-9._@+=,/-]*)
  refuse misconfigured "the key is pinned without the path of host.conf"
  ;;
esac
exec env -i PATH="$PATH" LC_ALL=C HOME="${HOME:-/}" sh -c 'eval "$0"' "host_policy='$1'
$(awk -v part="$part" '/^# ---- / { on = $3 == "guard" || $3 == part; next } on' "$0")"
