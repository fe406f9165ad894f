#!/bin/sh
# Looks at the shop once a second, and keeps what it saw.
while :; do
  wget -q -O /tmp/seen "$SHOP" && echo "$GREETING: $(grep -c . /tmp/seen) lines"
  sleep 1
done
