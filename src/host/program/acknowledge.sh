
# ---- whether a person let this host be changed

# Sets acknowledged: yes, no, or odd where what stands in the place of the marker
# is none. A host that was changed by us before there were markers needs none.
read_acknowledged() {
  acknowledged=no
  marker=$r_root/.acknowledged
  if [ -L "$marker" ] || [ -e "$marker" ]; then
    acknowledged=odd
    [ ! -L "$marker" ] && [ -f "$marker" ] || return 0
    ! is_acknowledgement "$(head -c 4096 "$marker" 2>/dev/null)" || acknowledged=yes
    return 0
  fi
  ! was_changed || acknowledged=yes
}

is_acknowledgement() {
  case $1 in
  *'
'*) return 1 ;;
  '{"schema":1,"host":"'*'"}') return 0 ;;
  *) return 1 ;;
  esac
}

was_changed() {
  for link in "$r_root"/*/current; do
    [ ! -L "$link" ] || return 0
  done
  [ -n "$(awk '/"result":"(applied|released|rolled_back|failed)"/ { print "yes"; exit }' \
    "$r_root"/attempts/*.json 2>/dev/null)" ]
}

put_acknowledged() {
  read_acknowledged
  put_plain acknowledged "$acknowledged"
}

# What was said once is kept; what is odd is for a person to look at.
operate_acknowledge() {
  must_be_number lock_wait "$r_lock_wait"
  [ "${#r_acknowledgement}" -lt 4096 ] && is_acknowledgement "$r_acknowledgement" ||
    problem malformed "the acknowledgement is none"
  mkdir -p "$r_root" 2>/dev/null || problem unwritable "$r_root cannot be made"
  take_lock
  read_acknowledged
  [ "$acknowledged" != no ] || store_acknowledgement ||
    problem unwritable "$r_root/.acknowledged cannot be written"
  begin_answer
  put_acknowledged
  end_answer
}

store_acknowledgement() {
  rm -f "$r_root/.acknowledged.next" &&
    (umask 077 && printf '%s\n' "$r_acknowledgement" >"$r_root/.acknowledged.next") &&
    to_disk "$r_root/.acknowledged.next" &&
    mv -f "$r_root/.acknowledged.next" "$r_root/.acknowledged"
} 2>/dev/null
