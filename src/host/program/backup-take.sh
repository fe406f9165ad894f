
# ---- backup: the worker, which no lost connection stops

# Standard input as the suffix of the backup says. Where there are processors
# for it, two threads pack: one alone would be what a backup waits for, and all
# of them belong to the services. Where there are not, threads only hand work to
# each other: one process takes a fifth less of the processor.
pack() {
  case $suffix in
  *.zst)
    how=--single-thread
    [ "$(nproc 2>/dev/null || echo 1)" -le 2 ] || how=-T2
    zstd -q "$how" -c
    ;;
  *.gz) gzip -c ;;
  *) cat ;;
  esac
}

# Prints the backup while it grows, so that its sum is there soon after it: of
# what can be read back, and no second reader of the pipe holds the first up.
# What it has read goes to the disk on the way, which would be waited for later;
# a disk says only once that it could not write, so that is noted. In blocks that
# a processor keeps at hand, and 16 MiB of them at once: to start a program costs
# more than to read a few.
follow_backup() {
  blocks=0
  on_disk=0
  is_whole=
  until [ -n "$is_whole" ]; do
    [ -e "$work/packing" ] || is_whole=yes
    there=$(($(stat -c %s "$work/backup") / 65536))
    if [ $((there - blocks)) -ge 256 ]; then
      dd if="$work/backup" bs=65536 skip="$blocks" count="$((there - blocks))" 2>/dev/null
      blocks=$there
      [ $((blocks - on_disk)) -lt 2048 ] || {
        to_disk "$work/backup" || rm -f "$work/unharmed"
        on_disk=$blocks
      }
    elif [ -z "$is_whole" ]; then
      sleep 0.1 2>/dev/null || sleep 1
    fi
  done
  dd if="$work/backup" bs=65536 skip="$blocks" 2>/dev/null
}

# stream PRODUCER...: what it prints becomes the backup, on the disk, and sum its
# SHA-256.
stream() {
  for one in backup packing unharmed; do
    (: >"$work/$one") 2>/dev/null || end_no_space
  done
  # Not as redirections of the function: a shell keeps what it has to restore,
  # and whoever waits for our end would wait for the last of the pipeline.
  (
    exec 6>&- 8>&- 9>&-
    follow_backup | sum_of_input >"$work/sum" &
    {
      "$@" 2>"$work/errors"
      printf %s "$?" >"$work/produced"
    } | {
      pack >"$work/backup" 2>"$work/pack-errors"
      printf %s "$?" >"$work/packed"
    }
    rm -f "$work/packing"
    to_disk "$work/backup"
    printf %s "$?" >"$work/written"
    wait
  )
  produced=$(cat "$work/produced")
  # What changed while it was read is what crash-consistent means.
  [ "$produced" != 1 ] || [ "$consistency" = transaction ] || [ "$method" != host ] ||
    ! has_gnu_tar || produced=0
  sum=$(cat "$work/sum")
  [ "$produced$(cat "$work/packed" "$work/written")" = 000 ] && [ -n "$sum" ] && [ -e "$work/unharmed" ]
}

# The files of a release come from git, and what we keep is ours. Records as
# large as a pipe: six times fewer calls of the system than with tar's own.
make_tar() {
  set -- -c -f -
  if has_gnu_tar; then
    own=./${r_root#/}
    set -- "$@" --blocking-factor=128 --numeric-owner --anchored --wildcards --no-wildcards-match-slash \
      "--exclude=./${r_backup_root#/}" "--exclude=$own/.*" "--exclude=$own/attempts" \
      "--exclude=$own/*/[!s]*" "--exclude=$own/*/.*" --wildcards-match-slash
  fi
  for token in $r_excludes; do
    decode_word "$token"
    left_out=$word
    while IFS=$TAB read -r place member; do
      [ -z "$member" ] || set -- "$@" "--exclude=$member/$left_out"
    done <<LIST
$sources
LIST
  done
  while IFS=$TAB read -r place member; do
    [ -z "$member" ] || set -- "$@" -C "$place" "$member"
  done <<LIST
$sources
LIST
  [ -z "$extra" ] || set -- "$@" -C "$extra" ./.apply-gates
  timeout -k 5 -- "$r_timeout" tar "$@"
}

# A container that is never started, of an image that the module runs: the
# engine reads its volumes as they are, whoever owns them.
copy_volumes() {
  set --
  for one in $volumes; do
    set -- "$@" -v "$one:/volumes/$one/_data:ro,nocopy"
  done
  scratch=$(docker_cli create --label "apply-gates.scratch=$r_attempt" --network none \
    --pull never "$@" "$image" true) || return 2
  [ -z "$extra" ] || docker_cli cp "$extra/.apply-gates" "$scratch:/volumes/" >&2 || return 2
  docker_limit=$r_timeout docker_cli cp "$scratch:/volumes/." -
}

# Lets a service stand still until we are done, or until the guard sees that we
# were killed.
quiesce() {
  case $r_quiesce in
  pause | stop) ;;
  *) return 0 ;;
  esac
  mkdir -p "$r_root" 2>/dev/null
  exec 9>>"$r_root/.lock" || end_backup unwritable "$r_root/.lock cannot be written to"
  flock -w 60 9 || end_backup locked "$r_root/.lock is held"
  ids=$(printf '%s\n' "$containers" | awk '$2 == "running" { printf "%s ", $1 }')
  # What is not noted would not be let go again.
  printf '%s %s\n' "$r_quiesce" "$ids" >"$work/quiesced" 2>/dev/null &&
    to_disk "$work/quiesced" || end_no_space
  for id in $ids; do
    docker_cli "$r_quiesce" "$id" >"$work/errors" 2>&1 ||
      end_backup failed "$r_quiesce: $(tail -c 500 "$work/errors")"
  done
}

# resume WORK: lets go on what the run of that folder had stand still.
resume() {
  [ -s "$1/quiesced" ] || return 0
  read -r how ids <"$1/quiesced"
  back=unpause
  [ "$how" = pause ] || back=start
  went_on=yes
  for id in $ids; do
    # What is gone, or was not held yet, cannot be let go.
    docker_cli "$back" "$id" >/dev/null 2>&1 ||
      [ "$(docker_cli inspect --format '{{.State.Paused}}' "$id" 2>/dev/null)" = false ] || went_on=
  done
  [ -z "$went_on" ] || rm -f "$1/quiesced"
}

# Waits for the end of whoever holds the folder, however it ends. Of a worker,
# what it had begun ends with it, and what it had stand still goes on; its folder
# is kept, for whoever asks how it ended. Of a rehearsal nothing is kept.
start_guard() {
  exec 5<"$work/.alive"
  printf '%s\n' "$request" |
    setsid sh -c 'eval "$0"' "$0" guard "$work" >/dev/null 2>&1 6>&- 8>&- 9>&- &
  exec 5<&-
}

run_guard() {
  worker=guard
  work=$1
  forget_request
  forget_backup
  read_request
  flock 5
  if [ -d "$work" ]; then
    [ ! -e "$work/pid" ] || kill -s KILL -- "-$(cat "$work/pid")" 2>/dev/null
    resume "$work"
    [ "$r_op" != backup-restore ] || {
      remove_scratch "${work##*/}"
      remove_work "$work"
    }
  fi
  trap - EXIT
  exit 0
}

# What the archive was made with, in an alphabet that JSON needs no escapes for.
tool_versions() {
  for tool in tar zstd gzip; do
    version=$("$tool" --version 2>&1 | head -n 1 | tr -cd 'A-Za-z0-9 ._()+:,-')
    case $suffix in
    *tar* | *"$tool"* | *zst*) ;;
    *) continue ;;
    esac
    printf '"%s":"%s",' "$tool" "$version"
  done | sed 's/,$//'
}

# The client wrote what it knows, up to here; what was measured follows.
write_receipt() {
  names=$(printf '"%s",' $volumes | sed 's/^"",$//; s/,$//')
  printf '%s,"backup":"%s","volumes":[%s],"method":"%s","consistency":"%s","size":%s,"sha256":"%s","counts":{%s},"tools":{%s},"host_time":"%s","verified_at":null}\n' \
    "$r_receipt" "$name" "$names" "$method" "$consistency" "$size" "$sum" "${counts-}" \
    "$(tool_versions)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$work/receipt"
}

run_backup_worker() {
  worker=yes
  work=$1
  forget_request
  forget_backup
  read_request <"$work/request"
  check_backup_request
  dd if=/dev/zero of="$work/reserve" bs=65536 count=1 2>/dev/null || end_no_space
  exec 6>>"$r_backup_root/.work/$r_module.lock"
  flock -n 6 || end_backup running "a backup of $r_module is being taken"
  note_values
  resolve && has_space_for_backup || end_backup "$refusal" "$refusal_detail"
  name=$r_module-$r_stamp.$suffix
  [ ! -e "$r_backup_root/$name" ] && [ ! -L "$r_backup_root/$name" ] ||
    end_backup exists "$r_backup_root/$name"
  printf '%s\n' "$$" >"$work/pid" 2>/dev/null || end_no_space
  start_guard
  quiesce
  take || end_failed
  resume "$work"
  publish
}

take() {
  case $r_class-$method in
  forgejo-*) take_forgejo ;;
  volume-engine) stream copy_volumes ;;
  volume-* | files-*) stream make_tar ;;
  *) take_database ;;
  esac
}

end_no_space() {
  end_backup no_space "$r_backup_root has no space left"
}

end_failed() {
  ! grep -q 'No space left' "$work/pack-errors" 2>/dev/null && has_room || end_no_space
  hide_values "$work/errors"
  end_backup failed "$(cat "$work/errors" "$work/pack-errors" 2>/dev/null | tail -c 500)"
}

publish() {
  size=$(wc -c <"$work/backup" | tr -d ' ')
  case $r_class-$suffix in
  files-tar.* | volume-tar.*) ;;
  *) check_form "$work/backup" || end_backup "$form_outcome" "$form_detail" ;;
  esac
  write_receipt && to_disk "$work/receipt" || end_no_space
  target=$r_backup_root/$name
  # The receipt first: a backup without one could be taken for whole.
  receipt=$(cat "$work/receipt")
  mv -f "$work/receipt" "$target.receipt.json" && mv "$work/backup" "$target" &&
    to_disk "$r_backup_root" || {
    rm -f "$target.receipt.json"
    end_failed
  }
  end_backup taken '' "$(
    put_plain file "$name"
    put receipt "$receipt"
  )"
}

operate_backup() {
  make_root
  if [ ! -e "$record" ] && open_backup_work "$r_attempt"; then
    printf '%s\n' "$request" >"$work/request" 2>/dev/null ||
      problem unwritable "$r_backup_root has no space left"
    following=yes
    setsid sh -c 'eval "$0"' "$0" worker "$work" </dev/null >/dev/null 2>&1 &
    wait "$!"
    following=
    exec 8>&-
    work=
  fi
  answer_backup_record
}
