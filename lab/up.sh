#!/bin/bash
# up.sh - the whole lab from nothing: base tree (when missing), switch, hosts, a Galera cluster, and a
# snapshot of it for quick resets.  Safe to run twice: what is whole stays as it is, what is not is put
# back to the snapshot, what was never finished is made anew.
#
#   LAB_NAME=qdlab        the instance; several may be up at once
#   LAB_DBS="db1 db2 db3" hosts of the cluster "orders"
#   LAB_SECOND="db4 db5"  hosts of a second cluster, "stock" (default: none)
#   LAB_SPARE="db4"       hosts that are up with nothing configured (default: none)
#   LAB_BLANK=1           configure no cluster at all: fresh hosts, as input for galera-bootstrap
#   LAB_FAST=1            a lost node is noticed in 2 s
#   SST=rsync|mariabackup
. "$(dirname "$0")/lib.sh"
need_root
# shellcheck disable=SC2206
DBS=(${LAB_DBS:-db1 db2 db3}) SECOND=(${LAB_SECOND:-}) SPARE=(${LAB_SPARE:-})
hosts=("${DBS[@]}" "${SECOND[@]}" "${SPARE[@]}")
t0=$(date +%s%N); step() { log "$(printf '%6.1f s' "$((($(date +%s%N) - t0) / 1000000))e-3") $*"; }

lock_lab 600
form="orders: ${DBS[*]}; stock: ${SECOND[*]:-none}; spare: ${SPARE[*]:-none}; blank: ${LAB_BLANK:-no}; fast: ${LAB_FAST:-no}; SST: ${SST:-rsync}"
if [ -f "$LAB_RUN/form" ] && [ "$(cat "$LAB_RUN/form")" != "$form" ]; then
  die "the lab $LAB_NAME is up in another form ($(cat "$LAB_RUN/form")): run down.sh first"
fi
mkdir -p "$LAB_RUN"; chmod 700 "$LAB_RUN"
echo "$form" > "$LAB_RUN/form"
"$LAB_HERE/machine.sh" install
"$LAB_HERE/build-base.sh"

base=$("$LAB_HERE/build-base.sh" path)
of_this_base() { local h; for h in "${hosts[@]}"; do [ "$(cat "$LAB_RUN/$h/base" 2>/dev/null)" = "$base" ] || return 1; done; }
all_on() { local h; for h in "${hosts[@]}"; do host_init_pid "$h" >/dev/null || return 1; done; }
make_all() {
  local left; left=$(cd "$LAB_RUN" && for d in */; do [ ! -d "$d" ] || echo "${d%/}"; done)
  # shellcheck disable=SC2086
  [ -z "$left" ] || "$LAB_HERE/host.sh" destroy $left
  rm -f "$LAB_RUN/saved" "$LAB_RUN/restoring"
  "$LAB_HERE/host.sh" create "${hosts[@]}"
  echo "orders ${DBS[*]}" > "$LAB_RUN/clusters"
  [ ${#SECOND[@]} = 0 ] || echo "stock ${SECOND[*]}" >> "$LAB_RUN/clusters"
  [ -z "${LAB_BLANK:-}" ] || touch "$LAB_RUN/blank"
  "$LAB_HERE/desk.sh"
  "$LAB_HERE/host.sh" boot "${hosts[@]}"
  "$LAB_HERE/host.sh" wait "${hosts[@]}";                  step "hosts are up: ${hosts[*]}"
  if [ -z "${LAB_BLANK:-}" ]; then
    "$LAB_HERE/galera.sh" up orders "${DBS[@]}";           step "cluster orders is Synced: ${DBS[*]}"
    [ ${#SECOND[@]} = 0 ] || { "$LAB_HERE/galera.sh" up stock "${SECOND[@]}"; step "cluster stock is Synced: ${SECOND[*]}"; }
  fi
  "$LAB_HERE/snapshot.sh" save;                            step "snapshot kept"
}

"$LAB_HERE/net.sh" up
if ! "$LAB_HERE/snapshot.sh" exists || ! of_this_base; then make_all
elif [ ! -f "$LAB_RUN/restoring" ] && all_on && "$LAB_HERE/galera.sh" healthy; then log "the lab $LAB_NAME is up already"
else "$LAB_HERE/snapshot.sh" restore;                      step "put back to its snapshot"
fi
log "SSH:     $LAB_HERE/in-lab.sh ssh -F $LAB_RUN/ssh_config ${DBS[0]}"
log "console: $LAB_HERE/in-lab.sh quarterdeck --estate $LAB_RUN/estate.toml"
