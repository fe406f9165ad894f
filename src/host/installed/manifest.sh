# ---- the manifest: what a module is said to be

# What a request says of the module is what its module.yaml says at that commit:
# a command, a project or a folder of the host is not for the runner to choose.
guard_manifest() {
  git_here cat-file blob "$r_sha:$r_folder/module.yaml" >"$listing/manifest.yaml" 2>/dev/null ||
    differs "$r_folder/module.yaml"
  awk -v sq="'" "$ESCAPED$MANIFEST" "$listing/manifest.yaml" >"$listing/manifest" ||
    problem unverified "$r_folder/module.yaml, line $(tail -n 1 "$listing/manifest" | tr -cd 0-9): only plain YAML is read here"
  says id "$r_module" "" || differs "id in module.yaml"
  says driver "$r_driver" "" || differs "driver in module.yaml"
  says stateful "$r_stateful" "" || differs "stateful in module.yaml"
  says renamed_from "$r_runtime" "" ||
    { says renamed_from "" "" && says id "$r_runtime" ""; } ||
    differs "renamed_from in module.yaml"
  says health.http "$r_http" "" || differs "health.http in module.yaml"
  lists host_files "$r_host_files" && lists host_dirs "$r_host_dirs" ||
    differs "host_files or host_dirs in module.yaml"
  case $r_driver in
  command)
    lists command.plan "$r_plan_argv" && lists command.apply "$r_apply_argv" &&
      lists command.health "$r_health_argv" && lists command.stop "$r_stop_argv" ||
      differs "command in module.yaml"
    ;;
  compose)
    says compose.project "$r_project" "$r_runtime" &&
      says compose.project_directory "$r_project_directory" "" &&
      lists compose.profiles "$r_profiles" && lists compose.services "$r_services" &&
      lists compose.oneshot "$r_oneshot" && lists_compose_files ||
      differs "compose in module.yaml"
    ;;
  esac
  rm -f "$listing/manifest" "$listing/manifest.yaml" "$listing/words"
}

# says KEY VALUE DEFAULT
says() {
  value=$(awk -F '\t' -v key="$1" '$1 == key { print substr($0, length(key) + 2) }' "$listing/manifest")
  [ "${value:-$3}" = "$2" ]
}

# lists KEY WORDS: words are `.base64` or `:plain`.
lists() {
  : >"$listing/words"
  for token in $2; do
    decode_word "$token"
    put_word "$word"
  done
  awk -F '\t' -v key="$1" '$1 == key { print substr($0, length(key) + 2) }' "$listing/manifest" |
    cmp -s - "$listing/words"
}

# With escapes as the manifest is told, so that a word is a line.
put_word() {
  said=$1 awk "$ESCAPED"'BEGIN { print escaped(ENVIRON["said"]) }' >>"$listing/words"
}

# The replacement of gsub has backslashes of its own, in each awk others.
ESCAPED='
function escaped(text,   i, c, out) {
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == sprintf("%c", 92)) c = c c
    if (c == "\n") c = sprintf("%cn", 92)
    out = out c
  }
  return out
}
'

lists_compose_files() {
  {
    awk -F '\t' '$1 == "compose.file" { print $2; found = 1 } END { if (!found) print "compose.yaml" }' "$listing/manifest"
    awk -F '\t' '$1 == "compose.files" { print $2 }' "$listing/manifest"
  } | awk -v folder="$r_folder" '
    { print ($0 ~ /^\//) ? substr($0, 2) : folder "/" $0 }
  ' >"$listing/compose"
  : >"$listing/words"
  for token in $r_compose_files; do
    decode_word "$token"
    put_word "$word"
  done
  cmp -s "$listing/compose" "$listing/words"
}

# Reads the part of YAML that manifests are written in: maps and lists, by
# indentation or in brackets on one line, words and quoted texts. Prints a line
# `path TAB value` for each value; ends with 3 at what is none of that.
MANIFEST='
function fail() { print "line " NR; bad = 1; exit 3 }
function tell(path, text) { print path "\t" escaped(text) }
function skip_space() { sub(/^[ \t]+/, "", rest) }
# Takes a quoted text from rest.
function quoted(   q, c, text) {
  q = substr(rest, 1, 1)
  rest = substr(rest, 2)
  while (rest != "") {
    c = substr(rest, 1, 1)
    rest = substr(rest, 2)
    if (c == q && q == sq && substr(rest, 1, 1) == sq) { rest = substr(rest, 2); text = text sq; continue }
    if (c == q) return text
    if (c == bs && q == dq) {
      c = substr(rest, 1, 1)
      rest = substr(rest, 2)
      if (c == "n") c = "\n"
      else if (c == "t") c = "\t"
      else if (c != bs && c != dq && c != "/") fail()
    }
    text = text c
  }
  fail()
}
# Takes a word from rest: in brackets, up to what ends it there.
function plain(inside,   end, text) {
  if (rest ~ /^[&*!|>%@`#?]/ || rest ~ /^- /) fail()
  end = length(rest) + 1
  if (match(rest, /[ \t]#/)) end = RSTART
  text = substr(rest, 1, end - 1)
  if (inside && match(text, /[][{},]/)) { end = RSTART; text = substr(text, 1, end - 1) }
  if (text ~ /:[ \t]/ || text ~ /:$/) fail()
  rest = substr(rest, end)
  sub(/[ \t]+$/, "", text)
  return text
}
function word(inside) {
  return (rest ~ /^"/ || substr(rest, 1, 1) == sq) ? quoted() : plain(inside)
}
function key_of(   name) {
  if (!match(rest, /^[A-Za-z0-9_-]+[ \t]*:/)) fail()
  name = substr(rest, 1, RLENGTH - 1)
  rest = substr(rest, RLENGTH + 1)
  if (rest != "" && rest !~ /^[ \t]/) fail()
  sub(/[ \t]+$/, "", name)
  skip_space()
  return name
}
# Takes what stands in brackets from rest.
function flow(path, level,   close_with, name) {
  if (level > 4) fail()
  close_with = substr(rest, 1, 1) == "[" ? "]" : "}"
  rest = substr(rest, 2)
  for (;;) {
    skip_space()
    if (substr(rest, 1, 1) == close_with) { rest = substr(rest, 2); return }
    name = path
    if (close_with == "}") name = path "." key_of()
    if (rest ~ /^[[{]/) flow(name, level + 1)
    else if (rest == "") fail()
    else tell(name, word(1))
    skip_space()
    if (rest ~ /^,/) rest = substr(rest, 2)
    else if (substr(rest, 1, 1) != close_with) fail()
  }
}
function take(path) {
  if (rest ~ /^[[{]/) flow(path, 1)
  else tell(path, word(0))
  skip_space()
  if (rest != "" && rest !~ /^#/) fail()
}
BEGIN {
  bs = sprintf("%c", 92)
  dq = sprintf("%c", 34)
  split("id driver stateful renamed_from host_files host_dirs command compose health", names, " ")
  for (i in names) asked[names[i]] = 1
  depth = 0
}
/^[ \t]*(#.*)?$/ || /^---[ \t]*$/ { next }
{
  sub(/\r$/, "")
  rest = $0
  match(rest, /^ */)
  column = RLENGTH
  rest = substr(rest, column + 1)
  if (column == 0 && rest !~ /^- /) {
    if (!match(rest, /^[A-Za-z0-9_-]+/)) fail()
    ignored = !(substr(rest, 1, RLENGTH) in asked)
  }
  if (ignored) next
  if (rest ~ /^\t/) fail()
  while (depth > 0 && (column < at[depth] || (column == at[depth] && !(rest ~ /^- /)))) depth--
  if (rest ~ /^- /) {
    # A list may stand as deep as the key that it belongs to.
    if (depth == 0 || !open[depth]) fail()
    rest = substr(rest, 3)
    skip_space()
    if (rest ~ /^[[{]/ || (rest ~ /^[A-Za-z0-9_-]+:[ \t]/ )) fail()
    take(at_path[depth])
    next
  }
  if (depth > 0 && !open[depth]) fail()
  path = depth > 0 ? at_path[depth] "." key_of() : key_of()
  depth++
  at[depth] = column
  at_path[depth] = path
  open[depth] = rest == "" || rest ~ /^#/
  if (!open[depth]) take(path)
}
END { if (bad) exit 3 }
'
