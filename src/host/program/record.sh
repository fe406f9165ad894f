
# ---- what is on record of an attempt

# A record without an end and without a process is unknown.
read_standing() {
  state=absent
  content=
  [ -s "$record" ] || return 0
  content=$(cat "$record")
  state=unknown
  is_finished "$content" && state=finished
}

is_finished() {
  case $1 in
  *'"phase":"finished"'*) return 0 ;;
  *) return 1 ;;
  esac
}

# The one way in which an attempt is reported, at once or after a lost
# connection.
answer_record() {
  read_standing
  if [ "$state" != finished ]; then
    if is_alive "$r_root/.staging/apply-$r_attempt"; then
      state=running
    else
      # It may have ended between the two looks.
      read_standing
    fi
  fi
  begin_answer
  put_plain state "$state"
  put record "$content"
  end_answer
}

# With abandon, an attempt that has not begun is kept from beginning later,
# should its request still be on the way.
operate_record() {
  must_match attempt "$r_attempt" '!A-Za-z0-9_-'
  r_tree=
  r_sha=
  begin_attempt
  if [ "$r_abandon" = true ] && [ ! -e "$record" ] &&
    ! is_alive "$r_root/.staging/apply-$r_attempt"; then
    mkdir -p "$r_root" 2>/dev/null
    result=not_started
    claim_record finished
    result=
  fi
  answer_record
  if [ -d "$r_root/.staging" ] && (: >"$r_root/.staging/.lock") 2>/dev/null; then
    exec 7>"$r_root/.staging/.lock"
    flock 7
    sweep_staging
  fi
}

# An attempt that never ended is kept until somebody has explained it.
prune_records() {
  for name in $(cd "$r_root/attempts" 2>/dev/null && ls -1t | tail -n +201); do
    case $name in
    *.json) is_finished "$(cat "$r_root/attempts/$name")" || continue ;;
    esac
    rm -f "$r_root/attempts/$name"
  done
}
