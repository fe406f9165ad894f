
# ---- apply: the worker, which no lost connection stops

# Writes attempts/<attempt>.json whole, by rename. All values but the two in
# base64 are of alphabets that JSON needs no escapes for.
write_record() {
  phase=$1
  report=
  if [ "$phase" = finished ] && [ -n "$work" ]; then
    hide_values "$work/output"
    report=$(end_of_file "$work/output" "$REPORT_CAP" | base64 -w 0)
  fi
  printf '{"schema":1,"attempt":"%s","module":"%s","sha":"%s","tree":"%s","phase":"%s","pid":%s,"result":"%s","health":"%s","returncode":%s,"restarts":%s,"previous":"%s","live":"%s","detail":"%s","output":"%s"}\n' \
    "$attempt" "$r_module" "$attempt_sha" "$attempt_tree" "$phase" "$$" \
    "$result" "$health" "$returncode" "$restarts" "$previous" "$live" \
    "$(printf %s "$(without_values "$failure")" | base64 -w 0)" "$report" \
    >"$record.$$" 2>/dev/null && to_disk "$record.$$" || {
    rm -f "$record.$$"
    return 1
  }
}

# Makes the record; fails where one is there already.
claim_record() {
  make_private "$r_root/attempts" || return 2
  write_record "$1" || return 2
  ln "$record.$$" "$record" 2>/dev/null
  claimed=$?
  rm -f "$record.$$"
  return "$claimed"
}

update_record() {
  [ "$1" != flipping ] || began=yes
  write_record "$1" && mv -f "$record.$$" "$record" && to_disk "$r_root/attempts"
}

finish() {
  result=$1
  # The room for the last record was kept, in case the disk is full now.
  rm -f "$work/reserve"
  update_record finished
  exit 0
}

take_lock() {
  (: >>"$r_root/.lock") 2>/dev/null ||
    problem unwritable "$r_root/.lock cannot be written to"
  exec 9>>"$r_root/.lock"
  waited=0
  until flock -n 9; do
    [ "$waited" -lt "$r_lock_wait" ] || problem locked "$r_root/.lock is held"
    waited=$((waited + 1))
    sleep 1
  done
}

# Highest fence that came here, and whose lease it was; the number is empty
# where none came, and odd where the file says something else.
read_fence() {
  seen='' seen_holder='' rest=''
  [ ! -e "$r_root/.fence" ] || {
    seen=odd
    read -r seen seen_holder rest <"$r_root/.fence"
    case $seen$rest in
    "" | *[!0-9]* | ????????????????*) seen=odd ;;
    esac
    case ${#seen_holder} in
    0 | 32) ;;
    *) seen=odd ;;
    esac
  } 2>/dev/null
}

# A run that was stopped may wake up when its lease is long somebody else's.
# Numbers far above what was seen are of no lease that anybody took.
check_fence() {
  judge_fence || finish fenced
  [ -n "$r_fence" ] || return 0
  store_fence && return 0
  failure="the fence could not be stored"
  finish unwritable
}

judge_fence() {
  read_fence
  failure=
  if [ "$seen" = odd ]; then
    failure="the fence file of the host cannot be read"
  elif [ -z "$r_fence" ]; then
    [ -n "$seen" ] || return 0
    failure="no fence was given, and the host has seen $seen"
  elif [ "$r_fence" -lt "${seen:-0}" ]; then
    failure="fence $r_fence is older than $seen"
  elif [ "$r_fence" -eq "${seen:-0}" ] && [ "$r_holder" != "$seen_holder" ] && [ -n "$seen" ]; then
    failure="fence $r_fence is of another lease"
  elif [ -n "$seen" ] && [ "$r_fence" -gt $((seen + 1000)) ]; then
    failure="fence $r_fence is too far above $seen"
  fi
  [ -z "$failure" ]
}

store_fence() {
  printf '%s\n' "$r_fence${r_holder:+ $r_holder}" >"$r_root/.fence.next" &&
    to_disk "$r_root/.fence.next" &&
    mv -f "$r_root/.fence.next" "$r_root/.fence"
} 2>/dev/null

# What was stateful where it was last applied is so until a person armed the
# change. The host remembers it, whatever a status was made to say.
check_nature() {
  [ "$r_stateful" != true ] && [ "$r_armed" != true ] && [ -n "$live" ] ||
    return 0
  [ -s "$base/releases/$live.command" ] || return 0
  if (
    forget_request
    read_request <"$base/releases/$live.command"
    [ "$r_stateful" = true ]
  ); then
    failure="the live release says stateful: true, and nobody armed the change"
    finish protected
  fi
}

check_expectations() {
  if [ "$live" != "$r_expect_release" ]; then
    failure="the live release is ${live:-none}, planned was ${r_expect_release:-none}"
    finish plan_changed
  fi
  run_plan
  if [ "$plan_status" != "$r_expect_status" ]; then
    cat "$work/plan-output" "$work/plan-errors" >"$work/output" 2>/dev/null
    failure="the plan command now exits $plan_status, planned was $r_expect_status"
    finish plan_changed
  fi
  if [ -n "$r_expect_output" ] && [ "$plan_sum" != "$r_expect_output" ]; then
    cat "$work/plan-output" >"$work/output" 2>/dev/null
    failure="the plan command now names other changes"
    finish plan_changed
  fi
}

# In sync: no command is run, whatever health says.
apply_in_sync() {
  [ "$r_driver" != compose ] || watch_from_here "$facts/wanted"
  # Where somebody removed the live release by hand, it is put back.
  if [ "$live" = "$r_tree" ] && [ -d "$base/current/" ] &&
    { [ -z "$directory" ] || [ "$directory" = linked ]; }; then
    if check_health; then
      end_in_sync || give_back
      finish noop
    fi
    failure="in sync, but not healthy"
    tell_failure
    finish unhealthy
  fi
  # What runs is what this release leaves behind, too.
  [ "$r_driver" != compose ] || tag_running || {
    failure="an image that runs could not be tagged"
    give_back
  }
  update_record flipping && take_over_files && install_release &&
    flip_to "$r_tree" && take_over_folder || give_back
  end_in_sync || give_back
  if check_health; then
    prune_releases
    finish released
  fi
  failure="in sync, but not healthy with the new release"
  tell_failure
  go_back_to_previous
  finish unhealthy
}

# What an apply that was cut off did not come to.
end_in_sync() {
  [ "$r_driver" = compose ] || return 0
  [ "$live" != "$previous" ] || [ -n "$unfinished" ] ||
    ! cmp -s "$facts/whole" "$base/model.json" || return 0
  prepare_model && note_mounted "$facts/content-sums" "$r_tree" && store_model
}

# Something could not be stored before any command ran.
give_back() {
  : "${failure:=the release could not be stored: no space, or read-only}"
  [ "$r_driver" != compose ] || give_back_notes
  [ "$live" = "$previous" ] || go_back_to_previous
  finish "$refusal"
}

go_back_to_previous() {
  if [ -n "$previous" ]; then
    flip_to "$previous"
  else
    rm -f "$base/current"
    live=
  fi
}

apply_drift() {
  update_record flipping && install_release && flip_to "$r_tree" || give_back
  update_record applying
  run_command "$r_apply_argv" "$base/current" "$r_timeout" \
    "$work/output" "$work/output"
  returncode=$?
  if [ "$returncode" -ne 0 ]; then
    failure="the apply command exited $returncode"
  else
    update_record checking
    if check_health; then
      prune_releases
      finish applied
    fi
    failure="it did not become healthy"
    tell_failure
  fi
  undo
}

tell_failure() {
  sickness=
  [ "$r_driver" != compose ] || tell_sickness
  [ -z "$sickness" ] || failure="$failure: $sickness"
  add_output health-output
}

add_output() {
  [ ! -s "$work/$1" ] || cat "$work/$1" >>"$work/output" 2>/dev/null
}

undo() {
  # Going back could lose what the new release wrote: a person decides.
  [ "$r_stateful" != true ] || finish failed
  [ "$previous" != "$r_tree" ] || finish failed
  if [ -z "$previous" ]; then
    undo_first
  fi
  [ -d "$base/releases/$previous" ] && [ -s "$base/releases/$previous.command" ] ||
    finish failed
  update_record rolling-back
  forget_request
  read_request <"$base/releases/$previous.command"
  r_root=${base%/*}
  note_values
  find_absent
  if [ -n "$absent" ]; then
    failure="$failure; the release before it needs what is gone from $base/shared: $(printf %s "$absent" | tr '\n' ',')"
    finish failed
  fi
  flip_to "$previous" || finish failed
  run_command "$r_apply_argv" "$base/current" "$r_timeout" \
    "$work/rollback-output" "$work/rollback-output"
  rolled_back=$?
  add_output rollback-output
  [ "$rolled_back" -eq 0 ] && check_health && finish rolled_back
  failure="$failure; the release before it did not come back"
  finish failed
}

undo_first() {
  update_record rolling-back
  if [ -n "$r_stop_argv" ]; then
    run_command "$r_stop_argv" "$base/current" "$r_timeout" \
      "$work/rollback-output" "$work/rollback-output"
    add_output rollback-output
  fi
  rm -f "$base/current"
  live=
  finish failed
}

run_worker() {
  worker=yes
  work=$1
  forget_request
  read_request <"$work/request"
  base=$r_root/$r_runtime
  begin_attempt
  take_lock
  check_witness
  read_live
  previous=$live
  claim_record started
  case $? in
  0) ;;
  1) exit 0 ;;
  *) problem unwritable "the record of the attempt cannot be written" ;;
  esac
  claimed=yes
  dd if=/dev/zero of="$work/reserve" bs=65536 count=4 2>/dev/null ||
    problem unwritable "$r_root has no space left"
  check_fence
  check_nature
  case $r_driver in
  compose)
    check_neighbours
    check_facts
    if [ "$r_expect_status" -eq 0 ]; then apply_in_sync; else apply_compose; fi
    ;;
  *)
    check_expectations
    if [ "$plan_status" -eq 0 ]; then apply_in_sync; else apply_drift; fi
    ;;
  esac
}

begin_attempt() {
  attempt=$r_attempt
  attempt_tree=$r_tree
  attempt_sha=$r_sha
  record=$r_root/attempts/$attempt.json
  restarts=null
  result='' health=unknown returncode=0 previous='' live='' failure=''
  refusal=unwritable
}
