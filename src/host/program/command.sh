
# ---- commands of a module

# Copies what a command prints to a file, up to a bound. It stays for as long
# as something holds the other end, so that a process the command left behind
# is not killed by its next line of output.
drain() {
  rm -f "$1" "$1.pipe" "$1.done"
  mkfifo "$1.pipe" || return 1
  {
    head -c "$OUTPUT_CAP" >"$1" || printf '(no space for the output)\n' >"$1"
    cat
    : >"$1.done"
  } <"$1.pipe" >/dev/null 2>&1 7>&- 8>&- 9>&- &
}

settle() {
  tries=0
  until [ -e "$1.done" ] || [ "$tries" -ge 20 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  rm -f "$1.pipe" "$1.done"
  if [ "$(wc -c <"$1")" -ge "$OUTPUT_CAP" ]; then
    [ "$1" != "$stdout" ] || flooded=yes
    # Whole lines only: half a secret is not known for one.
    head -n -1 "$1" >"$1.lines" 2>/dev/null && mv -f "$1.lines" "$1" || : >"$1"
    printf '(only the first %s bytes of the output were kept)\n' \
      "$OUTPUT_CAP" >>"$1"
  fi
  hide_values "$1"
}

# run_command ARGV FOLDER SECONDS STDOUT STDERR: the exit status is that of
# the command, 124 or 137 where it was stopped. ARGV is `.base64` words. Sets
# flooded where more came to STDOUT than is kept.
run_command() {
  words=$1
  folder=$2
  seconds=$3
  stdout=$4
  stderr=$5
  flooded=no
  set --
  for token in $words; do
    decode_word "$token"
    set -- "$@" "$word"
  done
  drain "$stdout" || return 126
  [ "$stderr" = "$stdout" ] || drain "$stderr" || return 126
  (
    # Opened before anything can fail: somebody waits at the other end.
    [ "$stderr" = "$stdout" ] || exec 2>"$stderr.pipe"
    exec >"$stdout.pipe"
    [ "$stderr" != "$stdout" ] || exec 2>&1
    cd "$folder" || exit 126
    exec env -i PATH="$r_path" HOME="$HOME" LANG=C.UTF-8 PWD="$folder" \
      APPLY_GATES_MODULE="$r_module" APPLY_GATES_SHA="$r_sha" \
      APPLY_GATES_TREE="$r_tree" APPLY_GATES_SHARED="$base/shared" \
      timeout -k 5 -- "$seconds" "$@"
  ) </dev/null 7>&- 8>&- 9>&-
  outcome=$?
  settle "$stdout"
  [ "$stderr" = "$stdout" ] || settle "$stderr"
  return "$outcome"
}

# Runs the plan command in the staged release; sets plan_status, plan_sum. The
# sum is keyed with something only the host knows: what a plan prints may hold
# a secret that could be guessed from a plain sum.
run_plan() {
  run_command "$r_plan_argv" "$work/content/release" "$r_timeout" \
    "$work/plan-output" "$work/plan-errors"
  plan_status=$?
  plan_sum=$({
    cat /etc/machine-id 2>/dev/null
    printf 'apply-gates\n'
    cat "$work/plan-output"
  } | sha256sum | cut -c 1-64)
}

ask_http() {
  if command -v curl >/dev/null 2>&1; then
    set -- curl -q -sS -f -o /dev/null --proto '=http,https' -- "$r_http"
  else
    set -- wget -q -t 1 -O /dev/null -- "$r_http"
  fi
  # wget has no bound of its own for a server that sends a byte now and then.
  HOME=/nonexistent timeout -k 2 -- 10 "$@" \
    >>"$work/health-output" 2>&1 </dev/null 8>&- 9>&-
}

can_ask_http() {
  [ -z "$r_http" ] || command -v curl >/dev/null 2>&1 ||
    command -v wget >/dev/null 2>&1
}

is_good_sample() {
  [ "$r_driver" != compose ] || is_good_project || return 1
  if [ -n "$r_health_argv" ]; then
    run_command "$r_health_argv" "$base/current" "$1" \
      "$work/health-output" "$work/health-output" || return 1
  fi
  [ -z "$r_http" ] || ask_http
}

# Sets health. One bad sample begins the streak again, so that something that
# flaps is never called healthy.
check_health() {
  health=unhealthy
  [ -d "$base/current/" ] || return 1
  end=$(($(uptime_seconds) + r_health_timeout))
  good=0
  while :; do
    left=$((end - $(uptime_seconds)))
    [ "$left" -gt 0 ] || return 1
    [ "$left" -lt "$r_timeout" ] || left=$r_timeout
    if is_good_sample "$left"; then good=$((good + 1)); else good=0; fi
    if [ "$good" -ge "$r_streak" ]; then
      health=healthy
      return 0
    fi
    sleep "$r_interval"
  done
}
