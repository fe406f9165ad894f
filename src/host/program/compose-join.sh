# ---- compose: services that live in the container of another

# Where a service joins another one's network, pid or ipc namespace or takes its
# volumes, compose puts the id of that container in before it hashes, and drops
# `:ro`. Writes the same to OUT, so that hashes can be compared; an id among
# volumes_from has to be a service, or compose refuses the model.
join_services() {
  awk -v found="$facts/found" "$HALF_MADE"'
    BEGIN {
      FS = "\""
      while ((getline line < found) > 0) {
        split(line, c, "\t")
        if (c[3] == "" || c[5] == "True" || half_made(c[2])) continue
        if ((c[3] in first) && name[c[3]] < c[2]) continue
        name[c[3]] = c[2]
        first[c[3]] = c[1]
      }
    }
    /^  "[a-z]+": [{]$/ { top = $2 }
    top == "services" && NF == 5 && /^      "(network_mode|pid|ipc)": "service:/ {
      other = substr($4, 9)
      if (other in first) sub(/"service:[^"]*"/, "\"container:" first[other] "\"")
    }
    top == "services" && /^      "volumes_from": / { taking = 1 }
    taking && NF == 3 && /^        "/ {
      split($2, part, ":")
      if (part[1] in first) sub(/"[^"]*"/, "\"" first[part[1]] "\"")
    }
    /^      \]/ { taking = 0 }
    { print }
    /^  "services": [{]$/ {
      for (service in first) print "\"" first[service] "\": { \"image\": \"x\" },"
    }
  ' "$1" >"$2"
}

joins_services() {
  grep -Eq '^ {6}("(network_mode|pid|ipc)": "service:|"volumes_from": )' "$1"
}

# Prints the ids of what joined a container that is gone or was started later:
# it is in what is left of that. Reads containers.
LOST='
function later(one, other) {
  sub(/Z$/, "", one)
  sub(/Z$/, "", other)
  return one > other
}
{
  line[NR] = $0
  started[$1] = $12
}
END {
  for (i = 1; i <= NR; i++) {
    split(line[i], c, "\t")
    if (c[6] != "running") continue
    for (k = 13; k <= 15; k++) {
      id = c[k]
      if (!sub(/^container:/, "", id)) continue
      if (!(id in started) || later(started[id], c[12])) { print c[1]; break }
    }
  }
}
'

# Prints the ids of what runs outside of a network that its service is in. Reads
# the model, then containers.
APART='
function plain(json) { return substr(json, 2, length(json) - 2) }
FILENAME ~ /[.]model$/ {
  split(plain($1), k, ",")
  if (k[1] == "\"networks\"" && k[3] == "\"name\"") name[k[2]] = plain($2)
  if (k[1] == "\"services\"" && k[3] == "\"networks\"")
    of[plain(k[2])] = of[plain(k[2])] " " k[4]
  next
}
$6 == "running" {
  many = split(of[$3], key, " ")
  for (i = 1; i <= many; i++)
    if ((key[i] in name) && !index(" " $16, " " name[key[i]] " ")) {
      print $1
      next
    }
}
'
