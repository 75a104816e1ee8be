#!/bin/bash
# orphans.sh - take down what test processes left up when they were killed: labs and light clusters whose
# slot no process holds any more.  What a running test uses, and instances named by hand, stay.
. "$(dirname "$0")/lib.sh"
[ $# = 0 ] || usage "$0"
SLOTS=$LAB_DIR/slots
rc=0

held() { [ -e "$SLOTS/$1" ] && ! flock --nonblock "$SLOTS/$1" true; }

for d in "$LAB_DIR"/run/*/; do
  name=$(basename "$d")
  [[ -d $d && $name =~ ^(qdtest|qdblank|qdslow|qdlone)([0-9])$ ]] || continue
  held "${BASH_REMATCH[1]}-${BASH_REMATCH[2]}" || LAB_NAME=$name "$LAB_HERE/down.sh" || rc=1
done
for d in "$LAB_DIR"/light/test*/; do
  name=$(basename "$d")
  [ ! -d "$d" ] || held "light-${name#test}" || LIGHT_DIR=${d%/} "$LAB_HERE/light.sh" down || rc=1
done
exit $rc
