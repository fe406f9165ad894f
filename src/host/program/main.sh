
# ---- operations

operate_probe() {
  begin_answer
  put system "$(uname -sr)"
  put tar "$(tar --version 2>/dev/null | head -n 1)"
  put_fence
  put_acknowledged
  releases=
  for link in "$r_root"/*/current; do
    [ -L "$link" ] || continue
    name=${link%/current}
    releases="$releases${name##*/} $(readlink "$link")
"
  done
  put releases "$releases"
  put checkpoint "$(head -c 4096 "$r_root/.checkpoint" 2>/dev/null)"
  end_answer
}

put_fence() {
  read_fence
  put_plain fence "$seen"
}

# A person turned the number back, or away from what cannot be read.
operate_fence() {
  must_be_number fence "$r_fence"
  must_be_number lock_wait "$r_lock_wait"
  mkdir -p "$r_root" 2>/dev/null
  take_lock
  store_fence || problem unwritable "$r_root/.fence cannot be written"
  begin_answer
  put_fence
  end_answer
}

# One look at what is live, by its own release's health check: the new one may
# ask for something that is only there after it was applied.
sample_live() {
  health=unknown
  stored=$base/releases/$live.command
  [ -n "$live" ] && [ -d "$base/current/" ] && [ -s "$stored" ] || return 0
  health=unhealthy
  (
    forget_request
    read_request <"$stored"
    is_good_sample "$r_timeout"
  ) >/dev/null 2>&1 && health=healthy
}

operate_plan() {
  open_work "plan-$r_module-$$" || problem internal "the stage is taken"
  unpack_body
  link_shared
  read_live
  can_ask_http || problem unsupported "curl or wget, for health.http"
  if [ "$r_driver" = compose ]; then
    look "$work/content/release"
    has_room || problem unwritable "$r_root has no space left"
    answer_look
    return 0
  fi
  run_plan
  sample_live
  begin_answer
  put_fence
  put_acknowledged
  put_plain status "$plan_status"
  put_plain sum "$plan_sum"
  put_live
  put_plain health "$health"
  put_plain flooded "$flooded"
  put_end_of_file stdout "$work/plan-output" "$OUTPUT_CAP"
  put_end_of_file stderr "$work/plan-errors" "$REPORT_CAP"
  end_answer
}

operate_apply() {
  must_be_number lock_wait "$r_lock_wait"
  [ -z "$r_fence" ] || must_be_number fence "$r_fence"
  [ -z "$r_holder" ] || must_match holder "$r_holder" '!0-9a-f'
  must_match attempt "$r_attempt" '!A-Za-z0-9_-'
  begin_attempt
  if [ ! -e "$record" ] && open_work "apply-$attempt"; then
    unpack_body
    link_shared
    can_ask_http || problem unsupported "curl or wget, for health.http"
    printf '%s\n' "$request" >"$work/request" 2>/dev/null ||
      problem unwritable "$r_root has no space left"
    following=yes
    setsid sh -c 'eval "$0"' "$0" worker "$work" </dev/null >/dev/null 2>&1 &
    wait "$!"
    following=
    # Until here it was held for the worker, which may now be seen as ended.
    exec 8>&-
    if [ -e "$work/problem" ]; then
      kind=
      { read -r kind; detail=$(cat); } <"$work/problem"
      problem "${kind:-unwritable}" "${detail:-"$r_root has no space left"}"
    fi
  fi
  answer_record
}

# What was live of the module, newest first: `sha tree` of each attempt that
# ended well, and what is live now.
operate_history() {
  read_live
  past=$(cd "$r_root/attempts" 2>/dev/null || exit 0
    # shellcheck disable=SC2046 # names of records
    set -- $(ls -1t | sed -n '/^[A-Za-z0-9_-]*[.]json$/p')
    [ "$#" -eq 0 ] || cat -- "$@" | sed -nE "s/^[{]\"schema\":1,\"attempt\":\"[^\"]*\",\"module\":\"$r_module\",\"sha\":\"([0-9a-f]*)\",\"tree\":\"([0-9a-f]*)\",\"phase\":\"finished\",\"pid\":[0-9]*,\"result\":\"(applied|released|noop)\".*/\1 \2/p")
  begin_answer
  put_fence
  put_live
  put past "$past"
  end_answer
}

if [ "${1-}" = worker ]; then
  run_worker "$2"
  exit 0
fi
forget_request
read_request
# What is missing is what a look is to find.
[ "$r_op" = look ] || require_tools
check_request
[ -z "${host_policy-}" ] || guard_request
case $r_op in
probe) operate_probe ;;
look) operate_look ;;
fence) operate_fence ;;
acknowledge) operate_acknowledge ;;
plan) operate_plan ;;
apply) operate_apply && prune_records ;;
record) operate_record ;;
history) operate_history ;;
retire) operate_retire ;;
*) problem malformed "the operation is not known" ;;
esac
