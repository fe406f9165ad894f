# ---- compose: health, from what the engine says of the containers

# note_wanted MODEL OUT: `service TAB replicas TAB oneshot` of the module's own
# services in a flattened model.
note_wanted() {
  : >"$2.own"
  for token in $r_services; do
    decode_word "$token"
    printf '%s\n' "$word" >>"$2.own"
  done
  : >"$2.oneshot"
  for token in $r_oneshot; do
    decode_word "$token"
    printf '%s\n' "$word" >>"$2.oneshot"
  done
  awk -F '\t' -v own="$2.own" -v oneshots="$2.oneshot" '
    BEGIN {
      while ((getline line < own) > 0) { mine[line] = 1; some = 1 }
      while ((getline line < oneshots) > 0) oneshot[line] = 1
    }
    {
      n = split(substr($1, 2, length($1) - 2), k, ",")
      if (k[1] != "\"services\"" || n < 3) next
      service = substr(k[2], 2, length(k[2]) - 2)
      if (some && !(service in mine)) next
      if (!(service in replicas)) replicas[service] = 1
      if (k[3] == "\"scale\"" || (k[3] == "\"deploy\"" && k[4] == "\"replicas\""))
        replicas[service] = $2
    }
    END {
      for (service in replicas)
        print service "\t" replicas[service] "\t" (service in oneshot ? "yes" : "no")
    }
  ' "$1" >"$2"
}

# One look at the containers of wanted. What was sick is remembered, so that it
# can be told of what is well at every other look.
is_good_project() {
  if ! read_containers "$facts/now"; then
    printf '\tthe engine does not answer\n' >"$facts/sick"
  elif judge_containers; then
    # From now on only what is asked over HTTP can be wrong.
    [ -z "$r_http" ] || : >"$facts/sickest"
    return 0
  fi
  cp "$facts/sick" "$facts/sickest"
  return 1
}

# A restart between two looks is seen, however short it was.
judge_containers() {
  awk -F '\t' -v wanted="$wanted" -v sick="$facts/sick" -v looks="$facts/looks" "$HALF_MADE"'
    BEGIN {
      while ((getline line < wanted) > 0) {
        split(line, w, "\t")
        replicas[w[1]] = w[2]
        oneshot[w[1]] = w[3] == "yes"
      }
      while ((getline line < looks) > 0) {
        split(line, w, "\t")
        seen[w[1]] = w[2]
        again = 1
      }
      close(looks)
      printf "" > sick
      printf "" > looks
    }
    function tell(why) { if (!($3 in told)) print $3 "\t" why > sick; told[$3] = 1 }
    !($3 in replicas) || $5 == "True" || half_made($2) { next }
    {
      count[$3]++
      if (oneshot[$3]) {
        if ($6 != "exited") tell("has not finished: " $6)
        else if ($7 != 0) tell("exited with status " $7)
        next
      }
      restarts += $11
      print $1 "\t" $11 " " $12 > looks
      if ($6 == "exited" || $6 == "dead") tell($6 " with status " $7 \
        ($7 == 0 ? "; if it is to end, list it in compose.oneshot" : ""))
      else if ($6 != "running") tell("is " $6)
      else if ($10 != "" && $10 != "healthy") tell("is " $10)
      else if (again && seen[$1] != $11 " " $12) tell("was started again")
    }
    END {
      for (service in replicas) if (count[service] + 0 != replicas[service])
        print service "\thas " count[service] + 0 " containers, not " replicas[service] > sick
      printf "%d\n", restarts
    }
  ' "$facts/now" >"$facts/restarts"
  read -r restarts_now <"$facts/restarts"
  : "${restarts_first:=$restarts_now}"
  restarts=$((restarts_now - restarts_first))
  [ "$restarts" -ge 0 ] || restarts=0
  [ ! -s "$facts/sick" ]
}

watch_from_here() {
  restarts_first='' restarts=0
  wanted=$1
  rm -f "$facts/looks"
  : >"$facts/sickest"
}

# What is wrong, in words, and the last lines that the sick services printed.
# Values are hidden before lines are cut: half a secret is not known for one.
tell_sickness() {
  [ -s "$facts/sickest" ] || return 0
  sickness=$(head -n 3 "$facts/sickest" | sed -e "s/^$TAB//" -e "s/$TAB/ /" | tr '\n' ';')
  sickness=${sickness%;}
  cut -f 1 "$facts/sickest" | head -n 3 | while IFS= read -r service; do
    [ -n "$service" ] || continue
    id=$(awk -F '\t' -v service="$service" '$3 == service { print $1; exit }' "$facts/now")
    [ -n "$id" ] || continue
    printf 'The last lines of %s:\n' "$service"
    docker_cli logs --tail 20 "$id" >"$facts/logs" 2>&1
    hide_values "$facts/logs"
    end_of_file "$facts/logs" 16384
  done >"$work/health-output"
}
