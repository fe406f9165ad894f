# ---- compose: the way back

# Sets way_back to the tree that the way back leads to. What was cut off, or
# could not be undone, leaves a mixture: until something has ended well, the way
# back leads to what was there before all of that. The folder `unfinished` has
# its tree, the sum of the model that belongs to it, what its containers mounted,
# and the services of all that was tried since.
find_way_back() {
  way_back=$live
  unfinished=
  stored_sum=-
  [ ! -s "$base/model.json" ] || stored_sum=$(sha256sum <"$base/model.json")
  stored_sum=${stored_sum%% *}
  [ -s "$base/unfinished/from" ] || return 0
  read -r stored_tree stored_for <"$base/unfinished/from"
  [ "$stored_for" = "$stored_sum" ] || return 0
  unfinished=$base/unfinished
  way_back=${stored_tree#-}
}

begin_attempts() {
  if [ -z "$unfinished" ]; then
    end_attempts
    rm -rf "$base/unfinished.next"
    mkdir -m 700 "$base/unfinished.next" &&
      cp "$facts/mounted" "$base/unfinished.next/mounted" &&
      printf '%s %s\n' "${way_back:--}" "$stored_sum" >"$base/unfinished.next/from" &&
      to_disk "$base/unfinished.next/from" "$base/unfinished.next/mounted" &&
      mv -T "$base/unfinished.next" "$base/unfinished" || return 1
  fi
  cut -f 1 "$facts/wanted" >>"$base/unfinished/services"
}

# Nothing was changed.
give_back_notes() {
  [ -n "$unfinished" ] || end_attempts
  [ ! -s "$facts/mounted" ] || cp "$facts/mounted" "$base/mounted"
}

# What it is worth goes first.
end_attempts() {
  rm -f "$base/unfinished/from"
  rm -rf "$base/unfinished"
}

# Services that only an attempt had which was cut off are ours to take away.
add_unfinished() {
  : >"$facts/unfinished.model"
  [ -n "$unfinished" ] && [ -s "$facts/previous.model" ] || return 0
  sort -u "$unfinished/services" | while IFS= read -r service; do
    ! grep -qF "[\"services\",\"$service\"," "$facts/previous.model" "$facts/new.model" ||
      continue
    printf '["services","%s","image"]\t"?"\n' "$service" >>"$facts/unfinished.model"
    [ ! -s "$facts/previous_services" ] ||
      printf '%s\n' "$service" >>"$facts/previous_services"
  done
}

# The release and the model before, with the images that ran.
undo_compose() {
  [ "$r_stateful" != true ] || finish failed
  if [ -z "$way_back" ] || [ ! -s "$base/model.json" ]; then
    undo_first_compose
  fi
  [ -d "$base/releases/$way_back" ] && [ -s "$base/releases/$way_back.command" ] ||
    finish failed
  update_record rolling-back
  list_touched
  forget_request
  read_request <"$base/releases/$way_back.command"
  r_root=${base%/*}
  directory=
  [ "$r_driver" = compose ] || finish failed
  note_values
  find_absent
  if [ -n "$absent" ]; then
    failure="$failure; the release before it needs what is gone from $base/shared: $(printf %s "$absent" | tr '\n' ',')"
    finish failed
  fi
  flip_to "$way_back" || finish failed
  set_compose_places
  find_env_files "$base/current"
  note_wanted "$facts/previous.model" "$facts/wanted-before"
  cut -f 1 "$facts/wanted-before" >"$facts/previous.own"
  own_services=$facts/wanted-before
  # What the failed release added has no place in the one before.
  awk -F '\t' -v known="$facts/previous.own" '
    BEGIN { while ((getline line < known) > 0) mine[line] = 1 }
    !($2 in mine) { print $1 }
  ' "$facts/touched" | remove_containers
  back=$(cut -f 2 "$facts/touched" "$facts/gone" | sort -u | while IFS= read -r service; do
    grep -qxF -- "$service" "$facts/previous.own" && printf '%s\n' "$service"
  done)
  returncode_failed=$returncode
  rm -f "$facts/after"
  if [ -n "$back" ]; then
    # shellcheck disable=SC2086 # names of services
    pin_images "$base/model.json" "$facts/previous.model" "$way_back" $back
    # shellcheck disable=SC2086 # names of services
    bring_up "$facts/pinned" --force-recreate $back || come_back_failed
  fi
  [ -z "$unfinished" ] || bring_up_rest || come_back_failed
  returncode=$returncode_failed
  start_fallen
  rm -f "$facts/after"
  note_mounted "$facts/content-sums-before" "$way_back"
  watch_from_here "$facts/wanted-before"
  if check_health; then
    end_attempts
    tell_way_back
    finish rolled_back
  fi
  failure="$failure; the release before it did not come back"
  tell_failure
  finish failed
}

come_back_failed() {
  returncode=$returncode_failed
  failure="$failure; the release before it did not come back"
  finish failed
}

# After what was cut off, the others may be of any release.
bring_up_rest() {
  list=$(cat "$facts/previous.own")
  # shellcheck disable=SC2086 # names of services
  pin_images "$base/model.json" "$facts/previous.model" "$way_back" $list
  # shellcheck disable=SC2086 # names of services
  bring_up "$facts/pinned" $list
}

tell_way_back() {
  [ -z "$back" ] || failure="$failure; back as before: $(printf %s "$back" | tr '\n' ' ')"
  gone=$(cut -f 2 "$facts/touched" | sort -u | grep -vxF -f "$facts/previous.own" | tr '\n' ' ')
  [ -z "$gone" ] || failure="$failure; taken away: ${gone% }"
}

# Containers of services that were to change, or live in one that did, which
# were not there before or are not as they were; and services whose containers
# are gone.
list_touched() {
  read_containers "$facts/after" || :
  decode_list "$r_up $r_recreate $r_remove"
  printf '%s\n' "$list" >"$facts/ours"
  cp "$facts/mounted" "$facts/mounted-before"
  [ -z "$unfinished" ] || list_mixed
  awk -F '\t' "$LOST" "$facts/after" >"$facts/lost-after"
  awk -F '\t' -v before="$facts/found" -v touched="$facts/touched" -v gone="$facts/gone" \
    -v ours="$facts/ours" -v alone="$facts/lost-after" -v others="$facts/mixed" '
    BEGIN {
      while ((getline line < before) > 0) { split(line, c, "\t"); state[c[1]] = c[6]; service[c[1]] = c[3]; started[c[1]] = c[12] }
      while ((getline line < ours) > 0) planned[line] = 1
      while ((getline line < alone) > 0) lost[line] = 1
      while ((getline line < others) > 0) mixed[line] = 1
      printf "" > touched
      printf "" > gone
    }
    { here[$1] = 1 }
    $3 == "" { next }
    ($1 in lost) || ($1 in mixed) || (($3 in planned) && (!($1 in state) || $6 != state[$1] || $12 != started[$1])) { print $1 "\t" $3 > touched }
    END { for (id in state) if (!(id in here) && (service[id] in planned)) print "-\t" service[id] > gone }
  ' "$facts/after"
  awk -F '\t' '$3 != "-" { print $3 "  " $2 }' "$facts/mounted-before" |
    sort -u >"$facts/content-sums-before"
}

# Containers that what was cut off has left: of services that it added, or with
# other content than there was before it.
list_mixed() {
  cp "$unfinished/mounted" "$facts/mounted-before"
  awk -F '\t' -v before="$facts/mounted-before" -v now="$facts/mounted" \
    -v tried="$unfinished/services" -v previous="$facts/previous.model" '
    BEGIN {
      while ((getline line < tried) > 0) ours[line] = 1
      while ((getline line < previous) > 0) {
        split(substr(line, 2), k, ",")
        gsub(/"/, "", k[2])
        had[k[2]] = 1
      }
      while ((getline line < before) > 0) { split(line, c, "\t"); sum[c[2]] = c[3] }
      while ((getline line < now) > 0) { split(line, c, "\t"); noted[c[1]] = c[3] }
    }
    ($3 in ours) && (!($3 in had) || (($3 in sum) && noted[$1] != sum[$3])) { print $1 }
  ' "$facts/after" >"$facts/mixed"
}

undo_first_compose() {
  update_record rolling-back
  list_touched
  awk -F '\t' -v before="$facts/found" '
    BEGIN { while ((getline line < before) > 0) { split(line, c, "\t"); was[c[1]] = 1 } }
    !($1 in was) { print $1 }
  ' "$facts/touched" | remove_containers
  cut -f 1 "$facts/wanted" >"$facts/ours"
  if awk -F '\t' -v names="$facts/ours" '
    BEGIN { while ((getline line < names) > 0) named[line] = 1 }
    $3 in named { found = 1 }
    END { exit !found }
  ' "$facts/found"; then
    failure="$failure; what ran before was not applied from here, so there is no way back to it"
  else
    failure="$failure; what it had started was stopped"
    rm -f "$base/current"
    live=
    end_attempts
  fi
  finish failed
}
