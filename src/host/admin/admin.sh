# Puts apply-gates-host on a host and takes it away again, as root, over an
# administrator's own login. Needs coreutils and awk.

answer() {
  printf 'apply-gates 1\n'
  put changes "$changes"
  put version "$version"
  put conf "$(cat "$r_conf_path" 2>/dev/null)"
  put pinned "$pinned"
  put loose "$loose"
  printf 'end\n'
}

# ---- one thing at a time: what is there is compared, and told where it differs

changed() {
  changes="$changes$1 $2
"
  [ "$r_dry_run" != true ]
}

attributes_of() {
  stat -c '%a %U' "$1" 2>/dev/null
}

want_folder() {
  if [ ! -d "$1" ]; then
    changed create "$1" || return 0
    mkdir -p "$1"
  elif [ "$(attributes_of "$1")" != "$2 $3" ]; then
    changed chmod "$1" || return 0
  else
    return 0
  fi
  chown "$3" "$1" && chmod "$2" "$1" || problem "$1 cannot be made"
}

# want_file PATH MODE OWNER CONTENT: whole, by rename.
want_file() {
  if [ -L "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; }; then
    problem "$1 is no plain file"
  elif [ ! -e "$1" ]; then
    changed create "$1" || return 0
  elif ! printf %s "$4" | cmp -s - "$1"; then
    changed update "$1" || return 0
  elif [ "$(attributes_of "$1")" != "$2 $3" ]; then
    changed chmod "$1" || return 0
  else
    return 0
  fi
  rm -f "$1.next" && printf %s "$4" >"$1.next" && chown "$3" "$1.next" &&
    chmod "$2" "$1.next" && mv -f "$1.next" "$1" ||
    problem "$1 cannot be written"
}

take_away() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  taken="$taken $1"
  changed remove "$1" || return 0
  rm -f "$1" || problem "$1 cannot be removed"
}

# A folder that holds nothing else.
take_away_folder() {
  [ -d "$1" ] || return 0
  for path in "$1"/* "$1"/.[!.]*; do
    case "$taken " in
    *" $path "*) ;;
    *) [ ! -e "$path" ] || return 0 ;;
    esac
  done
  changed remove "$1" || return 0
  rmdir "$1" || problem "$1 cannot be removed"
}

# ---- authorized_keys

find_account() {
  account=$(getent passwd "$r_user" 2>/dev/null || awk -F : -v user="$r_user" '$1 == user' /etc/passwd)
  [ -n "$account" ] || problem "there is no user $r_user"
  home=$(printf %s "$account" | cut -d : -f 6)
  : "${r_authorized_keys:=$home/.ssh/authorized_keys}"
  forced="restrict,command=\"$r_program_path $r_conf_path\""
}

# Sets pinned to the keys that our command stands before, by line, and loose to
# how often the key asked for stands there in any other way.
read_keys() {
  pinned=$(awk -v forced="$forced " '
    index($0, forced) == 1 { split(substr($0, length(forced) + 1), f, " "); print f[1] " " f[2] }
  ' "$r_authorized_keys" 2>/dev/null)
  loose=0
  [ -z "$r_key" ] || loose=$(cat "$r_authorized_keys" 2>/dev/null | awk -v forced="$forced " -v blob="${r_key#* }" '
    /^[ \t]*#/ || index($0, forced) == 1 { next }
    { for (i = 1; i <= NF; i++) if ($i == blob) { found++; break } }
    END { print found + 0 }
  ')
}

# The key in a line of its own, in the place of one without our command; sshd
# takes the first line that has it. No other line is touched.
want_key() {
  [ -n "$r_key" ] || return 0
  content=$(cat "$r_authorized_keys" 2>/dev/null | awk -v line="$forced $r_key apply-gates" -v blob="${r_key#* }" '
    !/^[ \t]*#/ {
      for (i = 1; i <= NF; i++) if ($i == blob) {
        if (!placed) print line
        placed = 1
        next
      }
    }
    { print }
    END { if (!placed) print line }
  ')
  [ ! -L "${r_authorized_keys%/*}" ] || problem "${r_authorized_keys%/*} is a link"
  [ -d "${r_authorized_keys%/*}" ] || want_folder "${r_authorized_keys%/*}" 700 "$r_user"
  keep_attributes
  want_file "$r_authorized_keys" "$mode" "$owner" "$content
"
}

keep_attributes() {
  attributes=$(attributes_of "$r_authorized_keys")
  mode=${attributes%% *}
  owner=${attributes#* }
  : "${mode:=600}" "${owner:=$r_user}"
}

forget_keys() {
  [ -n "$pinned" ] || return 0
  content=$(awk -v forced="$forced " 'index($0, forced) != 1' "$r_authorized_keys" && printf x)
  keep_attributes
  want_file "$r_authorized_keys" "$mode" "$owner" "${content%x}"
}

# ---- operations

install_all() {
  want_folder "${r_program_path%/*}" 755 root
  want_file "$r_program_path" 755 root "$r_program"
  want_folder "${r_conf_path%/*}" 755 root
  [ -z "$r_known_hosts" ] || want_file "$r_known_hosts_path" 644 root "$r_known_hosts"
  # ssh takes no private key that others could read.
  [ -z "$r_deploy_key" ] || want_file "$r_deploy_key_path" 400 "$r_user" "$r_deploy_key"
  want_file "$r_conf_path" 644 root "$r_conf"
  want_folder "$r_root" 755 "$r_user"
  # Last of all: until here the key opened what it opened before.
  want_key
}

remove_all() {
  forget_keys
  take_away "$r_program_path"
  take_away_folder "${r_program_path%/*}"
  for path in "$r_conf_path" "$r_deploy_key_path" "$r_known_hosts_path"; do
    [ -z "$path" ] || take_away "$path"
  done
  take_away_folder "${r_conf_path%/*}"
}

changes=
taken=
read_request op dry_run user program_path program conf_path conf \
  authorized_keys root key deploy_key_path deploy_key known_hosts_path known_hosts
for tool in stat awk cmp base64 sha256sum; do
  command -v "$tool" >/dev/null 2>&1 || problem "$tool is missing"
done
[ "$(id -u)" -eq 0 ] || problem "it takes root, or sudo without a password"
find_account
read_keys
version=$(sha256sum <"$r_program_path" 2>/dev/null | cut -c 1-16)
case $r_op in
look) ;;
install) install_all ;;
remove) remove_all ;;
*) problem "the operation is not known" ;;
esac
read_keys
answer
