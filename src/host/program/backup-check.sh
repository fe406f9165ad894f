
# ---- backup: whether one that is there can be relied on

unpack() {
  case $suffix in
  *.zst) zstd -q -d -c ;;
  *.gz) gzip -d -c ;;
  *) cat ;;
  esac
}

# throwaway USER SCRIPT [ARGUMENT]: in a container of the module's image that has nothing
# of the module, no network, and is gone afterwards.
throwaway() {
  docker_limit=${docker_limit:-$r_timeout}
  env -i PATH="$r_path" HOME="$HOME" timeout -k 5 -- "$docker_limit" docker run -i --rm \
    --label "apply-gates.scratch=${work##*/}" --network none --pull never \
    --entrypoint sh --user "$1" "$image" -c "$2" sh "${3-}" 6>&- 7>&- 8>&- 9>&-
}

find_image() {
  [ -z "$image" ] || return 0
  find_containers || return 1
  image=$(docker_cli inspect --format '{{.Image}}' "${containers%% *}" 2>/dev/null) ||
    cannot engine "the engine does not answer"
}

# form_is OUTCOME DETAIL
form_is() {
  form_outcome=$1
  form_detail=$2
}

# Whether a tool that reads this form says that it is whole. Sets form_outcome
# to good, corrupt or unreadable, with form_detail, and counts.
check_form() {
  counts=
  tool=${suffix##*.}
  case $tool in
  zst) tool='zstd' ;;
  gz) tool='gzip' ;;
  *) tool='cat' ;;
  esac
  command -v "$tool" >/dev/null 2>&1 || {
    form_is unreadable "$tool is missing on the host"
    return 1
  }
  case $suffix in
  tar*) if [ "$r_class" = forgejo ]; then check_forgejo "$1"; else check_tar "$1"; fi ;;
  sqlite.gz) check_sqlite "$1" ;;
  rdb | dump)
    find_image || {
      form_is unreadable "$refusal_detail"
      return 1
    }
    "check_$suffix" "$1"
    ;;
  *)
    gzip -t <"$1" 2>"$work/errors" && form_is good '' ||
      form_is corrupt "$(tail -c 300 "$work/errors")"
    ;;
  esac
  [ "$form_outcome" = good ]
}

check_tar() {
  { unpack <"$1" 2>"$work/errors" || printf bad >"$work/bad"; } |
    tar -t -f - 2>>"$work/errors" >"$work/listed" || printf bad >"$work/bad"
  members=$(wc -l <"$work/listed" | tr -d ' ')
  if [ -e "$work/bad" ]; then
    form_is corrupt "$(tail -c 300 "$work/errors")"
  elif [ "$members" -eq 0 ]; then
    form_is corrupt "the archive is empty"
  else
    counts="\"members\":$members"
    form_is good ''
  fi
}

INTACT="select 'intact' from pragma_integrity_check where integrity_check = 'ok'"

check_sqlite() {
  unpack <"$1" >"$work/restored" 2>"$work/errors" || {
    if has_room; then
      form_is corrupt "$(tail -c 300 "$work/errors")"
    else
      form_is unreadable "$r_backup_root has no space to unpack it"
    fi
    return 0
  }
  if command -v sqlite3 >/dev/null 2>&1; then
    said=$(sqlite3 "$work/restored" "$INTACT" 2>&1 </dev/null)
    if [ "$said" = intact ]; then form_is good ''; else form_is corrupt "${said:-integrity_check}"; fi
  elif find_image; then
    ask_throwaway 'command -v sqlite3 >/dev/null || {
  echo "sqlite3 is neither on the host nor in the image of the module"
  exit 125
}
cat >/tmp/restored || exit 125
sqlite3 /tmp/restored "'"$INTACT"'"' "$work/restored" '^intact$'
  else
    form_is unreadable "sqlite3 is not on the host, and the module has no container to ask: $refusal_detail"
  fi
}

# ask_throwaway SCRIPT FILE PATTERN: what has the pattern is good; where docker
# did not get as far as the script, nothing is known.
ask_throwaway() {
  said=$(throwaway 0 "$1" <"$2" 2>&1)
  status=$?
  case $status in
  124 | 12[5-9] | 137) form_is unreadable "$(printf '%s\n' "$said" | tail -n 3)" ;;
  *)
    if [ "$status" -eq 0 ] && printf '%s\n' "$said" | grep -q "$3"; then
      form_is good ''
    else
      form_is corrupt "$(printf '%s\n' "$said" | tail -n 3)"
    fi
    ;;
  esac
}

check_rdb() {
  ask_throwaway 'cat >/tmp/dump.rdb || exit 125
for check in redis-check-rdb valkey-check-rdb keydb-check-rdb; do
  command -v "$check" >/dev/null 2>&1 && exec "$check" /tmp/dump.rdb
done
echo "no redis-check-rdb in the image of the module" >&2
exit 125' "$1" 'RDB looks OK'
  counts=$(printf '%s\n' "$said" | sed -n \
    's/^\[info\] \([0-9]*\) keys read.*/"keys":\1,/p; s/^\[info\] \([0-9]*\) expires$/"expires":\1/p' | tr -d '\n')
  counts=${counts%,}
}

# The list is at its front; reading all of it tells whether its end is there.
check_dump() {
  ask_throwaway 'command -v pg_restore >/dev/null || exit 125
cat >/tmp/dump || exit 125
pg_restore --list /tmp/dump && pg_restore -f /dev/null /tmp/dump' "$1" '; *TOC Entries:'
  tables=$(printf '%s\n' "$said" | grep -c ' TABLE DATA ')
  counts="\"tables\":$tables"
}

suffix_of_file() {
  suffix=${r_file#"$r_module"-*.}
}

# Tells what there is under the name of a backup, and of its receipt.
operate_backup_check() {
  judge_root
  [ "$root_fault" != absent ] || {
    begin_answer
    put_plain kind missing
    end_answer
    return 0
  }
  [ -z "$root_fault" ] || problem root "$root_fault"
  image='' containers=''
  place=$r_backup_root/$r_file
  suffix_of_file
  make_root
  open_backup_work "check-$$" || problem internal "the folder is taken"
  note_values
  find_kind "$place"
  [ "$kind" != file ] || check_form "$place"
  begin_answer
  put_plain kind "$kind"
  put_plain owned "$owned"
  put_plain mode "$mode"
  if [ "$kind" = file ]; then
    put_plain size "$(wc -c <"$place" | tr -d ' ')"
    put_plain sum "$(sum_of_input <"$place")"
    put_plain form "$form_outcome"
    put detail "$(without_values "$form_detail")"
    put_plain counts "$counts"
  fi
  find_kind "$place.receipt.json"
  put_plain receipt_kind "$kind"
  put_plain receipt_owned "$owned"
  put_plain receipt_mode "$mode"
  [ "$kind" != file ] || put receipt "$(head -c 65536 "$place.receipt.json")"
  end_answer
}

find_kind() {
  kind=other owned=no mode=
  if [ -L "$1" ]; then
    kind=symlink
  elif [ ! -e "$1" ]; then
    kind=missing
  elif [ -f "$1" ]; then
    kind='file'
  fi
  [ "$kind" != missing ] || return 0
  [ "$(stat -c %u "$1")" != "$(id -u)" ] || owned=yes
  mode=$(stat -c %a "$1")
  [ -r "$1" ] || [ "$kind" != file ] || kind=unreadable
}

# Writes a receipt by rename: a new one, or in place of the one that was read.
operate_backup_note() {
  make_root
  open_backup_work "note-$$" || problem internal "the folder is taken"
  place=$r_backup_root/$r_file.receipt.json
  find_kind "$place"
  was=$kind
  [ "$kind" != file ] || was=$(printf %s "$(head -c 65536 "$place")" | sha256sum | cut -c 1-64)
  [ "$was" = "$r_expect_output" ] || problem changed "$place"
  printf '%s\n' "$r_receipt" >"$work/receipt" 2>/dev/null && to_disk "$work/receipt" &&
    mv -f "$work/receipt" "$place" && to_disk "$r_backup_root" ||
    problem unwritable "$r_backup_root has no space left"
  begin_answer
  put_plain outcome noted
  end_answer
}

operate_backup_list() {
  judge_root
  [ "$root_fault" = absent ] || [ -z "$root_fault" ] || problem root "$root_fault"
  begin_answer
  if [ -z "$root_fault" ]; then
    put names "$(cd "$r_backup_root" && ls -1 | tail -n 2000)"
    put receipts "$(cd "$r_backup_root" && for one in *.receipt.json; do
      [ -f "$one" ] && [ ! -L "$one" ] && head -c 65536 "$one" | head -n 1
    done | tail -n 2000)"
  fi
  find_free
  put_plain free "$free"
  end_answer
}
