#!/bin/bash
# break.sh - break the lab in one named way, or put that right again.
#
#   break.sh list                 every fault, in a line each
#   break.sh NAME [HOST...]       break it; a second time changes nothing
#   break.sh heal NAME [HOST...]  take the cause away; where only a recovery could, put the snapshot back
#
# Without HOST: the last node of the first cluster, or the nodes that the fault's line names.  A command
# returns when the fault is there; how long the other nodes take to notice it is theirs (LAB_FAST=1: 2 s).
. "$(dirname "$0")/lib.sh"
for f in "$LAB_HERE"/faults/*.sh; do . "$f"; done

# shellcheck disable=SC2046
list() { # the comment above each fault is its line
  awk '/^#: /{text = substr($0, 4)} /^break_[a-z_]+\(\)/{name = $1; sub(/^break_/, "", name); sub(/\(.*/, "", name);
       gsub(/_/, "-", name); printf "%-22s %s\n", name, text; text = ""}' "$LAB_HERE"/faults/*.sh | sort
}

verb=break
case ${1:-} in
  '') usage "$0" ;;
  list) list; exit ;;
  heal) verb=heal; shift ;;
esac
name=${1:-}; shift || usage "$0"
function=break_${name//-/_}
[ "$(type -t "$function")" = function ] || die "no fault named '$name': see break.sh list"
need_root
read -r -a MEMBERS < <(sed -n '1s/^[^ ]* //p' "$LAB_RUN/clusters" 2>/dev/null) || die "the lab $LAB_NAME is not up: run up.sh"
FIRST=${MEMBERS[0]} LAST=${MEMBERS[-1]} REST=("${MEMBERS[@]:1}")
for h in "$@"; do [ -f "$LAB_RUN/$h/created" ] || die "no such host: $h"; done
if [ $verb = heal ]; then
  function=heal_${name//-/_}
  [ "$(type -t "$function")" = function ] || function=restore_snapshot
fi
"$function" "$@"
log "$verb $name ${*:-}: done"
