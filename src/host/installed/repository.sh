# ---- the repository: what the host itself knows to be merged

# A folder that module commands can write to: of its settings nothing counts.
git_here() {
  git_ssh="ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o ForwardAgent=no -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null -o UserKnownHostsFile=${h_known_hosts:-/dev/null} -o ConnectTimeout=15"
  [ -z "$h_key" ] || git_ssh="$git_ssh -i $h_key"
  printf '[core]\n\trepositoryformatversion = 0\n\tbare = true\n' >"$mirror/config" || return 1
  env -i PATH="$PATH" HOME=/nonexistent LC_ALL=C GIT_CONFIG_NOSYSTEM=1 \
    GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_NO_REPLACE_OBJECTS=1 \
    GIT_ALLOW_PROTOCOL=https:ssh GIT_SSH_COMMAND="$git_ssh" GIT_SSH_VARIANT=ssh \
    timeout -k 5 -- 120 git -c core.hooksPath=/dev/null -c core.fsmonitor=false \
    -c core.attributesFile=/dev/null -c gc.autoDetach=false -c safe.directory='*' \
    --git-dir "$mirror" "$@" 7>&- 8>&-
}

# Only what a merge put on the default branch, as the forge has it now.
guard_commit() {
  [ "$r_op" != plan ] || [ "$h_unmerged" != yes ] || [ "$r_driver" != compose ] ||
    return 0
  for tool in git find grep paste comm; do
    command -v "$tool" >/dev/null 2>&1 || problem unsupported "$tool"
  done
  mirror=$h_root/.repository
  fetch_branch
  git_here rev-list --first-parent "refs/heads/$h_branch" 2>/dev/null |
    grep -qx "$r_sha" ||
    problem not_on_branch "$r_sha is not on $h_branch of $h_repository"
}

# A module is only retired where the default branch has it no more.
guard_gone() {
  place=$base/$(readlink "$base/current" 2>/dev/null).command
  [ -s "$place" ] || return 0
  folder=$(
    forget_request
    read_request <"$place"
    printf %s "$r_folder"
  )
  command -v git >/dev/null 2>&1 || problem unsupported git
  mirror=$h_root/.repository
  fetch_branch
  there=$(git_here ls-tree "refs/heads/$h_branch" -- "$folder/module.yaml" 2>/dev/null) ||
    problem unverified "the files of $h_branch cannot be read"
  [ -z "$there" ] || forbid "$folder is still on $h_branch of $h_repository"
}

fetch_branch() {
  { [ -d "$h_root" ] || mkdir -p "$h_root"; } 2>/dev/null && make_private "$mirror" &&
    mkdir -p "$mirror/objects" "$mirror/refs" 2>/dev/null &&
    (: >>"$mirror/.lock") 2>/dev/null ||
    problem unwritable "$mirror cannot be written to"
  exec 6>>"$mirror/.lock"
  flock 6
  [ -e "$mirror/HEAD" ] || printf 'ref: refs/heads/%s\n' "$h_branch" >"$mirror/HEAD"
  said=$(git_here fetch -q --no-tags --no-recurse-submodules -- "$h_repository" \
    "+refs/heads/$h_branch:refs/heads/$h_branch" 2>&1 6>&-) ||
    problem unverified "$h_repository: $(printf %s "$said" | tail -n 2 | tr '\n' ' ')"
  exec 6>&-
}

# What arrived is what git has: each file by its id, all of the module's folder,
# and the name of the release. The lists that came along are made anew.
guard_content() {
  read_policy
  [ -n "$h_repository" ] || return 0
  [ "$h_unmerged" != yes ] || [ "$r_op" != plan ] || [ "$r_driver" != compose ] ||
    return 0
  listing=$work/content
  mirror=$h_root/.repository
  (cd "$listing/release" && list_staged) ||
    differs "something that is no plain file, folder or link"
  git_here ls-tree -r -z "$r_sha" >"$listing/git.raw" 2>/dev/null ||
    problem unverified "the files of $r_sha cannot be read"
  [ "$(tr -cd '\n' <"$listing/git.raw" | wc -c)" -eq 0 ] ||
    problem unverified "a name in $r_sha has a line break"
  tr '\000' '\n' <"$listing/git.raw" | awk -F '\t' '
    { split($1, f, " "); print f[1] " " f[3] "\t" substr($0, length($1) + 2) }
  ' | sort >"$listing/git"
  sort "$listing/staged" >"$listing/here"
  comm -23 "$listing/here" "$listing/git" >"$listing/differs"
  comm -13 "$listing/here" "$listing/git" |
    awk -F '\t' -v folder="$r_folder/" 'index($2, folder) == 1' >>"$listing/differs"
  [ ! -s "$listing/differs" ] ||
    differs "$(head -n 1 "$listing/differs" | cut -f 2-)"
  named=$(sort -t "$TAB" -k 2 "$listing/staged" | tr '\n' '\000' | sha256sum | cut -c 1-64)
  [ "$named" = "$r_tree" ] || differs "the name of the release"
  guard_manifest
  rm -f "$listing/git" "$listing/git.raw" "$listing/here" "$listing/staged" \
    "$listing/differs"
}

differs() {
  problem content_differs "$1"
}

# Writes staged, `mode id TAB path`, and sums and entries as a client of ours
# sends them.
list_staged() {
  [ -z "$(find . ! -type f ! -type l ! -type d)" ] || return 1
  ! find . | grep -q '[[:cntrl:]\\]' || return 1
  find . -type f >"$listing/names"
  find . -type f -perm -100 | sort >"$listing/executable"
  git_here hash-object --no-filters --stdin-paths <"$listing/names" >"$listing/ids" || return 1
  find . -type f -exec sha256sum -- {} + >"$listing/sums" || return 1
  : >"$listing/links"
  find . -type l | while IFS= read -r name; do
    target=$(readlink -- "$name" && printf x) || exit 1
    target=${target%?x}
    printf '%s %s\t%s\n' "$(printf %s "$target" | git_here hash-object --stdin)" \
      "$(printf %s "$target" | sha256sum | cut -c 1-64)" "$name"
  done >"$listing/links" || return 1
  paste "$listing/ids" "$listing/names" | awk -F '\t' -v sums="$listing/sums" \
    -v links="$listing/links" -v executable="$listing/executable" \
    -v entries="$listing/entries" '
    BEGIN {
      while ((getline line < executable) > 0) runs[line] = 1
      while ((getline line < sums) > 0) sum[substr(line, 67)] = substr(line, 1, 64)
      printf "" > entries
    }
    {
      mode = ($2 in runs) ? "100755" : "100644"
      print mode " " $1 "\t" substr($2, 3)
      print mode " " sum[$2] " " substr($2, 3) > entries
    }
    END {
      while ((getline line < links) > 0) {
        split(line, f, "\t")
        split(f[1], id, " ")
        print "120000 " id[1] "\t" substr(f[2], 3)
        print "120000 " id[2] " " substr(f[2], 3) > entries
      }
    }
  ' >"$listing/staged"
  rm -f "$listing/names" "$listing/ids" "$listing/links" "$listing/executable"
}
