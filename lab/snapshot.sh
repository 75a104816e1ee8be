#!/bin/bash
# snapshot.sh - put the whole lab back to a known state in seconds.
#
#   snapshot.sh save       keep the disks of all hosts as they are (up.sh does it for a healthy cluster)
#   snapshot.sh restore    cut the power of all hosts, put those disks back, power on, wait for Synced;
#                          hosts that came after the snapshot, such as load balancers, go
#   snapshot.sh exists     exit 0 when there is one
#
# The disks are kept as after a power cut with every node Synced: gvwstate.dat lets Galera put the
# Primary component together by itself, which is faster than a bootstrap and two joins.
. "$(dirname "$0")/lib.sh"
need_root

power_off() { # and unmount: a mounted overlay's layers must not change
  local hosts; hosts=$(lab_hosts)
  # shellcheck disable=SC2086
  "$LAB_HERE/host.sh" cut $hosts
  # shellcheck disable=SC2086
  "$LAB_HERE/host.sh" umount $hosts
}

power_on() {
  local hosts; hosts=$(lab_hosts)
  # shellcheck disable=SC2086
  "$LAB_HERE/host.sh" boot $hosts
  # shellcheck disable=SC2086
  "$LAB_HERE/host.sh" wait $hosts
  "$LAB_HERE/galera.sh" settled
}

save() {
  local h
  lock_lab
  power_off
  for h in $(lab_hosts); do
    rm -rf --one-file-system "$LAB_RUN/$h/saved.new"
    cp -a --sparse=always --reflink=auto "$LAB_RUN/$h/upper" "$LAB_RUN/$h/saved.new"
    rm -rf --one-file-system "$LAB_RUN/$h/saved"; mv "$LAB_RUN/$h/saved.new" "$LAB_RUN/$h/saved"
  done
  touch "$LAB_RUN/saved"
  power_on
}

restore() {
  local h
  lock_lab
  [ -f "$LAB_RUN/saved" ] || die "no snapshot to restore: run up.sh"
  touch "$LAB_RUN/restoring"
  [ ! -f "$LAB_RUN/vip" ] || "$LAB_HERE/haproxy.sh" down
  power_off
  for h in $(lab_hosts); do
    rm -rf --one-file-system "$LAB_RUN/$h/upper" "$LAB_RUN/$h/work"
    cp -a --sparse=always --reflink=auto "$LAB_RUN/$h/saved" "$LAB_RUN/$h/upper"
    mkdir "$LAB_RUN/$h/work"
  done
  power_on
  rm -f "$LAB_RUN/restoring"
}

case ${1:-} in
  save) save ;;
  restore) restore ;;
  exists) [ -f "$LAB_RUN/saved" ] ;;
  *) usage "$0" ;;
esac
