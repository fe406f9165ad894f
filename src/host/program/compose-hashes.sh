# ---- compose: hashes of services

# Compose makes the same hashes of the same model, so an apply, which is held to
# model and compose, needs none.
read_hashes() {
  on_model "$hashed" config --hash '*' >"$facts/hash-lines" 2>"$facts/hash-errors" &&
    tr ' ' '\t' <"$facts/hash-lines" >"$facts/hashes.raw"
}

# What hashes in a file were made of, and they themselves; nothing where that is
# not known.
sum_of_hashes() {
  [ -n "$compose_stamp" ] && [ "$hashed" = "$facts/whole" ] || return 1
  {
    printf '%s\n' "$compose_stamp" "$r_project" "$live_project"
    cat "$hashed" "$1"
  } | sha256sum
}

# An apply leaves them for the plans that come after it.
note_hashes() {
  read_hashes && sum=$(sum_of_hashes "$facts/hashes.raw") || return 0
  (umask 077 && { cat "$facts/hashes.raw" && printf '%s\n' "$sum"; } >"$base/hashes.next") &&
    to_disk "$base/hashes.next" && mv -f "$base/hashes.next" "$base/hashes"
}

recall_hashes() {
  [ -s "$base/hashes" ] && sed '$d' "$base/hashes" >"$facts/noted" &&
    [ "$(sum_of_hashes "$facts/noted")" = "$(tail -n 1 "$base/hashes")" ] &&
    mv -f "$facts/noted" "$facts/hashes.raw"
}
