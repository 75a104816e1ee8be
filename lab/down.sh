#!/bin/bash
# down.sh - end every process of this instance's hosts, remove their disks, mounts, cgroups and the
# namespaces.  Works after a killed up.sh too.  The base tree and the key stay.
#
#   down.sh            this instance (LAB_NAME)
#   down.sh --all      every instance of this folder
. "$(dirname "$0")/lib.sh"
need_root

if [ "${1:-}" = --all ]; then
  rc=0
  for d in "$LAB_DIR"/run/*/; do [ ! -d "$d" ] || LAB_NAME=$(basename "$d") "$0" || rc=1; done
  exit $rc
fi
[ $# = 0 ] || usage "$0"
[ -d "$LAB_RUN" ] || { "$LAB_HERE/net.sh" down; log "lab $LAB_NAME is down"; exit 0; }
lock_lab

mapfile -t hosts < <(cd "$LAB_RUN" && for d in */; do [ -d "$d" ] && echo "${d%/}"; done)
[ ${#hosts[@]} = 0 ] || "$LAB_HERE/host.sh" destroy "${hosts[@]}" 9>&-
for p in $(cgroup_pids); do kill -KILL "$p" 2>/dev/null || true; done
awk -v d="$LAB_RUN/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | while read -r m; do umount "$m"; done
for ns in /run/netns/"$LAB_NETNS"-*; do [ ! -e "$ns" ] || ip netns del "$(basename "$ns")" || rm -f "$ns"; done
"$LAB_HERE/net.sh" down
for r in $(cgroup_roots); do
  find "$r/$(host_cgroup)" -depth -type d -exec rmdir {} + 2>/dev/null || true
  rmdir "$r/quarterdeck-lab" 2>/dev/null || true
done
rm -rf --one-file-system "$LAB_RUN"
log "lab $LAB_NAME is down"
