#!/bin/bash
# up.sh - the whole lab from nothing: base tree (when missing), switch, hosts, a Galera cluster, and a
# snapshot of it for quick resets.  Safe to run twice: what is up stays up.
#
#   LAB_NAME=qdlab        the instance; several may be up at once
#   LAB_DBS="db1 db2 db3" hosts of the cluster "orders"
#   LAB_SECOND="db4 db5"  hosts of a second cluster, "stock" (default: none)
#   LAB_SPARE="db4"       hosts that are up with nothing configured (default: none)
#   LAB_BLANK=1           configure no cluster at all: fresh hosts, as input for galera-bootstrap
#   LAB_FAST=1            a lost node is noticed in 2 s
#   LAB_SNAPSHOT=0        keep no snapshot
#   SST=rsync|mariabackup
. "$(dirname "$0")/lib.sh"
need_root
# shellcheck disable=SC2206
DBS=(${LAB_DBS:-db1 db2 db3}) SECOND=(${LAB_SECOND:-}) SPARE=(${LAB_SPARE:-})
hosts=("${DBS[@]}" "${SECOND[@]}" "${SPARE[@]}")
t0=$(date +%s%N); step() { log "$(printf '%5d ms' $((($(date +%s%N) - t0) / 1000000))) $*"; }

mkdir -p "$LAB_RUN"; chmod 700 "$LAB_RUN"
exec 9>"$LAB_DIR/run/.$LAB_NAME.lock"; flock -w 600 9 || die "another command holds the lab $LAB_NAME"
[ -f "$("$LAB_HERE/build-base.sh" path)/ready" ] || "$LAB_HERE/build-base.sh" 9>&-
"$LAB_HERE/machine.sh" install
"$LAB_HERE/net.sh" up
"$LAB_HERE/host.sh" create "${hosts[@]}"
echo "orders ${DBS[*]}" > "$LAB_RUN/clusters"
[ ${#SECOND[@]} = 0 ] || echo "stock ${SECOND[*]}" >> "$LAB_RUN/clusters"
"$LAB_HERE/desk.sh"
"$LAB_HERE/host.sh" boot "${hosts[@]}"
"$LAB_HERE/host.sh" wait "${hosts[@]}";                  step "hosts are up: ${hosts[*]}"
if [ -n "${LAB_BLANK:-}" ]; then
  touch "$LAB_RUN/blank"
else
  rm -f "$LAB_RUN/blank"
  "$LAB_HERE/galera.sh" up orders "${DBS[@]}";           step "cluster orders is Synced: ${DBS[*]}"
  [ ${#SECOND[@]} = 0 ] || "$LAB_HERE/galera.sh" up stock "${SECOND[@]}"
fi
if [ "${LAB_SNAPSHOT:-1}" != 0 ] && ! "$LAB_HERE/snapshot.sh" exists; then
  "$LAB_HERE/snapshot.sh" save;                          step "snapshot kept"
fi
[ -n "${LAB_BLANK:-}" ] || "$LAB_HERE/galera.sh" status
log "SSH:     $LAB_HERE/in-lab.sh ssh -F $LAB_RUN/ssh_config ${DBS[0]}"
log "console: $LAB_HERE/in-lab.sh quarterdeck --estate $LAB_RUN/estate.toml"
