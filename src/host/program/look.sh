
# ---- look: what a lane relies on here. Nothing is written, and nothing waited for.

operate_look() {
  begin_answer
  put_plain clock "$(date +%s)"
  put user "$(id -un 2>/dev/null)"
  put_plain uid "$(id -u 2>/dev/null)"
  put system "$(uname -sr)"
  put missing "${missing# }$(list_missing grep stat cp cmp dirname gzip df du id)"
  put_plain own_look "${h_repository:+yes}"
  put engine "$(ask_engine)"
  put runtime_root "$(look_at "$r_root")"
  put backup_root "$(look_at "$r_backup_root")"
  put leftovers "$(list_leftovers)"
  end_answer
}

list_missing() {
  for tool; do
    command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"
  done
}

# Both at once; each answer is one line.
ask_engine() {
  (PATH=$r_path && command -v docker >/dev/null 2>&1) || {
    printf 'absent docker, in %s\n' "$r_path"
    return 0
  }
  docker_limit=10
  tell_engine engine version --format '{{.Server.Version}}' &
  tell_engine compose compose version --short &
  wait
}

tell_engine() {
  kind=$1
  shift
  told=$(docker_cli "$@" 2>&1) || kind=no_$kind
  printf '%s %s\n' "$kind" "$(printf %s "$told" | tail -n 1 | head -c 300)"
}

# Kind, mode, owner, whether we may write, KiB free. Of what is not there, the
# last two are those of the folder that it would be made in.
look_at() {
  place=$1
  kind=other
  [ ! -d "$1" ] || kind=folder
  if [ -L "$1" ]; then
    kind='link'
  elif [ ! -e "$1" ]; then
    kind=absent
    until [ -e "$place" ]; do
      place=${place%/*}
      : "${place:=/}"
    done
  fi
  may=no
  [ ! -w "$place" ] || may=yes
  printf '%s %s %s %s\n' "$kind" "$(stat -c '%a %u' "$place" 2>/dev/null || echo - -)" \
    "$may" "$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $4 }')"
}

# What runs left that died. Who is just making a folder holds the lock of all of
# them; then nothing can be told, and nobody is kept waiting.
list_leftovers() {
  command -v flock >/dev/null 2>&1 || {
    printf 'unsure flock\n'
    return 0
  }
  if hold_folders "$r_root/.staging"; then
    list_dead stage "$r_root/.staging"
    list_open_attempts
  else
    printf 'unsure %s\n' "$r_root/.staging"
  fi
  if hold_folders "$r_backup_root/.work"; then
    list_dead backup "$r_backup_root/.work"
  else
    printf 'unsure %s\n' "$r_backup_root/.work"
  fi
}

hold_folders() {
  [ -e "$1" ] || return 0
  [ -x "$1" ] && [ -r "$1/.lock" ] || return 1
  exec 7<"$1/.lock"
  flock -s -n 7
}

list_dead() {
  for stale in "$2"/*; do
    [ -d "$stale" ] && ! is_alive "$stale" || continue
    # A service may stand still since.
    [ ! -s "$stale/quiesced" ] || printf 'halted %s\n' "${stale##*/}"
    printf '%s %s\n' "$1" "${stale##*/}"
  done
}

list_open_attempts() {
  for record in "$r_root"/attempts/*.json; do
    [ -f "$record" ] || continue
    content=$(cat "$record") || {
      printf 'unsure %s\n' "$record"
      continue
    }
    ! is_finished "$content" || continue
    attempt=${record##*/}
    state=open
    ! is_alive "$r_root/.staging/apply-${attempt%.json}" || state=running
    printf '%s %s %s\n' "$state" "${attempt%.json}" \
      "$(printf %s "$content" | sed -n 's/.*"module":"\([a-z0-9-]*\)".*/\1/p')"
  done
}
