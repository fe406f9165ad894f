
# ---- backup: Forgejo, its database and its files in one archive

# The archive holds, below .apply-gates, the backup of the database and a list of
# where the repositories lie in it.

# Sets what the files are read from. The service is the one that stands still.
resolve_forgejo() {
  find_container || return 1
  if [ -n "$r_volumes" ] || [ -z "$r_paths$r_host_files$r_host_dirs" ]; then
    resolve_volumes
  else
    resolve_files
  fi
}

# The database lies on the disk three times for a while: as its backup, in the
# archive, and unpacked from that to be checked.
find_forgejo_database() {
  if [ -n "$r_database_file" ]; then find_forgejo_file; else find_forgejo_server; fi || return 1
  [ -z "$expected" ] || expected=$((expected + 3 * (bytes / 1024 + 1)))
}

# Sets found to the file of SQLite.
find_forgejo_file() {
  command -v sqlite3 >/dev/null 2>&1 || cannot unsupported sqlite3 || return 1
  files=0
  while IFS=$TAB read -r place member; do
    [ -n "$member" ] && [ -e "$place/$member/$r_database_file" ] || continue
    files=$((files + 1))
    found=${place%/}/${member#./}/$r_database_file
  done <<LIST
$sources
LIST
  [ "$files" -eq 1 ] ||
    cannot source_missing "$files files $r_database_file below what is read, instead of one" ||
    return 1
  [ ! -L "$found" ] ||
    cannot source_missing "$found is a symlink to $(readlink "$found")" || return 1
  [ -r "$found" ] || cannot source_unreadable "$found cannot be read" || return 1
  bytes=$(wc -c <"$found")
  database_reads="database $found"
}

# Sets container to that of the database; containers stay those of Forgejo.
find_forgejo_server() {
  held=$containers
  own_service=$r_service
  own_suffix=$suffix
  own_expected=$expected
  r_service=$r_database_service
  find_container && resolve_postgres
  status=$?
  containers=$held
  r_service=$own_service
  suffix=$own_suffix
  expected=$own_expected
  return "$status"
}

# The database first: what is made while nobody stands still has its files then.
take_forgejo() {
  extra=$work/forgejo
  mkdir -p "$extra/.apply-gates" && printf '%s\n' "$sources" |
    awk -F "$TAB" -v below="$r_repositories" 'NF { sub(/^[.]\//, "", $2); print $2 "/" below }' \
      >"$extra/.apply-gates/repositories" || return 1
  docker_limit=$r_timeout
  if [ -n "$r_database_file" ]; then
    timeout -k 5 -- "$r_timeout" sqlite3 -readonly "$found" '.timeout 10000' \
      ".backup '$extra/.apply-gates/database.sqlite'" >"$work/errors" 2>&1 </dev/null
  else
    ask_postgres "$POSTGRES_DUMP" >"$extra/.apply-gates/database.dump" 2>"$work/errors"
  fi || return 1
  if [ "$method" = engine ]; then stream copy_volumes; else stream make_tar; fi || return 1
  rm -rf "$extra"
}

# find_part PATTERN: sets part to the one member of that name.
find_part() {
  part=$(grep -E "^(\./)?\.apply-gates/$1\$" "$work/listed")
  [ -n "$part" ] && [ "$(printf '%s\n' "$part" | wc -l)" -eq 1 ] && return 0
  form_is corrupt "the archive has not exactly one .apply-gates/$1"
  return 1
}

# extract_part ARCHIVE FILE: to standard output, so that no link is followed.
extract_part() {
  unpack <"$1" | tar -x -O -f - "$part" >"$2" 2>"$work/errors" && return 0
  form_is corrupt "$(tail -c 300 "$work/errors")"
  has_room || form_is unreadable "$r_backup_root has no space to unpack it"
  return 1
}

# Sets form_outcome, and counts. Each repository that the database in the archive
# lists has to be in the archive.
check_forgejo() {
  check_tar "$1"
  [ "$form_outcome" = good ] || return 0
  archived=$counts
  find_part repositories && extract_part "$1" "$work/roots" || return 0
  find_part 'database\.(sqlite|dump)' && extract_part "$1" "$work/database" || return 0
  case $part in
  *.sqlite) read_forgejo_file ;;
  *) read_forgejo_dump ;;
  esac || return 0
  compare_repositories
  counts="$archived,\"repositories\":$(wc -l <"$work/repositories" | tr -d ' '),$counts"
}

read_forgejo_file() {
  command -v sqlite3 >/dev/null 2>&1 || {
    form_is unreadable "sqlite3 is missing on the host"
    return 1
  }
  own_suffix=$suffix
  suffix=sqlite
  check_sqlite "$work/database"
  suffix=$own_suffix
  [ "$form_outcome" = good ] || return 1
  count_sqlite && sqlite3 "$work/restored" \
    "select lower(owner_name) || '/' || lower_name from repository" \
    >"$work/repositories" 2>"$work/errors" </dev/null || {
    form_is corrupt "$(tail -c 300 "$work/errors")"
    return 1
  }
  counts=$restored
}

# The rows of the table as pg_dump writes them; fails where there is no table.
COPIED='
/^COPY .*[.]"?repository"? [(]/ {
  line = $0
  sub(/^[^(]*[(]/, "", line)
  sub(/[)] FROM stdin;$/, "", line)
  fields = split(line, names, ", ")
  for (i = 1; i <= fields; i++) column[names[i]] = i
  copying = tables = 1
  next
}
$0 == "\\." { copying = 0 }
copying { print tolower($(column["owner_name"])) "/" $(column["lower_name"]) }
END { exit !(tables && !copying && column["owner_name"] && column["lower_name"]) }
'

read_forgejo_dump() {
  use_database_image || return 1
  check_dump "$work/database"
  [ "$form_outcome" = good ] || return 1
  throwaway 0 'cat >/tmp/dump && exec pg_restore -a -t repository -f - /tmp/dump' \
    <"$work/database" 2>"$work/errors" | awk -F "$TAB" "$COPIED" >"$work/repositories" && return 0
  form_is corrupt "the database has no table repository of Forgejo"
  [ ! -s "$work/errors" ] || form_is unreadable "$(tail -c 300 "$work/errors")"
  return 1
}

# From here on image and containers are those of the database.
use_database_image() {
  r_service=$r_database_service
  image='' containers=''
  find_image && return 0
  form_is unreadable "$refusal_detail"
  return 1
}

LOST='
FILENAME == ARGV[1] { roots[++n] = $0; next }
FILENAME == ARGV[2] {
  sub(/^[.]\//, "")
  if ($0 ~ /[.]git\/HEAD$/) there[$0] = 1
  next
}
{
  for (i = 1; i <= n; i++) if ((roots[i] "/" $0 ".git/HEAD") in there) next
  print
}
'

compare_repositories() {
  awk "$LOST" "$work/roots" "$work/listed" "$work/repositories" >"$work/lost" || {
    form_is unreadable "the repositories could not be compared"
    return 0
  }
  [ ! -s "$work/lost" ] ||
    form_is repository_missing "$(wc -l <"$work/lost" | tr -d ' ') of the repositories of the database are not below $(
      tr '\n' ' ' <"$work/roots"
    )in the archive: $(head -n 5 "$work/lost" | cut -c 1-200 | tr '\n' ' ')"
}

# The files, byte for byte; then the database, in a place of its own.
restore_forgejo() {
  restore_tar "$1" || return 1
  rm -rf "$work/restored"
  unpacked=$restored
  check_forgejo "$1"
  case $form_outcome in
  good) ;;
  unreadable) cannot unreadable "$form_detail" || return 1 ;;
  *) cannot not_restorable "$form_detail" || return 1 ;;
  esac
  repositories="\"repositories\":$(wc -l <"$work/repositories" | tr -d ' ')"
  case $part in
  *.sqlite) ;;
  *) restore_dump "$work/database" || return 1 ;;
  esac
  restored="$unpacked,$repositories,$restored"
}
