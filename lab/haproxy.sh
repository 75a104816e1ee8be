#!/bin/bash
# haproxy.sh - load balancers (HAProxy) in front of the lab's cluster "orders", made on demand.
#
#   haproxy.sh up             hosts lb1 and lb2 with HAProxy, clustercheck on the database hosts: about 5 s
#   haproxy.sh bare           the hosts with HAProxy as its package configures it, nothing on the database hosts
#   haproxy.sh down           take the load balancers away; clustercheck goes with the next reset
#   haproxy.sh check state|login   what the balancers ask: clustercheck on port 9200 (only Synced nodes
#                             are up), or only whether the database lets them log in
#   haproxy.sh donors up|down whether clustercheck counts a donor as available (down)
#   haproxy.sh fetch          unpack HAProxy without installing it (any user), and print where it is
#   haproxy.sh admin LB LINE  a line to the stats socket, such as 'show stat'
#   haproxy.sh wait LB SERVER STATUS   until HAProxy says that of a server, such as UP (30 s at most)
#
# Both balance on port 3306; the virtual address, 10.77.0.100, is lb1's.  LAB_LBS="lb1" makes one only.
# HAProxy comes from Debian's packages, unpacked beside the base tree and laid into the balancers' disks.
. "$(dirname "$0")/lib.sh"
read -r -a LBS <<< "${LAB_LBS:-lb1 lb2}"
VIP=$LAB_NET.100
unpacked=$LAB_DIR/haproxy packages=(haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 socat libwrap0)
members() { sed -n 's/^orders //p' "$LAB_RUN/clusters"; }

fetch() { # apt's lists and cache are our own, as in fetch.sh; the libraries that the base tree has are not needed
  [ ! -f "$unpacked/ready" ] || return 0
  local d=$unpacked.new f apt
  command -v apt-get >/dev/null || die "there is no apt-get to fetch HAProxy with"
  mkdir -p "$LAB_DIR"; exec 7>"$LAB_DIR/.haproxy.lock"; flock 7
  [ ! -f "$unpacked/ready" ] || return 0
  rm -rf "$d"; mkdir -p "$d"/{debs,lists/partial,cache,tree}
  apt=(apt-get -qq -o "Dir::State::Lists=$d/lists" -o "Dir::Cache=$d/cache" -o Debug::NoLocking=1
       -o APT::Sandbox::User= -o Acquire::Retries=3)
  log "fetching HAProxy"
  "${apt[@]}" update || die "apt-get could not read the package lists"
  (cd "$d/debs" && "${apt[@]}" download "${packages[@]}" >/dev/null) || die "apt-get could not download haproxy"
  for f in "$d"/debs/*.deb; do dpkg -x "$f" "$d/tree"; done
  rm -rf "$d"/{debs,lists,cache} "$d"/tree/usr/share/{doc,man,lintian}; touch "$d/ready"
  rm -rf "$unpacked"; mv "$d" "$unpacked"
}

program() { # HAProxy onto the disk of a balancer that is on
  local lb=$1
  tar -C "$unpacked/tree" -c . | lab_exec "$lb" tar -C / --keep-directory-symlink --no-overwrite-dir -x
  lab_sh "$lb" 'id haproxy >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/haproxy --shell /usr/sbin/nologin haproxy
    mkdir -p /var/lib/haproxy/dev; ldconfig; systemd-tmpfiles --create haproxy.conf; usermod -aG haproxy nosudo; systemctl daemon-reload'
}

conf() { # conf LB state|login
  local lb=$1 check n servers="" port=""
  if [ "$2" = login ]; then check="option mysql-check user monitor_check"
  else check="option httpchk GET /" port=" port 9200"; fi
  for n in $(members); do
    servers+="    server $n $(host_addr "$n"):3306 check inter 500ms fall 2 rise 2$port"$'\n'
  done
  lab_sh "$lb" 'cat > /etc/haproxy/haproxy.cfg && haproxy -c -q -f /etc/haproxy/haproxy.cfg && systemctl restart haproxy' <<X
global
    stats socket /run/haproxy/admin.sock mode 660 level admin
    user haproxy
    group haproxy
defaults
    mode tcp
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout check 2s
listen orders
    bind :3306
    balance roundrobin
    $check
$servers
X
}

clustercheck() { # what Percona's clustercheck does, by a socket unit instead of xinetd
  local n=$1
  lab_sh "$n" 'cat > /usr/local/bin/clustercheck; chmod 755 /usr/local/bin/clustercheck' <<'X'
#!/bin/bash
# 200 when this node is Synced (4), or a Donor (2) and AVAILABLE_WHEN_DONOR=1; else 503.
# The whole request is read first: closing with bytes unread sends a RST, which HAProxy calls SOCKERR.
[ ! -f /etc/default/clustercheck ] || . /etc/default/clustercheck
while read -r -t 2 line; do line=${line%$'\r'}; [ -n "$line" ] || break; done
st=$(timeout 1.5 mariadb -NBe "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME='wsrep_local_state'" 2>/dev/null)
code="503 Service Unavailable" body="Percona XtraDB Cluster Node is not synced."
if [ "$st" = 4 ] || { [ "$st" = 2 ] && [ "${AVAILABLE_WHEN_DONOR:-0}" = 1 ]; }; then
  code="200 OK" body="Percona XtraDB Cluster Node is synced."
fi
printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s\r\n' "$code" $((${#body} + 2)) "$body"
X
  lab_sh "$n" 'cat > /etc/systemd/system/clustercheck.socket <<E
[Socket]
ListenStream=9200
Accept=yes
MaxConnections=64
TriggerLimitIntervalSec=0
[Install]
WantedBy=sockets.target
E
cat > /etc/systemd/system/clustercheck@.service <<E
[Unit]
CollectMode=inactive-or-failed
[Service]
ExecStart=-/usr/local/bin/clustercheck
StandardInput=socket
StandardError=journal
E
systemctl daemon-reload; systemctl enable -q --now clustercheck.socket'
}

admin() { local lb=$1; shift; lab_exec "$lb" socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock <<<"$*"; }
status() { admin "$1" "show stat" | awk -F, -v s="$2" '$1 == "orders" && $2 == s {print $18}'; }
says() { [ "$(status "$1" "$2")" = "$3" ]; }
all_up() { local n; for n in $(members); do says "$1" "$n" UP || return 1; done; }

hosts() { # with the program, and the virtual address on the first
  local lb
  lock_lab
  fetch
  "$LAB_HERE/host.sh" create "${LBS[@]}"
  "$LAB_HERE/host.sh" boot "${LBS[@]}"
  "$LAB_HERE/host.sh" wait "${LBS[@]}"
  for lb in "${LBS[@]}"; do program "$lb"; done
  ip -n "$(host_ns "${LBS[0]}")" addr replace "$VIP/24" dev eth0
  echo "$VIP" > "$LAB_RUN/vip"
  "$LAB_HERE/desk.sh"
}

bare() {
  local lb
  hosts
  for lb in "${LBS[@]}"; do lab_sh "$lb" 'systemctl enable -q haproxy; systemctl restart haproxy'; done
  log "load balancers without an address to balance are up: ${LBS[*]}, virtual address $VIP"
}

up() {
  local lb n
  [ -n "$(members)" ] || die "there is no cluster orders to balance: run up.sh without LAB_BLANK"
  hosts
  for n in $(members); do clustercheck "$n"; done
  lab_exec "$(members | cut -d' ' -f1)" mariadb -e "CREATE USER IF NOT EXISTS monitor_check@'$LAB_NET.%'"
  for lb in "${LBS[@]}"; do conf "$lb" state; done
  for lb in "${LBS[@]}"; do poll 30 "all servers UP on $lb" all_up "$lb" || die "$lb: $(admin "$lb" 'show stat' | cut -d, -f1,2,18,37,38)"; done
  log "load balancers are up: ${LBS[*]}, virtual address $VIP"
}

down() {
  lock_lab
  local there; there=$(lab_hosts | grep '^lb' || true)
  rm -f "$LAB_RUN/vip"
  # shellcheck disable=SC2086
  [ -z "$there" ] || "$LAB_HERE/host.sh" destroy $there
  "$LAB_HERE/desk.sh"
}

verb=${1:-}; shift || usage "$0"
[ "$verb" = fetch ] || need_root
case $verb in
  fetch) fetch; echo "$unpacked/tree" ;;
  up|bare|down) "$verb" ;;
  check) for lb in "${LBS[@]}"; do conf "$lb" "$1"; done ;;
  donors) for n in $(members); do lab_sh "$n" "echo AVAILABLE_WHEN_DONOR=$([ "$1" = up ] && echo 1 || echo 0) > /etc/default/clustercheck"; done ;;
  admin) admin "$@" ;;
  wait) poll 30 "$2 $3 on $1" says "$1" "$2" "$3" ;;
  *) usage "$0" ;;
esac
