#!/bin/bash
# sshfan.sh - many cheap SSH "hosts" on loopback addresses, for fan-out.  Needs no root.
#
#   sshfan.sh many up COUNT [PORT] one sshd a host: 127.20.A.B, own host key, own name (host1 ...)
#   sshfan.sh one up [PORT]        one sshd that answers on every 127.x.y.z (and refuses all else)
#   sshfan.sh one|many down
#   sshfan.sh key                  the path of the private key to log in with
#   sshfan.sh config               the path of an ssh_config that knows host1 ... of `many`
#
# FAN_DIR tells several fans apart.  MAXSTARTUPS=10:30:100 (OpenSSH's default) shows the trap: it counts
# connections that are not yet authenticated; from the 11th on, 30 % are dropped at random, from 100 on all.
. "$(dirname "$0")/lib.sh"
. "$LAB_HERE/programs.sh"
FAN_DIR=${FAN_DIR:-$LAB_DIR/sshfan}
MAXSTARTUPS=${MAXSTARTUPS:-500}

new_key() { [ -f "$1" ] || ssh-keygen -q -t ed25519 -N '' -f "$1"; }
prepare() {
  "$LAB_HERE/fetch.sh"; find_programs
  mkdir -p "$FAN_DIR/many"; chmod 700 "$FAN_DIR"
  new_key "$FAN_DIR/key"
  [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
}

serve() { # serve NAME HOSTKEY LISTEN EXTRA: an sshd of that name, unless it runs
  local f=$FAN_DIR/$1
  ! pid_read "$f.started" >/dev/null || return 0
  new_key "$2"
  cat > "$f" <<X
ListenAddress $3
HostKey $2
PidFile $f.pid
AuthorizedKeysFile $FAN_DIR/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
UseDNS no
PrintMotd no
PermitRootLogin prohibit-password
MaxStartups $MAXSTARTUPS
MaxSessions 50
$(sshd_options)
${4:-}
X
  "$(program sshd)" -f "$f" -E "$f.log"
  poll 10 "sshd $1" test -s "$f.pid" || die "sshd $1 did not start: $(tail -1 "$f.log")"
  pid_save "$f.started" "$(cat "$f.pid")"
}
end() { # end FILE...: the sshds whose start was recorded in these
  local f p
  for f in "$@"; do [ ! -f "$f" ] || { p=$(pid_read "$f") && kill "$p" 2>/dev/null || true; rm -f "$f"; }; done
}

case "${1:-} ${2:-}" in
  "one up")
    prepare
    # 0.0.0.0 is needed (sshd takes 16 ListenAddress lines at most); refuse whatever is not loopback
    serve one "$FAN_DIR/one.key" "0.0.0.0:${3:-2222}" $'Match LocalAddress *,!127.0.0.0/8\n  AuthorizedKeysFile none\n  DenyUsers *'
    ;;
  "many up")
    [[ ${3:-} =~ ^[0-9]+$ ]] || usage "$0"
    prepare
    port=${4:-2222}; : > "$FAN_DIR/known_hosts"; : > "$FAN_DIR/ssh_config"
    for i in $(seq "$3"); do
      a=127.20.$((i / 250)).$((i % 250 + 1))
      # HOME: else the shell profile of whoever runs this is measured, which may take 0.1 s a command
      serve "many/$i" "$FAN_DIR/many/$i.key" "$a:$port" "SetEnv FANHOST=host$i FANADDR=$a HOME=/nonexistent"
      echo "[$a]:$port $(cut -d' ' -f1,2 "$FAN_DIR/many/$i.key.pub")" >> "$FAN_DIR/known_hosts"
      printf 'Host host%s\n  HostName %s\n  Port %s\n' "$i" "$a" "$port" >> "$FAN_DIR/ssh_config"
    done
    printf 'Host *\n  IdentityFile %s\n  IdentitiesOnly yes\n  UserKnownHostsFile %s\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n' \
      "$FAN_DIR/key" "$FAN_DIR/known_hosts" >> "$FAN_DIR/ssh_config"
    ;;
  "one down") end "$FAN_DIR/one.started" ;;
  "many down") end "$FAN_DIR"/many/*.started ;;
  "key ") echo "$FAN_DIR/key" ;;
  "config ") echo "$FAN_DIR/ssh_config" ;;
  *) usage "$0" ;;
esac
