# shellcheck shell=bash disable=SC2034
# Settings and small helpers shared by the lab's scripts.  Source it; it runs nothing.
#
# Everything the lab writes is under $LAB_DIR, but for /run/quarterdeck-lab (which instances are up).
# Hosts live in cgroups of the lab's own, so that only its own processes can ever be ended.

set -euo pipefail

LAB_NAME=${LAB_NAME:-qdlab}                  # one instance; several may be up at once
LAB_DIR=${LAB_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/quarterdeck-lab}
LAB_BASES=${LAB_BASES:-$LAB_DIR/base}        # the read-only trees that hosts are overlays of
LAB_KEYS=${LAB_KEYS:-$LAB_DIR/keys}          # the operator's SSH key pair, shared by all instances
LAB_RUN=$LAB_DIR/run/$LAB_NAME               # this instance: HOST/{upper,work,root,console.log,...}
LAB_MACHINE=/run/quarterdeck-lab             # what instances share on this machine
LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The lab's network lives in namespaces of its own with no link to the machine's network: nothing a
# host sends can leave.  $LAB_NETNS is the "operator's desk": the bridge is there, and the console
# under test must be started there too (in-lab.sh COMMAND).  Instances may all use the same addresses.
LAB_NETNS=$LAB_NAME
LAB_NET=10.77.0                              # /24; hosts are .11 .12 ..., the desk is .1
LAB_DESK=$LAB_NET.1
LAB_BRIDGE=br0

# Accounts, known to whoever reads this: the lab is closed to everyone else.
LAB_DB_PW=lab                                # SQL accounts admin, monitor, sst
LAB_SUDO_PW=lab                              # what sudo asks the account opspw for

log() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
die() { log "ERROR: $*"; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || die "the lab's hosts need root; the light cluster (light.sh) does not"; }
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"; exit 2; }

# No dash: the namespaces of instance "a" are a, a-db1, ... and must not look like another instance.
[[ $LAB_NAME =~ ^[a-z][a-z0-9]{0,11}$ ]] || die "LAB_NAME '$LAB_NAME': 1 to 12 small letters and digits, please"

# host_addr NAME -> address.  Names end in a number: db1 -> .11, app2 -> .42
host_addr() {
  local name=$1 n=${1##*[!0-9]} base
  [[ $name =~ ^[a-z]+[0-9]$ ]] || die "host name '$name': letters and one digit, such as db1"
  case $name in
    db*)  base=10 ;;
    lb*)  base=30 ;;
    app*) base=40 ;;
    *)    base=100 ;;
  esac
  echo "$LAB_NET.$((base + n))"
}

host_ns() { echo "$LAB_NETNS-$1"; }
lab_hosts() { local d; for d in "$LAB_RUN"/*/upper; do [ -d "$d" ] && basename "$(dirname "$d")"; done; return 0; }
db_hosts() { lab_hosts | grep '^db' || true; }

# A pid alone may belong to somebody else by now: with its start time it is unique.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
pid_save() { echo "$2 $(started_at "$2")" > "$1"; }
pid_read() { # prints the pid recorded in file $1 when that very process still runs
  local p t
  read -r p t 2>/dev/null < "$1" || return 1
  [ -n "$t" ] && [ "$(started_at "$p")" = "$t" ] && echo "$p"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # PORT: whether somebody does on loopback

# cgroups: v2 alone, or the two hierarchies that systemd uses beside v1
cgroup_roots() {
  if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then echo /sys/fs/cgroup
  else local h; for h in systemd unified; do [ -d "/sys/fs/cgroup/$h" ] && echo "/sys/fs/cgroup/$h"; done; fi
}
host_cgroup() { echo "quarterdeck-lab/$LAB_NAME${1:+/$1}"; }
cgroup_pids() { # every process of a host (or of all hosts, without a name)
  local r; for r in $(cgroup_roots); do
    find "$r/$(host_cgroup "${1:-}")" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -un
}

# the pid (seen from the machine) of a host's PID 1: the only child of its systemd-nspawn
host_init_pid() {
  local np; np=$(pid_read "$LAB_RUN/$1/pid") || return 1
  awk '{print $1; exit}' "/proc/$np/task/$np/children" 2>/dev/null | grep .
}
is_on() { pid_read "$LAB_RUN/$1/runner" >/dev/null || pid_read "$LAB_RUN/$1/pid" >/dev/null; }

# lab_exec NAME COMMAND [ARG...]: inside the host without the network, so it works with the cable out
lab_exec() {
  local p; p=$(host_init_pid "$1") || die "$1 is not on"; shift
  nsenter --target "$p" --mount --uts --ipc --net --pid --root -- \
    env -i -C / HOME=/root USER=root LOGNAME=root SHELL=/bin/bash PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
lab_sh() { local h=$1; shift; lab_exec "$h" bash -c "$*"; }          # a shell line inside the host
lab_sql() { local h=$1; shift; lab_exec "$h" timeout "${SQL_TIMEOUT:-20}" mariadb -NBe "$*"; }

# lab_ssh NAME COMMAND... : over the network, as an operator would
lab_ssh() { local h=$1; shift; nsenter --net="/run/netns/$LAB_NETNS" ssh -F "$LAB_RUN/ssh_config" "$h" "$@"; }

# One command at a time changes what is up; those that it calls are covered by its lock.
lock_lab() {
  [ -z "${LAB_LOCKED:-}" ] || return 0
  mkdir -p "$LAB_DIR/run"; exec 9>"$LAB_DIR/run/.$LAB_NAME.lock"
  flock -w "${1:-300}" 9 || die "another command holds the lab $LAB_NAME"
  export LAB_LOCKED=1
}

# poll SECONDS WHAT COMMAND...: until the command succeeds; says what it waited for in vain
poll() {
  local end=$(($(date +%s%N) + $1 * 1000000000)) what=$2; shift 2
  until "$@"; do
    [ "$(date +%s%N)" -lt "$end" ] || { log "waited in vain for: $what"; return 1; }
    sleep 0.2
  done
}
