#!/bin/bash
# host.sh - one lab host = its own network namespace + an overlay of the base tree + systemd as PID 1.
#
#   host.sh create NAME...    disk, host name, host key, accounts            (not running yet)
#   host.sh boot NAME...      power on; returns at once.  LAB_HOLD=1: with the database left off
#   host.sh wait NAME...      until sshd answers (60 s at most)
#   host.sh ssh NAME CMD...   a command over SSH, from the operator's desk
#   host.sh sh NAME LINE      a shell line as root, not over the network (works with the cable out)
#   host.sh sql NAME SQL      a statement as root through the node's socket
#   host.sh off NAME...       orderly shutdown
#   host.sh cut NAME...       power cut: every process of the host gets SIGKILL at once
#   host.sh unplug|plug NAME  the network cable (SSH goes too)
#   host.sh isolate|heal NAME drop only database-to-database traffic (SSH stays)
#   host.sh slow NAME RATE    limit what the host can receive, e.g. 20mbit (slow SST); 'off' to lift
#   host.sh mem NAME...       memory really used (PSS) and disk written
#   host.sh mount|umount NAME the disk of a host that is off
#   host.sh destroy NAME...   off the machine, with its disk
. "$(dirname "$0")/lib.sh"
need_root

# CAP_IPC_LOCK: mariadb.service asks for it.  CAP_NET_ADMIN + writable /proc/sys/net: sysctl net.*, nft;
# --network-namespace-path does not give them by itself.  CAP_SYSLOG: dmesg (the whole machine's).
CAPS=CAP_NET_ADMIN,CAP_IPC_LOCK,CAP_SYSLOG

mount_disk() {
  local n=$1 R=$LAB_RUN/$1 base
  ! mountpoint -q "$R/root" || return 0
  base=$(cat "$R/base")
  [ -f "$base/ready" ] || die "$n: its base tree $base is gone: run down.sh, then up.sh"
  mount -t overlay "lab-$LAB_NAME-$n" -o "lowerdir=$base/tree,upperdir=$R/upper,workdir=$R/work" "$R/root"
}
umount_disk() { ! mountpoint -q "$LAB_RUN/$1/root" || umount "$LAB_RUN/$1/root"; }

create() {
  local n=$1 R addr base i; R=$LAB_RUN/$n; addr=$(host_addr "$n")
  if [ -f "$R/created" ]; then mount_disk "$n"; return; fi
  base=$("$LAB_HERE/build-base.sh" path)
  [ -f "$base/ready" ] || die "no base tree: run build-base.sh"
  umount_disk "$n"; rm -rf --one-file-system "$R"     # half made by a killed run
  mkdir -p "$R"/{upper,work,root}; chmod 755 "$R/upper"
  echo "$base" > "$R/base"
  mount_disk "$n"
  echo "$n" > "$R/root/etc/hostname"
  { echo "127.0.0.1 localhost"; echo "$LAB_DESK desk"
    for i in 1 2 3 4 5 6 7 8 9; do echo "$(host_addr "db$i") db$i"; done; } > "$R/root/etc/hosts"
  cp "$LAB_KEYS/id_ed25519.pub" "$R/root/etc/ssh/lab_operators"
  ssh-keygen -q -t ed25519 -N '' -C "root@$n" -f "$R/root/etc/ssh/ssh_host_ed25519_key"
  cp -a --sparse=always "$base/mysql" "$R/root/var/lib/mysql"
  echo "$addr" > "$R/created"
}

# A fresh network namespace at every power-on: nothing that was set at run time (an address, nft
# rules, sysctls, routes) outlives the host.  The MAC address stays, as a real card's does.
net_fresh() {
  local n=$1 ns addr mac; ns=$(host_ns "$n"); addr=$(host_addr "$n")
  # shellcheck disable=SC2046,SC2086
  mac=$(printf '02:00:%02x:%02x:%02x:%02x' ${addr//./ })
  ip -n "$LAB_NETNS" link del "v-$n" 2>/dev/null || true
  [ ! -e "/run/netns/$ns" ] || ip netns del "$ns" 2>/dev/null || rm -f "/run/netns/$ns"
  ip netns add "$ns"
  ip -n "$LAB_NETNS" link add "v-$n" type veth peer name eth0 address "$mac" netns "$ns"
  ip -n "$LAB_NETNS" link set "v-$n" master "$LAB_BRIDGE" up
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "$addr/24" dev eth0
  ip -n "$ns" link set eth0 up
  ip -n "$ns" route add default via "$LAB_DESK"
}
net_dark() { ip -n "$LAB_NETNS" link set "v-$1" down 2>/dev/null || true; }

# Runs in the background: the "hardware".  systemd may not be running on the machine, hence
# --register=no --keep-unit and cgroups of our own.  Exit code 133 is nspawn's "the host rebooted".
# A power cut here loses no page cache, so fsync would only cost time: --suppress-sync.
power() {
  local n=$1 hold=$2 R=$LAB_RUN/$1 rc r np
  pid_save "$R/runner" "$BASHPID"
  for r in $(cgroup_roots); do
    mkdir -p "$r/$(host_cgroup "$n")"; echo "$BASHPID" > "$r/$(host_cgroup "$n")/cgroup.procs"
  done
  while :; do
    net_fresh "$n"
    SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_LOCK=0 \
    systemd-nspawn --quiet --boot --directory="$R/root" --machine="$LAB_NAME-$n" --register=no --keep-unit \
      --network-namespace-path="/run/netns/$(host_ns "$n")" --capability="$CAPS" --suppress-sync=yes \
      --console=pipe --link-journal=no --resolv-conf=off --timezone=off ${hold:+systemd.unit=lab-hold.target} &
    np=$!; pid_save "$R/pid" "$np"
    rc=0; wait "$np" || rc=$?
    rm -f "$R/pid"; net_dark "$n"; hold=
    [ "$rc" = 133 ] || break
  done
  rm -f "$R/runner"
}

boot() {
  local n=$1 R=$LAB_RUN/$1
  [ -f "$R/created" ] || die "$n: no such host: create it first"
  is_on "$n" && return
  mount_disk "$n"
  rm -f "$R/pid" "$R/runner"
  setsid "$0" __power "$n" "${LAB_HOLD:-}" >>"$R/console.log" 2>&1 </dev/null 8>&- 9>&- &
  disown
  poll 10 "$n to get power" host_init_pid "$n" >/dev/null || die "$n did not start (see $R/console.log)"
}

answers() {
  nsenter --net="/run/netns/$LAB_NETNS" timeout 2 bash -c "exec 3<>/dev/tcp/$1/22 && head -c4 <&3" 2>/dev/null | grep -q SSH-
}
await() { poll 60 "sshd of $1" answers "$(host_addr "$1")" || die "$1: no sshd (see $LAB_RUN/$1/console.log)"; }
is_off() { ! is_on "$1"; }

off() {
  local n=$1 p; p=$(pid_read "$LAB_RUN/$n/pid") || return 0
  kill -TERM "$p" 2>/dev/null || true      # nspawn passes it on as "please power off"
  poll 60 "$n to shut down" is_off "$n" || cut_power "$n"
}

cut_power() {
  local n=$1 i p; i=$(host_init_pid "$n") || i=
  net_dark "$n"      # first the cable: a host without power sends no RST, its peers must time out
  [ -z "$i" ] || kill -KILL "$i" 2>/dev/null || true   # the kernel ends the whole pid namespace
  poll 10 "$n to lose power" is_off "$n" && return
  for p in $(cgroup_pids "$n"); do kill -KILL "$p" 2>/dev/null || true; done
  poll 10 "$n to lose power" is_off "$n" || die "$n would not die"
}

isolate() {
  nsenter --net="/run/netns/$(host_ns "$1")" nft -f - <<X
table inet labfault
delete table inet labfault
table inet labfault {
  chain i { type filter hook input priority -10; tcp dport { 3306, 4444, 4567, 4568 } ip saddr != $LAB_DESK drop
            tcp sport { 4444, 4567, 4568 } drop; udp dport 4567 drop; }
  chain o { type filter hook output priority -10; tcp dport { 4444, 4567, 4568 } drop; tcp sport { 4567 } drop; udp dport 4567 drop; }
}
X
}
heal() { nsenter --net="/run/netns/$(host_ns "$1")" nft delete table inet labfault 2>/dev/null || true; }

slow() {
  if [ "$2" = off ]; then ip netns exec "$LAB_NETNS" tc qdisc del dev "v-$1" root 2>/dev/null || true
  else ip netns exec "$LAB_NETNS" tc qdisc replace dev "v-$1" root tbf rate "$2" burst 64k latency 200ms; fi
}

mem() {
  local n=$1 p k tot=0 db=0
  for p in $(cgroup_pids "$n"); do
    k=$(awk '/^Pss:/{print $2}' "/proc/$p/smaps_rollup" 2>/dev/null || true); k=${k:-0}
    tot=$((tot + k)); [ "$(cat "/proc/$p/comm" 2>/dev/null)" != mariadbd ] || db=$((db + k))
  done
  echo "$n: PSS total $((tot / 1024)) MiB, of it mariadbd $((db / 1024)) MiB; disk $(du -sm "$LAB_RUN/$n/upper" | cut -f1) MiB"
}

destroy() {
  local n=$1 R=$LAB_RUN/$1 r p
  cut_power "$n"
  for p in $(cgroup_pids "$n"); do kill -KILL "$p" 2>/dev/null || true; done
  umount_disk "$n"
  ip -n "$LAB_NETNS" link del "v-$n" 2>/dev/null || true
  [ ! -e "/run/netns/$(host_ns "$n")" ] || ip netns del "$(host_ns "$n")"
  for r in $(cgroup_roots); do
    find "$r/$(host_cgroup "$n")" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  rm -rf --one-file-system "$R"
}

verb=${1:-}; shift || true
case $verb in
  create|boot|isolate|heal|mem) for h in "$@"; do $verb "$h"; done ;;
  mount|umount) for h in "$@"; do "${verb}_disk" "$h"; done ;;
  wait) for h in "$@"; do await "$h"; done ;;
  off|destroy) ps=(); for h in "$@"; do $verb "$h" & ps+=($!); done; for p in "${ps[@]}"; do wait "$p"; done ;;
  cut) ps=(); for h in "$@"; do cut_power "$h" & ps+=($!); done; for p in "${ps[@]}"; do wait "$p"; done ;;
  ssh) lab_ssh "$@" ;;
  sh)  lab_sh "$@" ;;
  sql) lab_sql "$@" ;;
  slow) slow "$1" "$2" ;;
  unplug) for h in "$@"; do ip -n "$LAB_NETNS" link set "v-$h" down; done ;;
  plug)   for h in "$@"; do ip -n "$LAB_NETNS" link set "v-$h" up; done ;;
  __power) power "$@"; exit ;;   # the file may have been edited meanwhile: read no further
  *) usage "$0" ;;
esac
