# ---- compose: images as they ran

# Tags what runs now, so that nothing takes an image away that the way back
# needs. The tag names the release that it leads to, and goes with it.
tag_running() {
  [ -n "$way_back" ] || return 0
  cut -f 3,8 "$facts/found" | sort -u | while IFS=$TAB read -r service image; do
    is_own "$service" || grep -qxF -- "$service" "$facts/previous_services" || continue
    tag=$(tag_of "$service" "$way_back")
    [ -z "$unfinished" ] || [ -z "$(image_id "$tag")" ] || continue
    # One that is gone can stand in nobody's way.
    docker_cli tag "$image" "$tag" || [ -z "$(image_id "$image")" ] || exit 1
  done >>"$work/output" 2>&1
}

# tag_of SERVICE TREE
tag_of() {
  printf '%s%.16s.%s' "$(image_prefix)" "$2" "$1"
}

image_id() {
  docker_cli image inspect --format '{{.Id}}' "$1" 2>/dev/null
}

# image_name MODEL SERVICE: of a flattened model.
image_name() {
  awk -F '\t' -v at="[\"services\",\"$2\",\"image\"]" \
    '$1 == at { print substr($2, 2, length($2) - 2) }' "$1"
}

# pin_images WHOLE MODEL TREE SERVICE...: writes facts/pinned, the whole model
# with each of the services named on the image that it ran with in that release.
# Its own name stays where that still is the name of that image.
pin_images() {
  unpinned=$1
  flat=$2
  pinned_tree=$3
  shift 3
  for service; do
    tag=$(tag_of "$service" "$pinned_tree")
    kept=$(image_id "$tag")
    [ -z "$kept" ] || [ "$kept" = "$(image_id "$(image_name "$flat" "$service")")" ] ||
      printf '%s\t%s\n' "$service" "$tag"
  done >"$facts/pins"
  awk -v pins="$facts/pins" '
    BEGIN { while ((getline line < pins) > 0) { split(line, c, "\t"); pin[c[1]] = c[2] } }
    /^  "[a-z]+": [{]$/ { top = $1 }
    /^    "/ { split($0, k, "\""); service = k[2] }
    /^      "image": / && top == "\"services\":" && (service in pin) {
      printf "      \"image\": \"%s\"%s\n", pin[service], /,$/ ? "," : ""
      next
    }
    { print }
  ' "$unpinned" >"$facts/pinned"
}

# A release that was live before comes back with the images that it ran with:
# what its names lead to by now is another release. What a digest names is the
# same for good.
pin_release() {
  note_wanted "$facts/new.model" "$facts/to-pin"
  list=
  gone=
  for service in $(cut -f 1 "$facts/to-pin"); do
    name=$(image_name "$facts/new.model" "$service")
    case $name in
    *@sha256:*) continue ;;
    esac
    list="$list $service"
    [ -n "$(image_id "$(tag_of "$service" "$r_tree")")" ] || gone="$gone, $service ($name)"
  done
  [ -z "$gone" ] || problem image_gone "the image that it ran with is not kept: ${gone#, }"
  # shellcheck disable=SC2086 # names of services
  pin_images "$facts/whole" "$facts/new.model" "$r_tree" $list
  mv -f "$facts/pinned" "$facts/whole" && flatten "$facts/whole" "$facts/new" ||
    problem compose_output "$compose_version"
}
