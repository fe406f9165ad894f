# ---- compose: what services mount of a release

# Tracked links of a release, each with what it leads to in it.
list_links() {
  names=$(sed -n 's/^120000 [0-9a-f]* //p' "$work/content/entries")
  [ -n "$names" ] || return 0
  root=$(readlink -f "$1")
  printf '%s\n' "$names" | while IFS= read -r name; do
    place=$(readlink -f "$1/$name")
    case $place in
    "$root"/*) printf '%s\t%s\n' "$name" "${place#"$root"/}" ;;
    esac
  done
}

# What a service mounts of the release is no part of compose's own hash. For
# each service that mounts some, a file of the entries below its mounts, inline
# contents, and host files that it cannot write to. content/entries has lines
# of `mode sum path`.
note_contents() {
  mkdir "$facts/contents" || return 1
  : >"$facts/host-sums"
  for token in $r_host_files; do
    decode_word "$token"
    sum=$(sha256sum <"$1/$r_folder/$word")
    printf '%s %s\n' "${sum%% *}" "$r_folder/$word" >>"$facts/host-sums"
  done
  list_links "$1" >"$facts/links"
  env_sum=$(printf '%s\n' "$env_files" | while IFS= read -r place; do
    [ -z "$place" ] || cat "$place"
  done | sha256sum)
  env_sum=${env_sum%% *}
  awk -F '\t' -v out="$facts/contents" -v env="$env_sum" -v salt="$salt" \
    -v entries="$work/content/entries" -v hosts="$facts/host-sums" \
    -v links="$facts/links" -v current="$base/current/" -v project="$live_project/" \
    -v folder="${project_folder#/}" "$CONTENTS" \
    "$facts/new.parts" "$facts/new.model"
}

CONTENTS='
function plain(json) {
  json = substr(json, 2, length(json) - 2)
  gsub(bs bs "u003c", "<", json)
  gsub(bs bs "u003e", ">", json)
  gsub(bs bs "u0026", bs "&", json)
  gsub(bs bs "\"", "\"", json)
  return json
}
function inside(place) {
  if (index(place "/", project) == 1) {
    place = substr(place, length(project) + 1)
    return folder == "" ? place : (place == "" ? folder : folder "/" place)
  }
  if (index(place "/", current) == 1) return substr(place, length(current) + 1)
  return "/"
}
function lines_of(at, readonly,   i, text) {
  if (at == "/") return ""
  if ((at, readonly) in known) return known[at, readonly]
  text = ""
  for (i = 1; i <= total; i++)
    if (at == "" || name[i] == at || index(name[i], at "/") == 1) text = text entry[i] "\n"
  # A bind follows a link: what it leads to is what is read.
  if (at in target) text = text lines_of(target[at], readonly)
  if (readonly) for (i = 1; i <= hosted; i++)
    if (hostname[i] == at) text = text "host " hostsum[i] " " at "\n"
  known[at, readonly] = text
  return text
}
BEGIN {
  bs = sprintf("%c", 92)
  printf "" > (out "-mounted")
  total = 0
  while ((getline line < entries) > 0) {
    total++
    entry[total] = line
    name[total] = substr(line, 73)
  }
  hosted = 0
  while ((getline line < hosts) > 0) {
    hosted++
    hostsum[hosted] = substr(line, 1, 64)
    hostname[hosted] = substr(line, 66)
  }
  while ((getline line < links) > 0) {
    split(line, word, "\t")
    target[word[1]] = word[2]
  }
}
FILENAME != last { files++; last = FILENAME }
files == 1 {
  if ($1 != "\"configs\"" && $1 != "\"secrets\"") next
  split(substr($3, 2, length($3) - 2), word, ",")
  if (word[3] == "\"file\"") text = lines_of(inside(plain($4)), 1)
  else if (word[3] == "\"content\"") text = "inline " $4 "\n"
  else if (word[3] == "\"environment\"") text = "environment " env "\n"
  else next
  given[$1, $2] = given[$1, $2] text
  next
}
{
  for (i = 1; i <= 5; i++) word[i] = ""
  split(substr($1, 2, length($1) - 2), word, ",")
  if (word[1] != "\"services\"") next
  service = plain(word[2])
  at = word[4]
  if (word[3] == "\"image\"") seen[service] = 1
  if (word[3] == "\"volumes\"") {
    if (word[5] == "\"type\"") type[service, at] = $2
    if (word[5] == "\"read_only\"" && $2 == "true") locked[service, at] = 1
    if (word[5] == "\"source\"") {
      order[service] = order[service] " " at
      from[service, at] = $2
    }
  }
  if ((word[3] == "\"configs\"" || word[3] == "\"secrets\"") && word[5] == "\"source\"")
    mounts[service] = mounts[service] given[word[3], $2]
}
END {
  for (service in seen) {
    text = mounts[service]
    many = split(order[service], list, " ")
    for (i = 1; i <= many; i++) {
      at = list[i]
      if (type[service, at] != "\"bind\"") continue
      place = inside(plain(from[service, at]))
      text = text lines_of(place, (service, at) in locked)
      if (place != "/") print service "\t" place > (out "-mounted")
    }
    if (text == "") continue
    printf "%s\n%s", salt, text > (out "/" service)
    close(out "/" service)
  }
}
'
