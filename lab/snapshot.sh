#!/bin/bash
# snapshot.sh - put the whole lab back to a known state in seconds.
#
#   snapshot.sh save       keep the disks of all hosts as they are (up.sh does it for a healthy cluster)
#   snapshot.sh restore    cut the power of all hosts, put those disks back, power on, wait for Synced
#   snapshot.sh exists     exit 0 when there is one
#
# The disks are kept as after a power cut with every node Synced: gvwstate.dat lets Galera put the
# Primary component together by itself, which is faster than a bootstrap and two joins.
. "$(dirname "$0")/lib.sh"
need_root

power_off() { # and wait for it: a mounted overlay's layers must not change
  # shellcheck disable=SC2046
  "$LAB_HERE/host.sh" cut $(lab_hosts); "$LAB_HERE/host.sh" umount $(lab_hosts)
}

power_on() {
  local hosts clusters; hosts=$(lab_hosts)
  # shellcheck disable=SC2086
  "$LAB_HERE/host.sh" boot $hosts; "$LAB_HERE/host.sh" wait $hosts
  [ -f "$LAB_RUN/clusters" ] || return 0
  mapfile -t clusters < "$LAB_RUN/clusters"
  local line members
  for line in "${clusters[@]}"; do
    read -r -a members <<< "${line#* }"
    [ -f "$LAB_RUN/blank" ] || "$LAB_HERE/galera.sh" synced ${#members[@]} "${members[@]}"
  done
}

save() {
  local h
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
  [ -f "$LAB_RUN/saved" ] || die "no snapshot to restore: run up.sh"
  power_off
  for h in $(lab_hosts); do
    rm -rf --one-file-system "$LAB_RUN/$h/upper" "$LAB_RUN/$h/work"
    cp -a --sparse=always --reflink=auto "$LAB_RUN/$h/saved" "$LAB_RUN/$h/upper"
    mkdir "$LAB_RUN/$h/work"
  done
  power_on
}

case ${1:-} in
  save) save ;;
  restore) restore ;;
  exists) [ -f "$LAB_RUN/saved" ] ;;
  *) usage "$0" ;;
esac
