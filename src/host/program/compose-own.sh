# ---- compose: what of a project is the module's own

# Prints the facts that an apply is held to. All modules of a push are planned
# before the first of them is applied: what belongs to another module of the
# project does not count, nor who pulled an image or made a volume or network
# that the plan knew to be absent.
print_own_facts() {
  list_own_services >"$facts/own"
  decode_list "$r_pull"
  printf '%s\n' "$list" >"$facts/to-pull"
  decode_list "$r_new_volumes"
  printf '%s\n' "$list" >"$facts/to-make.volumes"
  decode_list "$r_new_networks"
  printf '%s\n' "$list" >"$facts/to-make.networks"
  (
    cd "$facts" &&
      awk -F '\t' "$OWN_FACTS" new.model containers identities images volumes networks
  )
}

# Names of the module's own services, now and in the live release; nothing
# where all are.
list_own_services() {
  [ -n "$r_services" ] || return 0
  [ ! -s "$facts/previous.model" ] || [ -s "$facts/previous_services" ] || return 0
  decode_list "$r_services"
  printf '%s\n' "$list"
  cat "$facts/previous_services"
}

OWN_FACTS='
function read_names(file, into,   line) {
  while ((getline line < file) > 0) if (line != "") into[line] = 1
}
function plain(json) { return substr(json, 2, length(json) - 2) }
function is_mine(service) { return !some || (service in own) }
BEGIN {
  while ((getline line < "own") > 0) { own[line] = 1; some = 1 }
  read_names("to-pull", pulled)
  read_names("to-make.volumes", made_volumes)
  read_names("to-make.networks", made_networks)
}
FILENAME == "new.model" {
  split(plain($1), k, ",")
  if (k[1] != "\"services\"" || !is_mine(plain(k[2]))) next
  if (k[3] == "\"networks\"") used["networks", plain(k[4])] = 1
  if (k[3] == "\"volumes\"" && k[5] == "\"source\"") used["volumes", plain($2)] = 1
  next
}
FILENAME == "volumes" || FILENAME == "networks" {
  if (!((FILENAME, $1) in used)) next
  kind = FILENAME
  absent = $3 == "no" && ($4 == "new" || (kind == "networks" && $4 == "same"))
  is_made = kind == "volumes" ? ($1 in made_volumes) : ($1 in made_networks)
  if (absent || (is_made && $3 == "yes" && $4 == "same")) print kind "\t" $1 "\t" $2
  else print kind "\t" $0
  next
}
!is_mine($1) { next }
FILENAME == "images" && ($1 in pulled) { print FILENAME "\t" $1 "\t"; next }
{ print FILENAME "\t" $0 }
'

# A service that is live as that of a stateful module stays its own until that
# one was applied without it, or a person armed this change: no other module of
# the project takes it over unattended.
check_neighbours() {
  [ "$r_stateful" != true ] && [ "$r_armed" != true ] || return 0
  for link in "$r_root"/*/current; do
    place=${link%/current}
    [ -L "$link" ] && [ "$place" != "$base" ] || continue
    stored=$place/$(readlink "$link").command
    grep -qxF "project:$r_project" "$stored" 2>/dev/null &&
      grep -qx stateful:true "$stored" || continue
    theirs=$(sed -n 's/^services://p' "$stored")
    for token in $r_up $r_recreate $r_remove; do
      case " ${theirs:-$token} " in
      *" $token "*)
        decode_word "$token"
        failure="$word is live as a service of ${place##*/}, which says stateful: true"
        finish claimed
        ;;
      esac
    done
  done
}
