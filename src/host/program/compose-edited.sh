# ---- compose: files of releases that somebody edited on the host

# Writes `tree TAB path` of each tracked file that is not as it was staged: of
# the live release, and of those that a container mounts.
list_edited() {
  awk -F '\t' -v live="$live" '
    BEGIN { print live; seen[live] = 1 }
    !seen[$4]++ { print $4 }
  ' "$facts/mounted" | while IFS= read -r tree; do
    [ -n "$tree" ] && [ -d "$base/releases/$tree" ] || continue
    list_differing "$base/releases/$tree" "$base/releases/$tree.entries" "$tree$TAB"
  done >"$facts/edited"
  [ -s "$facts/edited" ] || return 0
  awk -F '\t' -v live="$live" '$1 == live { print $2 }' "$facts/edited" |
    sort -u - "$facts/changed" >"$facts/changed.all"
  mv -f "$facts/changed.all" "$facts/changed"
}

# list_differing FOLDER ENTRIES [BEFORE]: paths of files that are gone or differ.
list_differing() {
  [ -s "$2" ] || return 0
  awk '$1 != "120000" { print substr($0, 8, 64) "  ./" substr($0, 73) }' "$2" \
    >"$facts/entries.sums"
  (cd "$1" && sha256sum -c "$facts/entries.sums" 2>/dev/null) |
    sed -n -e 's/: FAILED open or read$/: FAILED/' -e "s|^[.]/\(.*\): FAILED\$|${3-}\1|p"
}

# Writes `tree TAB service` where a service mounts what was edited there.
list_spoiled() {
  : >"$facts/spoiled"
  [ -s "$facts/edited" ] || return 0
  awk -v edited="$facts/edited" '
    BEGIN {
      while ((getline line < edited) > 0) {
        at = index(line, "\t")
        path = substr(line, at + 1)
        trees[path] = trees[path] substr(line, 1, at - 1) " "
      }
    }
    /^1/ && (substr($0, 73) in trees) {
      service = FILENAME
      sub(/.*[\/]/, "", service)
      many = split(trees[substr($0, 73)], list, " ")
      for (i = 1; i <= many; i++) print list[i] "\t" service
    }
  ' "$facts/contents"/* >"$facts/spoiled"
}

# Each by a rename: what runs goes on reading what it has open.
put_back_edited() {
  list_differing "$target" "$work/content/entries" >"$facts/to-put-back"
  while IFS= read -r name; do
    mkdir -p "$(dirname "$target/$name")" &&
      cp -p "$work/content/release/$name" "$target/$name.next" &&
      mv -fT "$target/$name.next" "$target/$name" || return 1
  done <"$facts/to-put-back"
}
