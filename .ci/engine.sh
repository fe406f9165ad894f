#!/usr/bin/env bash
# The engine of the tests, for .ci/run: installs it and its compose, starts it
# where none answers, and stops the one it started. Uses say and as_root.

readonly COMPOSE_LEAST=2.30

# Debian's name of the engine reads like the host of a registry, which nothing
# in this repository names; apt takes a pattern as well.
readonly ENGINE_PACKAGE='^docker[.]io$'

has() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null; }

engine_answers() { docker info >/dev/null 2>&1; }

# An image made from nothing holds busybox and no library.
has_static_busybox() {
  has busybox && ! ldd "$(command -v busybox)" 2>/dev/null | grep -q 'libc\.'
}

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

has_compose() {
  local version
  version=$(docker compose version --short 2>/dev/null) || return 1
  printf '%s\n' "$COMPOSE_LEAST" "${version#v}" | sort --version-sort --check=quiet
}

# Names of the packages that are missing, one a line.
list_engine_packages() {
  engine_answers || has dockerd || echo "$ENGINE_PACKAGE"
  has iptables || echo iptables
  has_static_busybox || echo busybox-static
  has docker-registry || echo docker-registry
  has redis-server || echo redis-server
  has redis-cli || echo redis-tools
  has_postgres || echo postgresql
  has sqlite3 || echo sqlite3
}

# Newer releases pack the client apart, and Ubuntu a compose that is new enough.
install_engine_clients() {
  has docker || install_packages docker-cli
  if has_compose; then return; fi
  as_root apt-get update -qq
  if apt-cache show docker-compose-v2 >/dev/null 2>&1; then
    install_packages docker-compose-v2
  else
    install_newest_compose
  fi
  has_compose || {
    say "docker compose $COMPOSE_LEAST or later is needed"
    return 1
  }
}

# Takes compose alone from Debian's newest packages, with a list of sources
# that the machine's own apt never sees. It goes to the home folder: a session
# of sshd, as in the tests, has no environment that names another place.
install_newest_compose() {
  local folder=$PWD/.ci/tools/compose uri options
  uri=$(debian_archive)
  [ -n "$uri" ] || {
    say "apt has no archive of Debian to take compose from"
    return 1
  }
  say 'installing docker compose'
  rm -rf "$folder"
  mkdir -p "$folder"/{parts,lists/partial,cache/archives/partial,root}
  describe_newest "$uri" >"$folder/parts/newest.sources"
  options=(
    -o Dir::Etc::sourcelist=/dev/null
    -o Dir::Etc::sourceparts="$folder/parts"
    -o Dir::State::lists="$folder/lists"
    -o Dir::Cache="$folder/cache"
    -o Acquire::Languages=none
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    # The folder may lie where apt's own user cannot go.
    -o APT::Sandbox::User="$(id -un)"
  )
  apt-get update -qq "${options[@]}"
  (cd "$folder" && apt-get download -qq "${options[@]}" docker-compose/sid)
  dpkg -x "$folder"/docker-compose_*.deb "$folder/root"
  install -D -m 755 "$folder/root/usr/libexec/docker/cli-plugins/docker-compose" \
    "$HOME/.docker/cli-plugins/docker-compose"
  rm -rf "$folder"
}

# Where this machine takes its own Debian from.
debian_archive() {
  local codename
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt fills it in
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' \
    "Codename: $codename" 'Component: main' 'Created-By: Packages' | sed -n 1p
}

describe_newest() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\n' "$1"
  [ ! -e "$keyring" ] || printf 'Signed-By: %s\n' "$keyring"
}

engine_pid=
engine_folder=

# One that answers is used as it is. Else one with a store of its own, so that
# no container that somebody keeps on this machine comes up with it.
start_engine() {
  if engine_answers; then return; fi
  say 'starting an engine'
  engine_folder=$(mktemp -d)
  # The engine's own pools hold thirty networks, and tests that run side by side
  # need more: the same addresses in smaller parts.
  as_root dockerd --data-root "$engine_folder/store" --group "$(id -gn)" \
    --default-address-pool base=172.16.0.0/12,size=24 \
    >"$engine_folder/log" 2>&1 &
  engine_pid=$!
  for _ in $(seq 240); do
    if engine_answers; then return; fi
    as_root kill -0 "$engine_pid" 2>/dev/null || break
    sleep 0.25
  done
  show_engine_log
  say 'the engine does not start: it needs root, and in a container all rights'
  return 1
}

show_engine_log() {
  [ -n "$engine_pid" ] || return 0
  say 'log of the engine'
  tail -n 60 "$engine_folder/log"
}

stop_engine() {
  [ -n "$engine_pid" ] || return 0
  as_root kill "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
  as_root rm -rf "$engine_folder" || true
}
