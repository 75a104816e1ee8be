#!/bin/bash
# net.sh - the lab's switch: a network namespace ("the operator's desk") with a bridge.
# No host and no bridge is connected to the machine's own network.
#
#   net.sh up      this instance's desk, and what all instances share on this machine
#   net.sh down    take the desk away; the last instance takes what is shared with it
. "$(dirname "$0")/lib.sh"
need_root

# This script may be called from a desk, so the first instance keeps a handle on the machine's network.
handle=$LAB_MACHINE/netns
in_machine() { if mountpoint -q "$handle"; then nsenter --net="$handle" -- "$@"; else "$@"; fi; }
inotify=/proc/sys/fs/inotify/max_user_instances

shared_up() {
  local other old
  other=$(cat "$LAB_MACHINE/instances/$LAB_NAME" 2>/dev/null || true)
  if [ -n "$other" ] && [ "$other" != "$LAB_RUN" ] && [ -e "/run/netns/$LAB_NETNS" ]; then
    die "an instance named $LAB_NAME is up from another folder ($other): choose another LAB_NAME"
  fi
  echo "$LAB_RUN" > "$LAB_MACHINE/instances/$LAB_NAME"
  if ! mountpoint -q "$handle"; then touch "$handle"; mount --bind /proc/self/ns/net "$handle"; fi
  other=$(in_machine ip route show to root "$LAB_NET.0/24" | grep -v "^blackhole $LAB_NET.0/24" || true)
  [ -z "$other" ] || die "this machine has a network of its own in $LAB_NET.0/24 ($other): the lab cannot run here"
  # A console started outside the desk by mistake must not send to these addresses over eth0.
  in_machine ip route replace blackhole "$LAB_NET.0/24"
  # Every systemd takes several inotify instances of the 128 that a user has by default: 17 hosts were
  # fine, of 35 many came up without sshd or "degraded".
  old=$(cat $inotify)
  if [ "$old" -lt 2048 ]; then
    [ -f "$LAB_MACHINE/inotify-before" ] || echo "$old" > "$LAB_MACHINE/inotify-before"
    echo 2048 > $inotify
  fi
  # systemd-nspawn keeps files here and insists on a tmpfs; /run may be on disk.
  mkdir -p /run/systemd/nspawn
  [ "$(stat -f -c %T /run/systemd/nspawn)" = tmpfs ] || mount -t tmpfs -o size=4m,mode=755 lab-nspawn /run/systemd/nspawn
}

shared_down() {
  local f
  rm -f "$LAB_MACHINE/instances/$LAB_NAME"
  for f in "$LAB_MACHINE"/instances/*; do
    [ -e "$f" ] || continue
    [ -e "/run/netns/$(basename "$f")" ] && return 0   # another instance is up
    rm -f "$f"                                         # one that went with a reboot of the machine
  done
  if [ -f "$LAB_MACHINE/inotify-before" ]; then
    cat "$LAB_MACHINE/inotify-before" > $inotify; rm -f "$LAB_MACHINE/inotify-before"
  fi
  in_machine ip route del blackhole "$LAB_NET.0/24" 2>/dev/null || true
  ! grep -q '^lab-nspawn /run/systemd/nspawn ' /proc/mounts || umount /run/systemd/nspawn
  ! mountpoint -q "$handle" || umount "$handle"
  rm -f "$handle"
  local r; for r in $(cgroup_roots); do rmdir "$r/quarterdeck-lab" 2>/dev/null || true; done
}

mkdir -p "$LAB_MACHINE/instances"
exec 8>"$LAB_MACHINE/lock"; flock 8
case ${1:-} in
  up)
    shared_up
    if [ -e "/run/netns/$LAB_NETNS" ] && ! ip -n "$LAB_NETNS" link >/dev/null 2>&1; then
      rm -f "/run/netns/$LAB_NETNS"                    # left by a reboot of the machine
    fi
    [ -e "/run/netns/$LAB_NETNS" ] || ip netns add "$LAB_NETNS"
    ip -n "$LAB_NETNS" link set lo up
    ip -n "$LAB_NETNS" link show "$LAB_BRIDGE" >/dev/null 2>&1 ||
      ip -n "$LAB_NETNS" link add "$LAB_BRIDGE" type bridge forward_delay 0 stp_state 0
    ip -n "$LAB_NETNS" addr replace "$LAB_DESK/24" dev "$LAB_BRIDGE"
    ip -n "$LAB_NETNS" link set "$LAB_BRIDGE" up
    ;;
  down)
    [ ! -e "/run/netns/$LAB_NETNS" ] || ip netns del "$LAB_NETNS"
    shared_down
    ;;
  *) usage "$0" ;;
esac
