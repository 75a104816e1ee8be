#!/bin/bash
# in-lab.sh COMMAND... - run a command at the operator's desk: with the lab's network and no other.
# Only the network changes, so the lab's own scripts can be called from there too.
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || usage "$0"
[ -e "/run/netns/$LAB_NETNS" ] || die "the lab $LAB_NAME is not up: run up.sh"
exec nsenter --net="/run/netns/$LAB_NETNS" -- "$@"
