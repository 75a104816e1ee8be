#!/bin/bash
# nova.sh - a lab host that is control and compute host of a real Nova in one, as after packstack: units of systemd,
# /etc/nova/nova.conf, a firewall that refuses what no rule lets in; VNC on, SPICE off. A real guest is behind each console.
#
#   nova.sh up        the host ctl1 with an instance, web-1; Keystone and the rest beside it in its network: 60 s
#   nova.sh down      take it away
#   nova.sh do COMMAND...   run it where ctl1's loopback is: the cloud's addresses are there
#   nova.sh clouds    print the clouds.yaml (cloud lab)
#   nova.sh estate    print an estate file with that cloud
#
# Nova is that of openstack.sh, whose Python is bound into the host; its units are named as today's packages name them.
. "$(dirname "$0")/lib.sh"
need_root
export OPENSTACK_DIR=$LAB_RUN/openstack OPENSTACK_PORT=26200
. "$LAB_HERE/openstack/lib.sh"
HOST=ctl1 NS=/run/netns/$(host_ns ctl1) R=$LAB_RUN/ctl1
PAGE=/usr/share/spice-html5

inside() { nsenter --net="$NS" -- "$@"; }
bound() { # what the host needs of this machine: Nova's packages, their Python, its state, the programs of the lab
  local base; base=$("$VENV/bin/python" -c 'import sys; print(sys.base_prefix)')
  [ "$base" != /usr ] || die "the lab's OpenStack runs on the system's Python, which ctl1 has not: make its venv with another one"
  echo "$VENV" "$base" "$OPENSTACK_DIR" "$LAB_HERE/openstack"
}
bind() { # its state is one folder all along: with a file in it, openstack.sh does not make it anew
  local p; mkdir -p "$OPENSTACK_DIR"; : > "$OPENSTACK_DIR/kept"
  for p in $(bound); do mkdir -p "$p" "$R/root$p"; mountpoint -q "$R/root$p" || mount --bind "$p" "$R/root$p"; done
}
unbind() { local p; for p in $(bound); do ! mountpoint -q "$R/root$p" || umount "$R/root$p"; done; }

unit() { # NAME LINE: as a package would bring it
  cat > "$R/root/etc/systemd/system/$1.service" <<X
[Unit]
Description=OpenStack $1
[Service]
Environment=OS_NOVA_DISABLE_EVENTLET_PATCHING=1 LAB_GUEST_PORT=$((OPENSTACK_PORT + 2000)) LAB_GUEST_LOG=$OPENSTACK_DIR/guest/serial.log
ExecStart=$VENV/bin/python $LAB_HERE/openstack/$2
[Install]
WantedBy=multi-user.target
X
}
libraries() { # those of this machine that the bound Python is linked against, and the tree has not
  local base f; base=$("$VENV/bin/python" -c 'import sys; print(sys.base_prefix)')
  find "$base/lib" "$VENV/lib" -name '*.so' -exec ldd {} + 2>/dev/null | awk '$2 == "=>" && $3 ~ "^/" {print $3}' | sort -u |
    while read -r f; do [ -e "$R/root$f" ] || install -D "$f" "$R/root$f"; done
}
lay_in() {
  libraries
  unit nova-compute "nova_in_one.py $((OPENSTACK_PORT + 2)) /etc/nova/nova.conf"
  unit nova-spicehtml5proxy "nova_proxy.py spicehtml5proxy --config-file /etc/nova/nova.conf"
  mkdir -p "$R/root$PAGE" "$R/root/etc/nova" "$R/root/etc/iptables"
  echo '<!DOCTYPE html><title>spice-html5</title>' > "$R/root$PAGE/spice_auto.html"
  cat > "$R/root/etc/iptables/rules.v4" <<'X'
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-port-unreachable
COMMIT
X
}
configure() { # as openstack.sh wrote it, with VNC alone, and its comment kept for whoever edits it
  cp "$OPENSTACK_DIR/etc/nova/api-paste.ini" "$R/root/etc/nova/"
  sed -e "s|^web = .*|web = $PAGE|" -e '/^\[spice\]/,/^\[/{/^\[spice\]/!{/^\[/!d}}' \
    -e 's|^\[spice\]|[spice]\n# screens of guests: see the handbook\nhtml5proxy_port = 6082|' \
    "$OPENSTACK_DIR/etc/nova/nova.conf" > "$R/root/etc/nova/nova.conf"
  chmod 640 "$R/root/etc/nova/nova.conf"
}

up() {
  [ ! -e "$OPENSTACK_DIR/on" ] || { log "Nova is up already"; return 0; }
  "$LAB_HERE/openstack.sh" install; "$LAB_HERE/guest.sh" fetch
  mkdir -p "$LAB_RUN"; chmod 700 "$LAB_RUN"; echo "nova: ctl1" > "$LAB_RUN/form"
  "$LAB_HERE/machine.sh" install; "$LAB_HERE/build-base.sh"; "$LAB_HERE/net.sh" up
  "$LAB_HERE/host.sh" create $HOST; "$LAB_HERE/desk.sh"
  bind; lay_in
  "$LAB_HERE/host.sh" boot $HOST; "$LAB_HERE/host.sh" wait $HOST
  lab_sh $HOST "systemctl disable --now mariadb 2>/dev/null; iptables-restore /etc/iptables/rules.v4"
  inside "$LAB_HERE/openstack.sh" up
  inside env GUEST_DIR="$OPENSTACK_DIR/guest" GUEST_PORT=$((OPENSTACK_PORT + 2000)) "$LAB_HERE/guest.sh" up
  inside "$LAB_HERE/openstack.sh" stop nova
  configure
  lab_sh $HOST "systemctl daemon-reload; systemctl enable --now nova-compute"
  poll 60 "nova-compute to listen" inside bash -c "exec 3<>/dev/tcp/127.0.0.1/$((OPENSTACK_PORT + 2))" || die "nova-compute did not come up"
  inside env OS_CLIENT_CONFIG_FILE="$OPENSTACK_DIR/clouds.yaml" "$VENV/bin/python" "$LAB_HERE/openstack/boot.py" web-1 >/dev/null || die "no instance came up"
  : > "$OPENSTACK_DIR/on"
}
down() {
  [ ! -e "$NS" ] || inside "$LAB_HERE/openstack.sh" down
  [ ! -d "$R" ] || { "$LAB_HERE/host.sh" cut $HOST; unbind; }
  "$LAB_HERE/down.sh"
}
clouds() { echo "$OPENSTACK_DIR/clouds.yaml"; }
estate() {
  local f=$LAB_RUN/nova.toml
  cat > "$f" <<X
[estate]
name = "lab"
ssh_config = "$LAB_RUN/ssh_config"
[[cloud]]
name = "lab"
clouds_file = "$OPENSTACK_DIR/clouds.yaml"
X
  echo "$f"
}

verb=${1:-}; shift || true
case $verb in
  up|down|clouds|estate) "$verb" ;;
  do) inside "$@" ;;
  *) usage "$0" ;;
esac
