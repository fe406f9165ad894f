# ---- compose: what there is, and what was last applied

TAB=$(printf '\t')

# Keys sums with something only the host knows: what a plain sum of a secret
# stands for can be guessed.
read_salt() {
  salt="$(cat /etc/machine-id 2>/dev/null) apply-gates"
}

# Tracked links of a release, each with what it leads to in it.
list_links() {
  root=$(readlink -f "$1")
  sed -n 's/^120000 [0-9a-f]* //p' "$work/content/entries" | while IFS= read -r name; do
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
    printf '%s %s\n' "$(sha256sum <"$1/$r_folder/$word" | cut -c 1-64)" \
      "$r_folder/$word" >>"$facts/host-sums"
  done
  list_links "$1" >"$facts/links"
  env_sum=$(printf '%s\n' "$env_files" | while IFS= read -r place; do
    [ -z "$place" ] || cat "$place"
  done | sha256sum | cut -c 1-64)
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

# What the engine has of the project: one question a kind, whatever the number.
CONTAINER='{{.Id}}{{"\t"}}{{.Name}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.service")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.container-number")}}{{.}}{{end}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.oneoff")}}{{.}}{{end}}{{"\t"}}{{.State.Status}}{{"\t"}}{{.State.ExitCode}}{{"\t"}}{{.Image}}{{"\t"}}{{with (index .Config.Labels "com.docker.compose.config-hash")}}{{.}}{{end}}{{"\t"}}{{with (index .State "Health")}}{{.Status}}{{end}}{{"\t"}}{{.RestartCount}}{{"\t"}}{{.State.StartedAt}}{{"\t"}}{{.HostConfig.NetworkMode}}{{"\t"}}{{.HostConfig.PidMode}}{{"\t"}}{{.HostConfig.IpcMode}}'

# A compose that was killed leaves a new container under `<12 hex>_<name>`.
HALF_MADE='
function half_made(name) {
  return match(name, /^.[0-9a-f]+_/) && RLENGTH == 14 ? "replace" : ""
}
'

# An engine that hangs is one that does not answer.
docker_cli() {
  env -i PATH="$r_path" HOME="$HOME" timeout -k 5 -- "${docker_limit:-60}" \
    docker "$@" 7>&- 8>&- 9>&- </dev/null
}

# read_containers OUT: fails where the engine does not answer.
read_containers() {
  : >"$1"
  docker_cli ps -a -q --no-trunc --filter \
    "label=com.docker.compose.project=$r_project" >"$1.ids" 2>"$1.errors" ||
    return 1
  [ -s "$1.ids" ] || return 0
  # One that has gone since is no longer one of them.
  # shellcheck disable=SC2046 # ids
  docker_cli inspect --type container --format "$CONTAINER" $(cat "$1.ids") \
    >"$1.all" 2>"$1.errors"
  sort -t "$TAB" -k 3,3 -k 4,4n -k 2,2 "$1.all" >"$1"
}

# Writes the image id of each service, empty where the host does not have it.
read_images() {
  awk -F '\t' '
    { n = split($1, k, ",") }
    k[1] == "[\"services\"" && n == 3 && k[3] == "\"image\"]" {
      print substr(k[2], 2, length(k[2]) - 2) "\t" substr($2, 2, length($2) - 2)
    }
  ' "$facts/new.model" >"$facts/image-names"
  set --
  while IFS= read -r name; do
    [ -z "$name" ] || set -- "$@" "$name"
  done <<LIST
$(cut -f 2 "$facts/image-names" | sort -u)
LIST
  # Docker leaves out the line of one it does not have.
  docker_cli image inspect --format '{{.Id}}' "$@" >"$facts/image-ids" 2>/dev/null ||
    for name in "$@"; do
      printf '%s\n' "$(docker_cli image inspect --format '{{.Id}}' "$name" 2>/dev/null)"
    done >"$facts/image-ids"
  printf '%s\n' "$@" >"$facts/image-list"
  awk -F '\t' -v names="$facts/image-list" -v ids="$facts/image-ids" '
    BEGIN {
      while ((getline name < names) > 0) { id = ""; getline id < ids; of[name] = id }
    }
    { print $1 "\t" of[$2] }
  ' "$facts/image-names" >"$facts/images"
}

VOLUME='{{.Name}}{{"\t"}}{{.Driver}}{{range $k, $v := .Options}}{{json $k}}:{{json $v}};{{end}}'
NETWORK='{{.Name}}{{"\t"}}{{.Driver}}{{range $k, $v := .Options}}{{json $k}}:{{json $v}};{{end}}{{.Internal}} {{.Attachable}} {{.EnableIPv6}}'

# read_storage volume|network: writes for each of the model whether the host
# has it, and whether it is what was last applied, or else what the host has.
read_storage() {
  format=$VOLUME
  [ "$1" = volume ] || format=$NETWORK
  set -- "$1" "$(awk -F '\t' -v kind="\"${1}s\"" '
    { split($1, k, ",") }
    k[1] == "[" kind && k[3] == "\"name\"]" { print substr($2, 2, length($2) - 2) }
  ' "$facts/new.model")"
  kind=$1
  list=$2
  set --
  while IFS= read -r name; do
    [ -z "$name" ] || set -- "$@" "$name"
  done <<LIST
$list
LIST
  : >"$facts/host-$kind"
  [ "$#" -eq 0 ] || docker_cli "$kind" inspect --format "$format" "$@" \
    >"$facts/host-$kind" 2>/dev/null
  awk -F '\t' -v kind="$kind" -v host="$facts/host-$kind" "$STORAGE" \
    "$facts/previous.parts" "$facts/new.parts" >"$facts/${kind}s"
}

STORAGE='
function finish(   text, present, same, defined) {
  if (current == "") return
  text = name == "" ? "" : substr(name, 2, length(name) - 2)
  present = text in has ? "yes" : "no"
  defined = driver options
  if (kind == "network") defined = defined internal " " attachable " " ipv6
  if (external) same = "same"
  else if ((current in old) && old[current] != all) same = "other"
  else if (present == "no") same = current in old ? "same" : "new"
  # Compose keeps a volume that it was told to make anew, and says nothing.
  else if ((current in old) && kind == "network") same = "same"
  else same = has[text] == defined ? "same" : "other"
  print substr(current, 2, length(current) - 2) "\t" text "\t" present "\t" same
}
BEGIN {
  while ((getline line < host) > 0) {
    at = index(line, "\t")
    has[substr(line, 1, at - 1)] = substr(line, at + 1)
  }
  current = ""
}
FILENAME != last { files++; last = FILENAME }
$1 != "\"" kind "s\"" { next }
FILENAME ~ /previous.parts$/ { old[$2] = old[$2] $3 $4 "\n"; next }
$2 != current {
  finish()
  current = $2
  all = name = options = ""
  external = 0
  driver = kind == "volume" ? "local" : "bridge"
  internal = attachable = ipv6 = "false"
}
{
  all = all $3 $4 "\n"
  split($3, k, ",")
  text = substr($4, 2, length($4) - 2)
  if (k[3] == "\"name\"]") name = $4
  if (k[3] == "\"external\"]" && $4 == "true") external = 1
  if (k[3] == "\"driver\"]") driver = text
  if (k[3] == "\"internal\"]") internal = $4
  if (k[3] == "\"attachable\"]") attachable = $4
  if (k[3] == "\"enable_ipv6\"]") ipv6 = $4
  if (k[3] == "\"driver_opts\"") options = options substr(k[4], 1, length(k[4]) - 1) ":" $4 ";"
}
END { finish() }
'

# Writes hashes, containers as facts, and mounted, keyed where they could tell
# a secret. A container whose mounts nobody has noted is not known to be right.
join_containers() {
  mkdir "$facts/keyed" || return 1
  awk -F '\t' -v out="$facts/keyed/" -v salt="$salt" '
    { hash = FILENAME ~ /hashes.raw$/ ? $2 : $9 }
    hash ~ /^[0-9a-f]+$/ && !(hash in seen) {
      seen[hash] = 1
      print salt hash > (out hash)
      close(out hash)
    }
  ' "$facts/hashes.raw" "$facts/found"
  sums_of "$facts/keyed" >"$facts/keyed-sums"
  sums_of "$facts/contents" >"$facts/content-sums"
  cut -f 1,2,3 "$facts/found" | awk -F '\t' '{ print $3 "\t" $1 "\t" $2 }' >"$facts/identities"
  : >>"$facts/mounted"
  awk -F '\t' "$LOST" "$facts/found" >"$facts/lost"
  awk -F '\t' -v keyed="$facts/keyed-sums" -v contents="$facts/content-sums" \
    -v mounted="$facts/mounted" -v adopted="$facts/adopted" \
    -v alone="$facts/lost" -v edited="$facts/spoiled" -v live="$live" "$HALF_MADE"'
    BEGIN {
      while ((getline line < keyed) > 0) of[substr(line, 67)] = substr(line, 1, 64)
      while ((getline line < contents) > 0) wanted[substr(line, 67)] = substr(line, 1, 64)
      while ((getline line < mounted) > 0) { split(line, c, "\t"); noted[c[1]] = c[3]; tree[c[1]] = c[4] }
      while ((getline line < adopted) > 0) same[line] = 1
      while ((getline line < alone) > 0) lost[line] = 1
      while ((getline line < edited) > 0) spoiled[line] = 1
    }
    FILENAME ~ /hashes.raw$/ { next }
    $3 == "" { next }
    {
      if (!($3 in wanted)) state = "none"
      else if ($1 in noted) state = noted[$1] == wanted[$3] ? "same" : "other"
      else state = $1 in same ? "same" : "unknown"
      if (state == "same" && ((tree[$1] "\t" $3 in spoiled) || (live "\t" $3 in spoiled))) state = "other"
      print $3 "\t" $4 "\t" $5 "\t" ($6 == "restarting" ? "running" : $6) "\t" $7 "\t" $8 "\t" of[$9] "\t" state "\t" half_made($2) "\t" ($1 in lost ? "lost" : "")
    }
  ' "$facts/found" >"$facts/containers"
  awk -F '\t' -v keyed="$facts/keyed-sums" '
    BEGIN { while ((getline line < keyed) > 0) of[substr(line, 67)] = substr(line, 1, 64) }
    $1 !~ /^[0-9a-f]+$/ || length($1) != 64 { print $1 "\t" of[$2] }
  ' "$facts/hashes.raw" >"$facts/hashes"
}

sums_of() {
  (cd "$1" && for name in *; do
    [ -e "$name" ] || exit 0
    break
  done && sha256sum -- *)
}

# Writes what containers have mounted whose services were never applied from
# here, or are told by no model that was.
read_mounts() {
  : >"$facts/mounts"
  awk -F '\t' -v known="$facts/previous.model" '
    BEGIN {
      while ((getline line < known) > 0) {
        split(line, k, "\"")
        if (k[2] == "services") seen[k[4]] = 1
      }
    }
    $3 != "" && $5 != "True" && !($3 in seen) { print $1 }
  ' "$facts/found" >"$facts/strangers"
  [ -s "$facts/strangers" ] || return 0
  # shellcheck disable=SC2046 # ids
  docker_cli inspect --type container --format "$MOUNTS" $(cat "$facts/strangers") |
    grep . | sort -u >"$facts/mounts"
}

MOUNTS='{{$service := index .Config.Labels "com.docker.compose.service"}}{{range .Mounts}}{{$service}}{{"\t"}}{{.Type}}{{"\t"}}{{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}{{"\t"}}{{.Destination}}{{"\n"}}{{end}}'

# Tracked paths that the live release has otherwise, or not at all.
list_changed() {
  : >"$facts/changed"
  [ -n "$live" ] && [ -s "$base/releases/$live.entries" ] || return 0
  sort "$base/releases/$live.entries" >"$facts/entries-old"
  sort "$work/content/entries" >"$facts/entries-new"
  awk '
    { line[$0]++; name[$0] = substr($0, 73) }
    END { for (one in line) if (line[one] == 1) print name[one] }
  ' "$facts/entries-old" "$facts/entries-new" | sort -u >"$facts/changed"
}

# Host paths and own services that the live release declared.
read_previous() {
  : >"$facts/previous_host"
  : >"$facts/previous_services"
  find_way_back
  if [ -s "$base/model.json" ] && [ -n "$live" ]; then
    flatten "$base/model.json" "$facts/previous" ||
      problem occupied "$base/model.json"
  else
    : >"$facts/previous.model"
    : >"$facts/previous.parts"
  fi
  [ -n "$way_back" ] && [ -s "$base/releases/$way_back.command" ] || return 0
  (
    forget_request
    read_request <"$base/releases/$way_back.command"
    for token in $r_host_files; do
      decode_word "$token"
      printf 'file %s/%s\n' "$r_folder" "$word"
    done
    for token in $r_host_dirs; do
      decode_word "$token"
      printf 'dir %s/%s\n' "$r_folder" "$word"
    done >>"$facts/previous_host"
    for token in $r_services; do
      decode_word "$token"
      printf '%s\n' "$word"
    done >"$facts/previous_services"
  ) >>"$facts/previous_host"
  add_unfinished
}

# The facts that a plan is made of, each in a file of facts/; reads, and never
# changes, what the engine has. Sets config_status, and facts_sum over all.
look() {
  facts=$work/facts
  rm -rf "$facts"
  mkdir "$facts" || problem unwritable "no space for what compose says"
  read_salt
  find_compose
  # shellcheck disable=SC2086 # a path, or docker and its word
  env -i PATH="$r_path" HOME="$HOME" $compose_program version --short \
    >"$facts/version" 2>"$facts/version-errors" </dev/null &
  version_job=$!
  read_containers "$facts/found" &
  containers_job=$!
  resolve_model "$1"
  wait "$version_job"
  require_compose
  wait "$containers_job" ||
    problem engine "$(tail -n 3 "$facts/found.errors")"
  facts_sum=
  [ "$config_status" -eq 0 ] || return 0
  flatten "$facts/whole" "$facts/new" || problem compose_output "$compose_version"
  hashed=$facts/whole
  if joins_services "$hashed"; then
    hashed=$facts/joined
    join_services "$facts/whole" "$hashed"
  fi
  on_model "$hashed" config --hash '*' 2>"$facts/hash-errors" |
    tr ' ' '\t' >"$facts/hashes.raw" &
  hashes_job=$!
  read_images &
  images_job=$!
  read_previous
  (
    read_storage volume
    read_storage network
  ) &
  storage_job=$!
  read_mounts
  note_contents "$1"
  note_adopted
  [ ! -e "$base/mounted" ] || cp "$base/mounted" "$facts/mounted"
  list_changed
  list_edited
  list_spoiled
  wait "$hashes_job" "$images_job" "$storage_job"
  [ -s "$facts/hashes.raw" ] || problem compose_output "$(tail -n 3 "$facts/hash-errors")"
  join_containers
  note_wanted "$facts/new.model" "$facts/wanted"
  print_own_facts >"$facts/own-facts" || problem internal "the facts cannot be read"
  facts_sum=$({
    printf '%s\n' "$salt" "$live" "$directory"
    cat "$facts/whole" "$facts/own-facts" "$facts/changed" "$facts/content-sums" \
      "$facts/edited"
    cat "$base/model.json" 2>/dev/null
  } | sha256sum | cut -c 1-64)
}

# What the runner decides from. What may hold values of host files comes twice,
# as it is and as it may be shown.
answer_look() {
  begin_answer
  put_plain config_status "$config_status"
  put_plain compose "$compose_version"
  put_plain live "$live"
  put_plain directory "$directory"
  put_end_of_file stderr "$facts/stderr" "$REPORT_CAP"
  if [ "$config_status" -eq 0 ]; then
    sample_project
    put_plain health "$health"
    put_plain sum "$facts_sum"
    cp "$facts/new.model" "$facts/new.shown"
    hide_values "$facts/new.shown"
    show_previous
    put_file model "$facts/new.model"
    put_file model_shown "$facts/new.shown"
    put_file previous "$facts/previous.model"
    put_file previous_shown "$facts/previous.shown"
    for fact in hashes containers mounts images volumes networks changed \
      previous_host previous_services; do
      put_file "$fact" "$facts/$fact"
    done
  fi
  end_answer
}

# What was hidden when it was applied may have changed since; where that is not
# known, every text is hidden.
show_previous() {
  cut -f 1 "$facts/previous.model" >"$facts/previous.paths"
  if cut -f 1 "$base/model.shown" 2>/dev/null | cmp -s - "$facts/previous.paths"; then
    cp "$base/model.shown" "$facts/previous.shown"
    hide_values "$facts/previous.shown"
  else
    sed "s/$TAB\".*/$TAB\"***\"/" "$facts/previous.model" >"$facts/previous.shown"
  fi
  for which in model shown; do
    cat "$facts/unfinished.model" >>"$facts/previous.$which"
  done
}

put_file() {
  printf '%s=' "$1"
  base64 -w 0 <"$2"
  printf '\n'
}

# One look at what is there, by the settings of the live release.
sample_project() {
  health=unknown
  [ -s "$facts/found" ] || return 0
  health=unhealthy
  (
    [ ! -s "$facts/previous.model" ] || {
      forget_request
      read_request <"$base/releases/$way_back.command"
      note_wanted "$facts/previous.model" "$facts/wanted"
    }
    watch_from_here "$facts/wanted"
    cp "$facts/found" "$facts/now"
    judge_containers && { [ -z "$r_http" ] || ask_http; }
  ) >/dev/null 2>&1 && health=healthy
}

# Sets compose_version, such as 2.40.3.
require_compose() {
  compose_version=$(sed -e 's/^v//' -e 's/[^0-9.].*//' "$facts/version")
  minor=${compose_version#2.}
  minor=${minor%%.*}
  case $compose_version in
  2.*) [ "${minor:-0}" -ge 30 ] && return 0 ;;
  [3-9].* | [1-9][0-9].*) return 0 ;;
  esac
  problem unsupported "docker compose 2.30 or later, not ${compose_version:-$(tail -n 1 "$facts/version-errors")}"
}
