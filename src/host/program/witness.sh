
# ---- the witness of the audit log

# How far the log went when a change was last asked for is kept here, out of
# reach of whoever writes the log. One that went less far since, or is another
# one, was cut or begun anew: nothing is changed on its word.
check_witness() {
  kept=
  [ ! -e "$r_root/.checkpoint" ] || {
    kept=$(head -c 4096 "$r_root/.checkpoint" 2>/dev/null)
    is_checkpoint "$kept" || problem rolled_back "$r_root/.checkpoint cannot be read"
    [ -n "$r_checkpoint" ] || problem rolled_back "no checkpoint of the audit log was given, and one is kept"
  }
  [ -n "$r_checkpoint" ] || return 0
  is_checkpoint "$r_checkpoint" || problem malformed "the checkpoint is none"
  [ -n "$kept" ] && is_same_checkpoint || store_checkpoint ||
    problem unwritable "$r_root/.checkpoint cannot be written"
}

# False where the one that is offered goes further.
is_same_checkpoint() {
  size=$(line_of "$r_checkpoint" 2) seen=$(line_of "$kept" 2)
  [ "$(line_of "$r_checkpoint" 1)" = "$(line_of "$kept" 1)" ] ||
    problem rolled_back "the audit log is another one than before, which had $seen entries"
  [ "$size" -ge "$seen" ] ||
    problem rolled_back "the audit log has $size entries, and had $seen before"
  [ "$size" -eq "$seen" ] || return 1
  [ "$(line_of "$r_checkpoint" 3)" = "$(line_of "$kept" 3)" ] ||
    problem rolled_back "the last of the $seen entries of the audit log is another one than before"
}

is_checkpoint() {
  case $(line_of "$1" 1) in
  apply-gates/audit/*) ;;
  *) return 1 ;;
  esac
  case $(line_of "$1" 2) in
  "" | *[!0-9]* | ????????????????*) return 1 ;;
  esac
  [ -n "$(line_of "$1" 3)" ]
}

line_of() {
  printf '%s\n' "$1" | sed -n "$2p"
}

store_checkpoint() {
  printf %s "$r_checkpoint" >"$r_root/.checkpoint.next" &&
    to_disk "$r_root/.checkpoint.next" &&
    mv -f "$r_root/.checkpoint.next" "$r_root/.checkpoint"
} 2>/dev/null
