
# ---- releases and staging

# True while some process holds the folder of a stage open.
is_alive() {
  [ -e "$1/.alive" ] || return 1
  ! flock -n "$1/.alive" true 2>/dev/null
}

# Makes the private folder of this operation and holds it: a folder that
# nobody holds was left by a run that died, and is removed.
open_work() {
  if [ "$r_op" != apply ] && [ ! -e "$r_root/.staging" ]; then
    open_passing_work
    return 0
  fi
  { [ -d "$r_root" ] || mkdir -p "$r_root" 2>/dev/null; } && make_private "$r_root/.staging" ||
    problem unwritable "$r_root cannot be made"
  (: >"$r_root/.staging/.lock") 2>/dev/null ||
    problem unwritable "$r_root cannot be written to"
  exec 7>"$r_root/.staging/.lock"
  flock 7
  sweep_staging
  stage=$r_root/.staging/$1
  [ -e "$stage" ] && {
    exec 7>&-
    return 1
  }
  work=$stage
  mkdir -m 700 "$work" 2>/dev/null && (: >"$work/.alive") 2>/dev/null ||
    problem unwritable "$r_root cannot be written to: no space, or read-only"
  exec 8>"$work/.alive"
  flock -n 8
  exec 7>&-
}

# Where nothing was applied yet, a plan leaves nothing: no folder for stages, and
# no lock of it.
open_passing_work() {
  if [ -e "$r_root" ]; then
    work=$(mktemp -d "$r_root/.plan-XXXXXXXX" 2>/dev/null) ||
      problem unwritable "$r_root cannot be written to: no space, or read-only"
  else
    work=$(mktemp -d) || problem unwritable "no temporary folder can be made"
  fi
  exec 8>"$work/.alive"
  flock -n 8
}

sweep_staging() {
  for stale in "$r_root"/.staging/* "$r_root"/.plan-*; do
    [ -d "$stale" ] || continue
    is_alive "$stale" || rm -rf "$stale"
  done
}

# Takes the tar from standard input, and proves that it arrived and was
# unpacked whole before anything looks at it.
unpack_body() {
  has_space
  cat >"$work/body" 2>"$work/errors" ||
    problem unwritable "$(tail -c 500 "$work/errors")"
  sum=$(sha256sum <"$work/body")
  [ "${sum%% *}" = "$r_body_sha256" ] ||
    problem truncated "the release arrived with another SHA-256"
  mkdir "$work/content" &&
    tar -x -o -f "$work/body" -C "$work/content" 2>"$work/errors" ||
    problem unwritable "$(tail -c 500 "$work/errors")"
  rm -f "$work/body"
  matches_sums "$work/content/release" "$work/content/sums" ||
    problem unwritable "the unpacked release differs from what was sent"
  [ -z "${host_policy-}" ] || guard_content
}

# Twice, as a tar and unpacked, and some room for what an apply writes.
has_space() {
  [ -n "$r_body_size" ] || return 0
  must_be_number body_size "$r_body_size"
  free=$(df -Pk "$work" 2>/dev/null | {
    read -r _
    read -r _ _ _ free _
    printf %s "$free"
  })
  needed=$((r_body_size / 512 + 1024))
  [ "${free:-$needed}" -ge "$needed" ] ||
    problem unwritable "$r_root has $free KiB free, a release needs $needed"
}

matches_sums() {
  [ -d "$1" ] || return 1
  [ -s "$2" ] || return 0
  (cd "$1" && sha256sum -c "$2" >/dev/null 2>&1)
}

# Links what lives on the host into the staged release. It is never made here:
# an empty database in its place would look healthy.
link_shared() {
  directory=
  if [ "$r_driver" = compose ]; then
    set_compose_places
    find_directory
  fi
  find_absent
  [ -z "$absent" ] || problem host_file_missing "$absent"
  for token in $r_host_files $r_host_dirs; do
    decode_word "$token"
    find_shared "$word"
    place=$work/content/release/$r_folder/$word
    mkdir -p "${place%/*}" && ln -s -T "$found" "$place" ||
      problem unwritable "$word cannot be linked into the release"
  done
  note_values
}

# Sets absent to what a release needs and the host does not have, by line.
find_absent() {
  absent=
  for token in $r_host_files; do
    decode_word "$token"
    find_shared "$word"
    [ -f "$found" ] || absent="${absent}file $word
"
  done
  for token in $r_host_dirs; do
    decode_word "$token"
    find_shared "$word"
    [ -d "$found" ] || absent="${absent}folder $word
"
  done
}

# Sets live to the tree that current points to, or to nothing.
read_live() {
  live=
  [ -L "$base/current" ] || {
    [ ! -e "$base/current" ] || problem occupied "$base/current"
    return 0
  }
  live=$(readlink "$base/current")
  live=${live#releases/}
  case $live in
  *[!0-9a-f]*) problem occupied "$base/current" ;;
  esac
}

# Says what is live, and the commit that it was last applied from: the host's
# own word for both, whatever a status was made to say.
put_live() {
  put_plain live "$live"
  live_sha=
  [ -z "$live" ] || [ ! -s "$base/releases/$live.command" ] ||
    live_sha=$(sed -n 's/^sha:\([0-9a-f]*\)$/\1/p' "$base/releases/$live.command")
  put_plain live_sha "$live_sha"
}

# Puts the staged release to its place. One of that tree that is there already
# is taken if its files are what they should be.
install_release() {
  target=$base/releases/$r_tree
  mkdir -p "$base/releases" && make_private "$base/shared" || return 1
  if [ -e "$target" ] && [ "$r_driver" = compose ]; then
    put_back_edited || return 1
  elif [ -e "$target" ] && ! matches_sums "$target" "$work/content/sums"; then
    [ "$live" != "$r_tree" ] || {
      failure="files of the live release were edited on the host"
      refusal=plan_changed
      return 1
    }
    mv "$target" "$work/content/edited" || return 1
  fi
  if [ ! -e "$target" ]; then
    chmod 755 "$work/content/release" &&
      to_disk -f "$work/content/release" &&
      mv "$work/content/release" "$target" || return 1
  fi
  # With it a later release can go back to this one by this one's own commands.
  printf '%s\n' "$request" >"$work/command" &&
    mv -f "$work/command" "$target.command" || return 1
  cp "$work/content/entries" "$work/entries" &&
    mv -f "$work/entries" "$target.entries" || return 1
  touch "$target"
  to_disk "$target.command" "$base/releases"
}

flip_to() {
  rm -f "$base/.next"
  ln -s "releases/$1" "$base/.next" && mv -T "$base/.next" "$base/current" ||
    return 1
  to_disk "$base"
  live=$1
}

# Keeps the three newest releases, and always the live one, the one before, and
# any that a container still mounts something of.
prune_releases() {
  kept=0
  in_use=
  [ ! -s "$base/mounted" ] || in_use=$(awk -F '\t' '$3 != "-" { print $4 }' "$base/mounted")
  for name in $(cd "$base/releases" && ls -1t); do
    [ -d "$base/releases/$name" ] || continue
    kept=$((kept + 1))
    [ "$kept" -gt 3 ] || continue
    [ "$name" != "$live" ] && [ "$name" != "$previous" ] || continue
    case $in_use in
    *"$name"*) continue ;;
    esac
    mv "$base/releases/$name" "$work/content/pruned-$name" &&
      rm -rf "$work/content/pruned-$name" "$base/releases/$name.command" \
        "$base/releases/$name.entries"
  done
  [ "$r_driver" != compose ] || prune_images
}
