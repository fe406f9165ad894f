
# ---- backup: databases, through programs of their own container

# inside SCRIPT ARGS...: in the container, with our standard input. What no
# command line may hold comes as the first line of it.
inside() {
  set -- docker exec -i "$container" sh -c "$@"
  env -i PATH="$r_path" HOME="$HOME" timeout -k 5 -- "${docker_limit:-60}" "$@" 6>&- 7>&- 8>&- 9>&-
}

# Sets given to the word that follows one of the words the container was
# started with: a password that is there is nowhere else.
find_argument() {
  given=$(docker_cli inspect --format '{{range .Args}}{{println .}}{{end}}' "$container" 2>/dev/null |
    awk -v name="$1" 'found { print; exit } $0 == name { found = 1 }')
}

REDIS_OPEN='
for cli in redis-cli valkey-cli keydb-cli; do
  command -v "$cli" >/dev/null 2>&1 && break
done
IFS= read -r given
if [ -z "${REDISCLI_AUTH-}" ]; then
  REDISCLI_AUTH=${given:-${REDIS_PASSWORD-${VALKEY_PASSWORD-}}}
  file=${REDIS_PASSWORD_FILE-${VALKEY_PASSWORD_FILE-}}
  [ -n "$REDISCLI_AUTH" ] || [ ! -r "$file" ] || REDISCLI_AUTH=$(cat "$file")
  [ -n "$REDISCLI_AUTH" ] || [ ! -r "$2" ] || REDISCLI_AUTH=$(
    sed -n "s/^[[:space:]]*requirepass[[:space:]]*//p" "$2" | tail -n 1 | tr -d "\042\047\r")
  export REDISCLI_AUTH
fi
# A password that the server does not ask for would be an error to it.
case $(unset REDISCLI_AUTH; "$cli" -p "$1" ping 2>/dev/null </dev/null) in
PONG) unset REDISCLI_AUTH ;;
esac
'

# ask_redis COMMAND...: of constant words.
ask_redis() {
  printf '%s\n' "$password" |
    inside "$REDIS_OPEN"'exec "$cli" -p "$1" '"$*" sh "${port:-6379}" "$config"
}

resolve_redis() {
  suffix=rdb
  find_argument --port
  port=$given
  find_argument --requirepass
  password=$given
  [ -z "$work" ] || [ -z "$password" ] || printf '%s\n' "$password" >>"$work/hidden"
  config=$(docker_cli inspect --format '{{range .Args}}{{println .}}{{end}}' "$container" 2>/dev/null |
    awk '/^\/.*[.]conf$/ { print; exit }')
  said=$(ask_redis info memory 2>&1)
  bytes=$(printf '%s\n' "$said" | tr -d '\r' | sed -n 's/^used_memory://p')
  [ -n "$bytes" ] || cannot database_refused "$(printf '%s\n' "$said" | tail -n 1)" || return 1
  expected=$((bytes / 1024 + 1))
  database_reads="redis in $name"
}

POSTGRES_OPEN='
user=${1:-${POSTGRES_USER:-${PGUSER:-postgres}}}
base=${2:-${POSTGRES_DB:-${PGDATABASE:-$user}}}
if [ -z "${PGPASSWORD-}" ]; then
  PGPASSWORD=${POSTGRES_PASSWORD-}
  [ -n "$PGPASSWORD" ] || [ ! -r "${POSTGRES_PASSWORD_FILE-}" ] || PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
  export PGPASSWORD
fi
'

POSTGRES_DUMP='exec pg_dump -w -Fc --lock-wait-timeout=60000 -U "$user" -d "$base"'

# ask_postgres COMMAND: with the database and the user of the manifest, else
# with those that the container was made for.
ask_postgres() {
  inside "$POSTGRES_OPEN$1" sh "$db_user" "$database" </dev/null
}

resolve_postgres() {
  suffix=dump
  decode_word "$r_db_user"
  db_user=$word
  decode_word "$r_database"
  database=$word
  said=$(ask_postgres 'psql -w -At -F " " -U "$user" -d "$base" -c "select pg_database_size(current_database()), current_database()"' 2>&1)
  read -r bytes database_reads <<LIST
$said
LIST
  case $bytes in
  "" | *[!0-9]*) cannot database_refused "$(printf '%s\n' "$said" | tail -n 1)" || return 1 ;;
  esac
  expected=$((bytes / 1024 + 1))
  database_reads="database $database_reads in $name"
}

WHERE='{{range .Mounts}}{{.Destination}}{{"\t"}}{{.Source}}{{"\n"}}{{end}}'

# Sets found to the file on the host, and inner to where the container has it.
resolve_sqlite() {
  suffix=sqlite.gz
  decode_word "$r_paths"
  inner=$word
  case $word in
  /*)
    found=$word
    if [ -n "$r_project" ]; then
      find_container || return 1
      found=$(docker_cli inspect --format "$WHERE" "$container" 2>/dev/null |
        awk -F '\t' -v path="$inner" '
          index(path, $1 "/") == 1 && length($1) > best {
            best = length($1)
            place = $2 substr(path, best + 1)
          }
          END { print place }')
    fi
    ;;
  *)
    find_shared "$word"
    inner=
    ;;
  esac
  [ ! -L "$found" ] ||
    cannot source_missing "$found is a symlink to $(readlink "$found")" || return 1
  database_reads=$found
  if [ -f "$found" ] && [ -r "$found" ] && command -v sqlite3 >/dev/null 2>&1; then
    method=host
    expected=$(($(wc -c <"$found") / 1024 + 1))
    return 0
  fi
  [ -n "$container" ] && [ -n "$inner" ] || {
    [ -f "$found" ] || cannot source_missing "$found is not there" || return 1
    [ -r "$found" ] || cannot source_unreadable "$found cannot be read" || return 1
    cannot unsupported sqlite3 || return 1
  }
  method=container
  database_reads="$inner in $name"
  bytes=$(inside 'command -v sqlite3 >/dev/null && wc -c <"$1"' sh "$inner" </dev/null 2>&1) ||
    cannot unsupported "sqlite3, on the host or in $name ($bytes)" || return 1
  expected=$((bytes / 1024 + 1))
}

resolve_database() {
  case $r_class in
  sqlite) resolve_sqlite ;;
  redis | postgres)
    find_container || return 1
    image=$(docker_cli inspect --format '{{.Image}}' "$container" 2>/dev/null) ||
      cannot engine "the engine does not know the image of $name" || return 1
    method=container
    "resolve_$r_class"
    ;;
  *) cannot unsupported "the class $r_class" ;;
  esac
}

SQLITE_COPY='
copy=/tmp/.apply-gates-$2
sqlite3 -readonly "$1" ".timeout 10000" ".backup $copy" >&2 && cat "$copy"
status=$?
rm -f "$copy" "$copy-journal"
exit "$status"
'

copy_sqlite() {
  if [ "$method" = container ]; then
    docker_limit=$r_timeout inside "$SQLITE_COPY" sh "$inner" "$r_attempt" </dev/null
    return
  fi
  timeout -k 5 -- "$r_timeout" sqlite3 -readonly "$found" '.timeout 10000' \
    ".backup '$work/copy'" >&2 </dev/null && cat "$work/copy"
}

take_database() {
  case $r_class in
  sqlite) stream copy_sqlite ;;
  redis)
    docker_limit=$r_timeout
    stream ask_redis --rdb -
    ;;
  postgres)
    docker_limit=$r_timeout
    stream ask_postgres "$POSTGRES_DUMP"
    ;;
  esac
}
