
# ---- what the host keeps to itself

# Values in the module's own files on the host never leave it, whatever prints
# them: a command, compose that cannot read the file, a service that dies. Short
# ones are no secrets, unless their name says so, and would hide every digit;
# the longest go first, or a part of one that another holds would be left.
note_values() {
  [ -n "$r_host_files" ] || return 0
  for token in $r_host_files; do
    decode_word "$token"
    find_shared "$word"
    head -c 65536 "$found" | tr -d '\000\r'
    printf '\n'
  done 2>/dev/null | awk "$VALUES" | sort -rn | cut -d ' ' -f 2- >>"$work/hidden"
}

# Prints each value with its length: as it stands, without quotes, escapes and
# comment, and the longer of its parts; each also as Go and JSON quote it. What
# is no assignment goes on with one, or compose tells it as a broken line.
VALUES='
function note(text) {
  if (text in noted) return
  noted[text] = 1
  print length(text) " " text
}
function tell(text, least,   i, c, go, json) {
  gsub(/^[ \t]+/, "", text)
  gsub(/[ \t]+$/, "", text)
  if (length(text) < least) return
  note(text)
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == dq || c == bs) c = bs c
    go = go c
    if (c == "<") c = bs "u003c"
    if (c == ">") c = bs "u003e"
    if (c == "&") c = bs "u0026"
    json = json c
  }
  note(go)
  note(json)
}
function tell_parts(text, least,   i, c, part) {
  text = text " "
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (!index(separators, c)) { part = part c; continue }
    tell(part, least)
    part = ""
  }
}
function tell_plain(text, least,   i, c, part) {
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == bs) {
      c = substr(text, ++i, 1)
      if (c == "n" || c == "r" || c == "t") {
        tell(part, least)
        part = c = ""
      }
    }
    part = part c
  }
  tell(part, least)
}
function tell_names(text,   name) {
  while (match(text, /[$][{]?[A-Za-z_][A-Za-z0-9_]*/)) {
    name = substr(text, RSTART + 1, RLENGTH - 1)
    text = substr(text, RSTART + RLENGTH)
    sub(/^[{]/, "", name)
    tell(dq name dq, 1)
  }
}
function tell_value(text, least,   quote, inner, end) {
  tell(text, least)
  quote = substr(text, 1, 1)
  inner = text
  if (quote == dq || quote == sq) {
    inner = substr(text, 2)
    tell(inner, least)
    for (end = length(inner); end > 0; end--)
      if (substr(inner, end, 1) == quote) break
    if (end > 0) inner = substr(inner, 1, end - 1)
  } else if (match(inner, /[ \t]#/)) {
    inner = substr(inner, 1, RSTART - 1)
  } else {
    sub("[" dq sq "],?$", "", inner)
  }
  tell(inner, least)
  if (index(inner, bs)) tell_plain(inner, least)
  if (index(text, "$")) tell_names(text)
  tell_parts(text, least < 6 ? least : 8)
}
BEGIN {
  bs = sprintf("%c", 92)
  dq = sprintf("%c", 34)
  sq = sprintf("%c", 39)
  separators = " \t:,;=@/?&|$(){}[]<>#" bs dq sq
  named = "^[" dq sq "]?[A-Za-z_][A-Za-z0-9_.-]*[" dq sq "]?[ \t]*"
}
{
  line = $0
  commented = sub(/^[ \t]*#[# \t]*/, "", line)
  sub(/^[ \t]*/, "", line)
  sub(/^export[ \t]+/, "", line)
  if (match(line, named (commented ? "=" : "[=:]"))) {
    name = tolower(substr(line, 1, RLENGTH))
    value = substr(line, RLENGTH + 1)
    sub(/^[ \t]+/, "", value)
    sub(/[ \t]+$/, "", value)
    tell_value(value, name ~ /pass|pwd|secret|token|key|pin|cred|auth|salt/ ? 4 : 6)
  } else if (line !~ /[[:cntrl:]]/ && ++unnamed < 500) {
    if (commented) tell(line, 8)
    else tell_value(line, 6)
  }
}
'

# Most values are nowhere in a text: what is not in the whole of it is not looked
# for in each line.
HIDE='
function without(line, value,   at, kept) {
  while (at = index(line, value)) {
    kept = kept substr(line, 1, at - 1) "***"
    line = substr(line, at + length(value))
  }
  return kept line
}
BEGIN {
  while ((getline value < values) > 0) if (value != "") known[++total] = value
  if ("said" in ENVIRON) {
    line = ENVIRON["said"]
    for (i = 1; i <= total; i++) line = without(line, known[i])
    print line
    exit
  }
  RS = "\001"
  while ((getline part < file) > 0)
    for (i = 1; i <= total; i++) if (index(part, known[i])) there[i] = 1
  close(file)
  RS = "\n"
  for (i = 1; i <= total; i++) if (i in there) found[++many] = known[i]
  while ((getline line < file) > 0) {
    for (i = 1; i <= many; i++) if (index(line, found[i])) line = without(line, found[i])
    print line
  }
}
'

# What cannot be hidden is not shown.
hide_values() {
  [ -s "$work/hidden" ] && [ -s "$1" ] || return 0
  awk -v values="$work/hidden" -v file="$1" "$HIDE" >"$1.shown" 2>/dev/null &&
    mv -f "$1.shown" "$1" || printf '(the output was not kept)\n' >"$1"
}

without_values() {
  if [ -n "$work" ] && [ -s "$work/hidden" ]; then
    said=$1 awk -v values="$work/hidden" "$HIDE" 2>/dev/null
  else
    printf %s "$1"
  fi
}
