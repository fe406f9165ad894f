
# ---- backup: requests, folders and records

umask 077

forget_backup() {
  r_backup_root='' r_class='' r_volumes='' r_paths='' r_excludes='' r_quiesce=''
  r_service='' r_database='' r_db_user='' r_database_file='' r_database_service=''
  r_repositories='' r_stamp='' r_receipt='' r_file=''
}

check_backup_request() {
  for place in "$r_root" "$r_backup_root"; do
    must_match root "$place" '!A-Za-z0-9._@+=,/-'
    case $place in
    [!/]* | */../* | */.. | */ | *//*) problem malformed "root is not a path" ;;
    esac
  done
  must_match module "$r_module" '!a-z0-9-'
  must_match runtime "$r_runtime" '!a-z0-9-'
  must_match class "$r_class" '!a-z'
  must_match attempt "${r_attempt:-none}" '!A-Za-z0-9_-'
  must_match stamp "${r_stamp:-none}" '!A-Za-z0-9'
  must_match file "${r_file:-none}" '!A-Za-z0-9._-'
  must_match project "${r_project:-none}" '!a-z0-9_-'
  must_be_number timeout "${r_timeout:-0}"
  for token in $r_services $r_service $r_volumes $r_database $r_db_user $r_database_service; do
    decode_word "$token"
    must_match name "$word" '!A-Za-z0-9._-'
    case $word in
    [!A-Za-z0-9_]*) problem malformed "a name begins with a sign" ;;
    esac
  done
  for place in "${r_database_file:-none}" "${r_repositories:-none}"; do
    must_match path "$place" '!A-Za-z0-9._/-'
    case /$place/ in
    *//* | */../* | */./*) problem malformed "a path is not well formed" ;;
    esac
  done
  for tool in stat grep gzip df du id; do
    command -v "$tool" >/dev/null 2>&1 || problem unsupported "$tool"
  done
  base=$r_root/$r_runtime
  record=$r_backup_root/.work/$r_attempt.record
}

# Where a worker has no way to go on, its record says so.
problem() {
  [ -z "$worker" ] || end_backup "$1" "$2"
  begin_answer
  put_plain problem "$1"
  put detail "$(without_values "$2")"
  end_answer
  exit 0
}

# Sets found to where something that lives on the host is: below shared, or,
# before a project is taken over, in its old folder.
find_shared() {
  found=$base/shared/$1
  [ -e "$found" ] || [ -z "$r_project_directory" ] || found=$r_project_directory/$1
}

# Sets root_fault to what makes the folder of the backups one that is not used.
judge_root() {
  root_fault=
  if [ -L "$r_backup_root" ]; then
    root_fault="$r_backup_root is a symlink"
  elif [ ! -e "$r_backup_root" ]; then
    root_fault=absent
  elif [ ! -d "$r_backup_root" ]; then
    root_fault="$r_backup_root is no folder"
  else
    look=$(stat -c '%u %a' "$r_backup_root")
    [ "${look%% *}" = "$(id -u)" ] ||
      root_fault="$r_backup_root belongs to the user ${look%% *}"
    case $look in
    *" "*00) ;;
    *) root_fault="$r_backup_root has the mode ${look##* }, others may look into it" ;;
    esac
  fi
}

make_root() {
  judge_root
  if [ "$root_fault" = absent ]; then
    (umask 022 && mkdir -p "${r_backup_root%/*}") 2>/dev/null
    mkdir -m 700 "$r_backup_root" 2>/dev/null ||
      problem unwritable "$r_backup_root cannot be made"
    judge_root
  fi
  [ -z "$root_fault" ] || problem root "$root_fault"
  make_private "$r_backup_root/.work" && (: >"$r_backup_root/.work/.lock") 2>/dev/null ||
    problem unwritable "$r_backup_root cannot be written to: no space, or read-only"
}

# The SHA-256 of standard input. openssl takes what the processor has for it,
# which the sha256sum of many hosts does not: it would be what a backup waits for.
sum_of_input() {
  case $(openssl dgst -sha256 -r </dev/null 2>/dev/null) in
  e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855*)
    openssl dgst -sha256 -r
    ;;
  *) sha256sum ;;
  esac | cut -c 1-64
}

# True while some process holds the folder of a run open.
is_at_work() {
  [ -e "$1/.alive" ] && ! flock -n "$1/.alive" true 2>/dev/null
}

# Makes the folder of this run and holds it; fails where the run has one.
open_backup_work() {
  exec 7>"$r_backup_root/.work/.lock"
  flock 7
  sweep_work
  stage=$r_backup_root/.work/$1
  [ ! -e "$stage" ] && [ ! -e "$stage.record" ] || {
    exec 7>&-
    return 1
  }
  work=$stage
  mkdir -m 700 "$work" 2>/dev/null && (: >"$work/.alive") 2>/dev/null ||
    problem unwritable "$r_backup_root cannot be written to: no space, or read-only"
  exec 8>"$work/.alive"
  flock -n 8
  exec 7>&-
}

# What a run that was killed left: a service that stands still, containers of
# its own, half of a file.
sweep_work() {
  for stale in "$r_backup_root"/.work/*; do
    [ -d "$stale" ] && ! is_at_work "$stale" || continue
    resume "$stale"
    remove_scratch "${stale##*/}"
    remove_work "$stale"
  done
  for stale in $(cd "$r_backup_root/.work" && ls -1t | awk '/[.]record$/' | tail -n +101); do
    rm -f "$r_backup_root/.work/$stale"
  done
}

# What was restored may keep anybody but root from removing it.
remove_work() {
  [ "$(id -u)" = 0 ] || chmod -R u+rwX "$1" 2>/dev/null
  rm -rf "$1"
}

remove_scratch() {
  command -v docker >/dev/null 2>&1 || return 0
  for left in $(docker_cli ps -a -q --filter "label=apply-gates.scratch=$1" 2>/dev/null); do
    docker_cli rm -f -v "$left" >/dev/null 2>&1
  done
}

# end_backup OUTCOME DETAIL [LINES]: the one way in which a run ends. Its record
# is the answer that whoever asks for it gets.
end_backup() {
  resume "$work"
  remove_scratch "${work##*/}"
  # The room for the record was kept, in case the disk is full now.
  rm -f "$work/reserve" "$work/backup" "$work/receipt"
  {
    put_plain outcome "$1"
    put detail "$(without_values "$2")"
    [ -z "${3-}" ] || printf '%s\n' "$3"
  } >"$work/record" && to_disk "$work/record" && mv -f "$work/record" "$record" &&
    to_disk "$r_backup_root/.work"
  exit 0
}

# A run without a record and without a process was killed.
operate_backup_record() {
  judge_root
  [ "$root_fault" = absent ] || [ -z "$root_fault" ] || problem root "$root_fault"
  if [ "$r_abandon" = true ] && [ ! -e "$record" ]; then
    make_root
    exec 7>"$r_backup_root/.work/.lock"
    flock 7
    if [ ! -e "$record" ] && ! is_at_work "${record%.record}"; then
      outcome=not_started
      [ ! -e "${record%.record}" ] || outcome=killed
      sweep_work
      printf 'outcome:%s\n' "$outcome" >"$record.next" && mv -f "$record.next" "$record"
    fi
    exec 7>&-
  fi
  answer_backup_record
}

answer_backup_record() {
  begin_answer
  if [ -e "$record" ]; then
    put_plain state finished
    cat "$record"
  elif is_at_work "${record%.record}"; then
    put_plain state running
  elif [ -e "$record" ]; then
    put_plain state finished
    cat "$record"
  else
    put_plain state absent
  fi
  end_answer
}

on_exit() {
  status=$?
  trap - EXIT
  if [ -z "$worker" ]; then
    [ -n "$answered" ] || (problem internal "the host program ended with $status")
    [ -z "$work" ] || [ -n "$following" ] || {
      remove_scratch "${work##*/}"
      remove_work "$work"
    }
  else
    resume "$work"
    remove_scratch "${work##*/}"
    rm -rf "$work"
  fi
}
