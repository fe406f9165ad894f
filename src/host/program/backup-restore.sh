
# ---- backup: a rehearsal of its restore, away from everything that runs

REDIS_RESTORE='
unset REDISCLI_AUTH
mkdir /tmp/rehearsal && cd /tmp/rehearsal && cat >dump.rdb || exit 125
for kind in redis valkey keydb; do
  command -v "$kind-server" >/dev/null 2>&1 && break
done
"$kind-server" --port 0 --unixsocket "$PWD/socket" --dir "$PWD" --dbfilename dump.rdb \
  --appendonly no --save "" >log 2>&1 &
server=$!
until [ "$("$kind-cli" -s "$PWD/socket" ping 2>/dev/null)" = PONG ]; do
  kill -0 "$server" 2>/dev/null || { tail -n 5 log; exit 1; }
  sleep 0.2
done
"$kind-cli" -s "$PWD/socket" info keyspace | tr -d "\r" |
  sed -n "s/^db[0-9]*:keys=\([0-9]*\),expires=\([0-9]*\).*/\1 \2/p" |
  { keys=0; expires=0; while read -r k e; do keys=$((keys + k)); expires=$((expires + e)); done
    echo "restored:\"keys\":$keys,\"expires\":$expires"; }
kill "$server"
'

POSTGRES_RESTORE='
mkdir /tmp/rehearsal && cd /tmp/rehearsal && cat >dump || exit 125
unset PGPASSWORD PGPORT PGDATABASE PGDATA
PGHOST=$PWD PGUSER=postgres
export PGHOST PGUSER
initdb -D data -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >log 2>&1 ||
  { tail -n 5 log; exit 125; }
postgres -D data -k "$PWD" -c listen_addresses= -c fsync=off >log 2>&1 &
server=$!
until psql -w -d postgres -c "select 1" >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { tail -n 5 log; exit 125; }
  sleep 0.2
done
psql -w -q -d postgres -c "create database rehearsal" &&
  pg_restore -w --no-owner --no-acl --exit-on-error -d rehearsal dump || exit 1
counts=$(psql -w -At -d rehearsal -c "select format(\$\$select count(*) from %I.%I;\$\$, schemaname, tablename)
  from pg_tables where schemaname not in (\$\$pg_catalog\$\$, \$\$information_schema\$\$)" |
  psql -w -At -d rehearsal) || exit 1
printf "%s\n" "$counts" | awk "NF { tables++; rows += \$1 }
  END { printf \"restored:\\\"tables\\\":%d,\\\"rows\\\":%d\\n\", tables, rows }"
kill "$server"
'

ROW_COUNTS="select 'select count(*) from \"' || replace(name, '\"', '\"\"') || '\";'
  from sqlite_master where type = 'table' and name not like 'sqlite_%'"

SQLITE_RESTORE='
each=$(sqlite3 "$1" "$2" </dev/null) &&
  counts=$(printf "%s\n" "$each" | sqlite3 -batch -bail "$1") || exit 1
tables=0 rows=0
for n in $counts; do
  tables=$((tables + 1)) rows=$((rows + n))
done
echo "restored:\"tables\":$tables,\"rows\":$rows"
'

# rehearse_in USER SCRIPT FILE [ARGUMENT]: its last line tells what was restored.
rehearse_in() {
  find_image || cannot unreadable "$refusal_detail" || return 1
  said=$(throwaway "$1" "$2" "${4-}" <"$3" 2>&1)
  judge_restored "$?"
}

judge_restored() {
  status=$1
  restored=$(printf '%s\n' "$said" | sed -n 's/^restored://p')
  [ "$status" -ne 0 ] || [ -z "$restored" ] || return 0
  case $status in
  124 | 12[5-9] | 137) cannot unreadable "$(printf '%s\n' "$said" | tail -n 3)" ;;
  *) cannot not_restorable "$(printf '%s\n' "$said" | tail -n 3)" ;;
  esac
}

# Nobody but its own user may own a data folder of postgres, and root may not.
restore_dump() {
  find_image || cannot unreadable "$refusal_detail" || return 1
  owner=$(docker_cli exec "${containers%% *}" sh -c 'stat -c %u "${PGDATA:-/var/lib/postgresql/data}"' 2>&1)
  case $owner in
  "" | *[!0-9]*) cannot unreadable "the owner of the data is not known: $owner" || return 1 ;;
  esac
  rehearse_in "$owner" "$POSTGRES_RESTORE" "$1"
}

restore_rdb() {
  rehearse_in 0 "$REDIS_RESTORE" "$1"
}

restore_sqlite() {
  check_sqlite "$1"
  case $form_outcome in
  good) ;;
  corrupt) cannot not_restorable "$form_detail" || return 1 ;;
  *) cannot unreadable "$form_detail" || return 1 ;;
  esac
  if command -v sqlite3 >/dev/null 2>&1; then
    said=$(sh -c "$SQLITE_RESTORE" sh "$work/restored" "$ROW_COUNTS" 2>&1)
    judge_restored "$?"
  else
    rehearse_in 0 "cat >/tmp/restored || exit 125
set -- /tmp/restored \"\$1\"$SQLITE_RESTORE" "$work/restored" "$ROW_COUNTS"
  fi
}

# Sets restored to what the database in the folder of this run holds.
count_sqlite() {
  restored=$(sh -c "$SQLITE_RESTORE" sh "$work/restored" "$ROW_COUNTS" 2>"$work/errors" </dev/null |
    sed -n 's/^restored://p')
  [ -n "$restored" ]
}

# Nobody but root can give a file away, or read one that its owner may not: who
# else rehearses compares all but owners and modes.
compare_tar() {
  mine=
  [ "$(id -u)" = 0 ] || {
    mine=': (Uid|Gid|Mode) differs$'
    chmod -R u+rwX "$work/restored"
  }
  unpack <"$1" | tar -d -f - -C "$work/restored" >"$work/compared" 2>&1
  status=$?
  grep -Ev "${mine:-^$}" "$work/compared" >"$work/errors"
  case $status in
  0) ;;
  1) [ -n "$mine" ] && [ ! -s "$work/errors" ] ;;
  *) return 1 ;;
  esac
}

# Every file is unpacked, and compared with the archive byte for byte.
restore_tar() {
  need=$(unpack <"$1" 2>/dev/null | wc -c)
  find_free
  [ "${free:-0}" -ge $((need / 1024 + 16384)) ] ||
    cannot no_space "$r_backup_root has $free KiB free, the rehearsal needs $((need / 1024 + 16384))" ||
    return 1
  mkdir "$work/restored"
  unpack <"$1" | tar -x -p -f - -C "$work/restored" 2>"$work/errors" ||
    cannot not_restorable "$(tail -c 300 "$work/errors")" || return 1
  ! has_gnu_tar || compare_tar "$1" || cannot not_restorable "$(tail -c 300 "$work/errors")" || return 1
  files=$(find "$work/restored" -type f | wc -l | tr -d ' ')
  members=$(unpack <"$1" | tar -t -f - 2>/dev/null | wc -l | tr -d ' ')
  restored="\"members\":$members,\"files\":$files"
}

operate_backup_restore() {
  make_root
  image='' containers='' restored='' counts='' refusal='' refusal_detail=''
  target=$r_backup_root/$r_file
  suffix_of_file
  open_backup_work "restore-$$" || problem internal "the folder is taken"
  start_guard
  note_values
  case $suffix in
  tar*) if [ "$r_class" = forgejo ]; then restore_forgejo "$target"; else restore_tar "$target"; fi ;;
  sqlite.gz) restore_sqlite "$target" ;;
  rdb | dump) "restore_$suffix" "$target" ;;
  *) cannot unreadable "there is no rehearsal for $suffix" ;;
  esac || problem "$refusal" "$refusal_detail"
  begin_answer
  put_plain outcome restored
  put_plain counts "$restored"
  end_answer
}
