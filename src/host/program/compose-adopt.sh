# ---- compose: the old folder of a project that is taken over

# Sets directory: linked, folder (still to be taken over), absent, or nothing
# where the manifest names none.
find_directory() {
  directory=
  [ -n "$r_project_directory" ] || return 0
  if [ -L "$r_project_directory" ]; then
    [ "$(readlink "$r_project_directory")" = "$base/current$project_folder" ] ||
      problem occupied "$r_project_directory"
    directory=linked
  elif [ -d "$r_project_directory" ]; then
    directory=folder
  elif [ -e "$r_project_directory" ]; then
    problem occupied "$r_project_directory"
  else
    directory=absent
  fi
}

# Sets found to where a host file or folder is: below shared, or, before a
# project is taken over, in its old folder.
find_shared() {
  found=$base/shared/$1
  [ -e "$found" ] || [ "$directory" != folder ] || case /$r_folder/$1 in
  "$project_folder"/*)
    inner=/$r_folder/$1
    [ ! -e "$r_project_directory${inner#"$project_folder"}" ] ||
      found=$r_project_directory${inner#"$project_folder"}
    ;;
  esac
}

# Notes the containers that mount the old folder while it still holds, and held
# when they started, just what the release has in its place.
note_adopted() {
  : >"$facts/adopted"
  [ "$directory" = folder ] || return 0
  cut -f 1,3,12 "$facts/found" | while IFS=$TAB read -r id service started; do
    [ -n "$service" ] && [ -e "$facts/contents/$service" ] || continue
    ! holds_content "$service" "$started" || printf '%s\n' "$id"
  done >"$facts/adopted"
}

holds_content() {
  touch -d "$2" "$facts/started" 2>/dev/null ||
    TZ=UTC0 touch -d "$(printf %s "${2%%.*}" | tr T ' ')" "$facts/started" 2>/dev/null ||
    return 1
  within=${project_folder#/}
  within=${within:+$within/}
  while IFS= read -r line; do
    name=${line#* * }
    case $line in
    "$salt") ;;
    host\ *) is_older "$work/content/release/$name" || return 1 ;;
    environment\ *) holds_variables || return 1 ;;
    inline\ *) holds_variables && holds_compose_files || return 1 ;;
    *) holds_file "$line" || return 1 ;;
    esac
  done <"$facts/contents/$1"
  # A file that git does not have would be gone from a mounted folder.
  awk -F '\t' -v service="$1" '$1 == service { print $2 }' "$facts/contents-mounted" |
    while IFS= read -r name; do
      [ -d "$r_project_directory/${name#"$within"}" ] && ! is_hosted "$name" || continue
      there=$(tar -C "$r_project_directory" -cf - "./${name#"$within"}" 2>/dev/null |
        tar -tf - | grep -vc '/$')
      tracked=$(awk -v at="$name/" 'index(substr($0, 73), at) == 1' \
        "$work/content/entries" | wc -l)
      [ "$there" -eq "$tracked" ] || exit 1
    done
}

# Whether a file is there and was not changed since a container was started.
is_older() {
  # shellcheck disable=SC3013 # every sh of a Linux system has -nt
  [ -f "$1" ] && [ ! "$1" -nt "$facts/started" ]
}

# holds_file ENTRY: whether the old folder has that tracked file.
holds_file() {
  entry_sum=${1#* }
  case $1 in
  120000\ *) return 1 ;;
  esac
  case ${1#* * } in
  "$within"*) file=$r_project_directory/${1#* * "$within"} ;;
  *) return 1 ;;
  esac
  is_older "$file" && [ "$(sha256sum <"$file" | cut -c 1-64)" = "${entry_sum%% *}" ] &&
    case $1 in
    100755\ *) [ -x "$file" ] ;;
    *) [ ! -x "$file" ] ;;
    esac
}

holds_variables() {
  printf '%s\n' "$env_files" | while IFS= read -r place; do
    [ -z "$place" ] || is_older "$place" || exit 1
  done
}

holds_compose_files() {
  for token in $r_compose_files; do
    decode_word "$token"
    holds_file "$(awk -v at="$word" 'substr($0, 73) == at' "$work/content/entries")" ||
      return 1
  done
}

# Whether a path of the release lives on the host.
is_hosted() {
  for token in $r_host_files $r_host_dirs; do
    decode_word "$token"
    case $1/ in
    "$r_folder/$word"/*) return 0 ;;
    esac
  done
  return 1
}

# Moves what lives on the host into shared. Only by rename: a running container
# keeps what it has open, and nothing is copied. The old folder goes on working
# by links until it is moved aside.
take_over_files() {
  [ "$directory" = folder ] || return 0
  mkdir -p "$base" && make_private "$base/shared" || return 1
  for token in $r_host_files $r_host_dirs; do
    decode_word "$token"
    find_shared "$word"
    place=$base/shared/$word
    [ "$found" != "$place" ] || continue
    mkdir -p "$(dirname "$place")" || return 1
    if [ "$(stat -c %d "$found")" != "$(stat -c %d "$base/shared")" ]; then
      failure="$found is on another file system than $base/shared; move it there while nothing runs"
      return 1
    fi
    mv -T "$found" "$place" && ln -s "$place" "$found" || {
      failure="$found could not be moved to $place"
      return 1
    }
    ln -sfn "$place" "$work/content/release/$r_folder/$word" || return 1
  done
}

# Puts a link to the live release where the old folder was.
take_over_folder() {
  case $directory in
  "" | linked) return 0 ;;
  folder)
    aside=$r_project_directory.before-apply-gates
    [ ! -e "$aside" ] && mv -T "$r_project_directory" "$aside" || {
      failure="$r_project_directory could not be moved to $aside"
      return 1
    }
    ;;
  esac
  ln -s -T "$base/current$project_folder" "$r_project_directory" || {
    failure="$r_project_directory cannot be made"
    return 1
  }
  directory=linked
}
