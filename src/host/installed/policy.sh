# ---- the host's own policy: what it says counts, whatever a runner says

# Reads host.conf. What is in it and not understood could be a prohibition.
read_policy() {
  h_root='' h_backups='' h_sacred='' h_drivers='' h_projects='' h_directories=''
  h_repository='' h_branch='' h_key='' h_known_hosts='' h_unmerged=''
  [ -f "$host_policy" ] && [ -r "$host_policy" ] || problem misconfigured "$host_policy cannot be read"
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    "" | "#"*) continue ;;
    esac
    value=${line#*=}
    case $value in
    "" | *[!A-Za-z0-9._@+=,:/~-]*) problem misconfigured "$host_policy: $line" ;;
    esac
    case $line in
    runtime_root=/*) h_root=$value ;;
    backup_root=/*) h_backups=$value ;;
    sacred=/*) h_sacred="$h_sacred $value" ;;
    driver=compose | driver=command) h_drivers="$h_drivers $value" ;;
    project=*) h_projects="$h_projects $value" ;;
    project_directory=/*) h_directories="$h_directories $value" ;;
    repository=https://* | repository=ssh://*) h_repository=$value ;;
    default_branch=*) h_branch=$value ;;
    deploy_key=/*) h_key=$value ;;
    known_hosts=/*) h_known_hosts=$value ;;
    unmerged_plans=yes) h_unmerged=yes ;;
    *) problem misconfigured "$host_policy: $line" ;;
    esac
  done <"$host_policy"
  [ -n "$h_root" ] && [ -n "$h_drivers" ] ||
    problem misconfigured "$host_policy: runtime_root or driver is missing"
  [ -z "$h_repository" ] || [ -n "$h_branch" ] ||
    problem misconfigured "$host_policy: default_branch is missing"
}

is_listed() {
  case " $2 " in
  *" $1 "*) return 0 ;;
  esac
  return 1
}

forbid() {
  problem forbidden "$1"
}

# Every request passes here, before anything is read of what follows it.
guard_request() {
  read_policy
  [ "$r_root" = "$h_root" ] || forbid "runtime_root is $h_root here, not $r_root"
  [ -z "${r_backup_root-}" ] || [ "$r_backup_root" = "$h_backups" ] ||
    forbid "backup_root is $h_backups here, not $r_backup_root"
  case $r_op in
  probe | record | history | acknowledge) ;;
  look) [ "$r_path" = "$PATH" ] || forbid "a PATH that is not $PATH" ;;
  plan | apply)
    guard_values
    guard_module
    [ -z "$h_repository" ] || guard_commit
    ;;
  retire)
    [ "$r_path" = "$PATH" ] || forbid "a PATH that is not $PATH"
    [ -z "$h_repository" ] || guard_gone
    ;;
  backup | backup-look | backup-record | backup-check | backup-note | backup-list | \
    backup-restore)
    guard_backup
    ;;
  *) forbid "the operation $r_op is not for this key" ;;
  esac
}

# Copies to where only this user looks: of data that is there, by ways that the
# program has of its own.
guard_backup() {
  [ "$r_path" = "$PATH" ] || forbid "a PATH that is not $PATH"
  [ -z "$r_project" ] || [ -z "$h_projects" ] ||
    is_listed "$r_project" "$h_projects" || forbid "project: $r_project"
  [ -z "$r_project_directory" ] || is_taken_over "$r_project_directory" ||
    forbid "project_directory: $r_project_directory"
  for value in $r_host_files $r_host_dirs $r_paths; do
    decode_word "$value"
    is_contained "${word#/}" || forbid "a path that leads out of its folder"
  done
}

is_taken_over() {
  is_contained "${1#/}" || return 1
  for directory in $h_directories; do
    case $1/ in
    "$directory"/*) return 0 ;;
    esac
  done
  return 1
}

guard_module() {
  is_listed "$r_driver" "$h_drivers" || forbid "driver: $r_driver"
  # Where docker and the commands of a module are found.
  [ "$r_path" = "$PATH" ] || forbid "a PATH that is not $PATH"
  [ "$r_driver" = compose ] || return 0
  [ -z "$h_projects" ] || is_listed "$r_project" "$h_projects" ||
    forbid "project: $r_project"
  [ -z "$r_project_directory" ] ||
    is_listed "$r_project_directory" "$h_directories" ||
    forbid "project_directory: $r_project_directory"
}

# What the program itself would take from a client that is ours.
guard_values() {
  for value in "$r_tree" "$r_body_sha256"; do
    [ "${#value}" -eq 64 ] || forbid "a tree or sum of ${#value} digits"
  done
  [ "${#r_sha}" -eq 40 ] || forbid "a commit of ${#r_sha} digits"
  must_match body_sha256 "$r_body_sha256" '!0-9a-f'
  must_match folder "$r_folder" '!A-Za-z0-9._/@+=, -'
  case $r_folder in
  "$r_module" | */"$r_module") ;;
  *) forbid "a folder of another module" ;;
  esac
  for value in "$r_stateful" "${r_armed:-false}" "${r_abandon:-false}"; do
    case $value in
    true | false) ;;
    *) forbid "a switch that is neither on nor off" ;;
    esac
  done
  case $r_images in
  "" | kept) ;;
  *) forbid "images: $r_images" ;;
  esac
  for value in "${r_expect_status:-0}" "${r_body_size:-0}" "${r_pull_timeout:-0}"; do
    must_be_number number "$value"
  done
  for value in "${r_expect_release:-0}" "${r_expect_output:-0}"; do
    must_match expected "$value" '!0-9a-f'
  done
  case $r_http in
  *[!!-~]* | [!h]* | *[\'\\]*) forbid "health.http" ;;
  esac
  for value in $r_host_files $r_host_dirs $r_compose_files; do
    decode_word "$value"
    is_contained "$word" || forbid "a path that leads out of its folder"
  done
}

is_contained() {
  case /$1/ in
  *//* | */./* | */../* | *[[:cntrl:]\\]*) return 1 ;;
  esac
}

# ---- what no release may mount

guard_model() {
  read_policy
  [ -n "$h_sacred" ] || return 0
  list_places | while IFS= read -r place; do
    keeps_off "$place" || printf '%s\n' "$place"
  done >"$facts/forbidden"
  [ ! -s "$facts/forbidden" ] ||
    forbid "sacred here: $(head -n 1 "$facts/forbidden")"
}

# Paths of this host that a service would see something of: each text of the
# model that is one, where it is not the place inside of the container.
list_places() {
  awk -F '\t' '
    $2 ~ /^"\// && $1 !~ /,"(target|tmpfs)"(,[0-9]+)?\]$/ {
      print substr($2, 2, length($2) - 2)
    }
    $1 ~ /^\["volumes","[^"]*","name"\]$/ {
      print "/var/lib/docker/volumes/" substr($2, 2, length($2) - 2)
    }
  ' "$facts/new.model"
  for token in $r_host_files $r_host_dirs; do
    decode_word "$token"
    find_shared "$word"
    printf '%s\n' "$found"
  done
}

# As it is named, and as the links on the way lead.
keeps_off() {
  case $1/ in
  */../* | *\\*) return 1 ;;
  esac
  led=$(readlink -m -- "$1" 2>/dev/null || readlink -f -- "$1" 2>/dev/null || printf %s "$1")
  for sacred in $h_sacred; do
    for each in "$1" "$led"; do
      case $each/ in
      / | // | "$sacred"/*) return 1 ;;
      esac
      case $sacred/ in
      "$each"/*) return 1 ;;
      esac
    done
  done
}
