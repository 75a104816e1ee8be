#!/bin/bash
# octavia.sh - a real Octavia beside the Keystone of openstack.sh: API and worker in one process, no-op amphorae, SQLite.
#
#   octavia.sh install     Python packages as octavia-constraints.txt pins them, into the same place as openstack.sh's: once
#   octavia.sh up          everything; openstack.sh must be up. 15 s; a second time returns at once
#   octavia.sh worker on|off   with "off" nobody does what is asked for: it stays PENDING, as when octavia-worker was killed
#   octavia.sh stands TABLE NAME PROVISIONING OPERATING MINUTES   in its database: load_balancer web ERROR - 12
#   octavia.sh stop|start
#   octavia.sh down        end it and remove its data
#   octavia.sh status
#
# OPENSTACK_DIR and OPENSTACK_PORT as for openstack.sh; Octavia listens 8 above.
. "$(dirname "$0")/lib.sh"
. "$LAB_HERE/openstack/lib.sh"
D=$OPENSTACK_DIR/octavia PORT=$((OPENSTACK_PORT + 8))

install() {
  "$LAB_HERE/openstack.sh" install
  local want; want=$(sha256sum "$CODE/octavia-constraints.txt" | cut -c1-16)
  exec 7>"$LAB_DIR/openstack/.lock"; flock 7
  if [ "$(cat "$VENV/.octavia-pins" 2>/dev/null)" != "$want" ]; then
    log "installing Octavia from PyPI, once"
    "$VENV/bin/pip" install -q --disable-pip-version-check -c "$CODE/constraints.txt" -c "$CODE/octavia-constraints.txt" octavia >&2 \
      || die "pip could not install Octavia"
    echo "$want" > "$VENV/.octavia-pins"
  fi
  exec 7>&-
}

configure() {
  mkdir -p "$D"; chmod 700 "$D"
  # even a no-op amphora gets a certificate of Octavia's own making
  openssl req -x509 -newkey rsa:2048 -passout pass:foobar -keyout "$D/ca.key" -out "$D/ca.pem" -days 30 -subj /CN=lab 2>/dev/null \
    || die "openssl could not make a CA for Octavia"
  cat > "$D/octavia.conf" <<X
[DEFAULT]
transport_url = fake://
log_file = $D/octavia.log
[api_settings]
auth_strategy = keystone
enabled_provider_drivers = amphora:amphora,noop_driver:noop
default_provider_driver = amphora
[database]
connection = sqlite:///$D/octavia.db?timeout=60
sqlite_synchronous = false
[oslo_messaging]
topic = octavia_prov
[controller_worker]
amphora_driver = amphora_noop_driver
compute_driver = compute_noop_driver
network_driver = network_noop_driver
image_driver = image_noop_driver
volume_driver = volume_noop_driver
distributor_driver = distributor_noop_driver
amp_image_tag = amphora
amp_flavor_id = 1
amp_boot_network_list = 11111111-1111-1111-1111-111111111111
client_ca = $D/ca.pem
[certificates]
cert_manager = noop_cert_manager
cert_generator = local_cert_generator
ca_certificate = $D/ca.pem
ca_private_key = $D/ca.key
ca_private_key_passphrase = foobar
server_certs_key_passphrase = insecure-key-do-not-use-this-key
[haproxy_amphora]
client_ca = $D/ca.pem
server_ca = $D/ca.pem
client_cert = $D/ca.pem
[health_manager]
heartbeat_key = insecure
[task_flow]
engine = serial
$(login service_auth octavia)
$(login keystone_authtoken octavia)
token_cache_time = -1
service_token_roles_required = true
X
}

pid() { pid_read "$D/pid"; }
listens_or_died() { listens "$PORT" || ! pid >/dev/null; }
is_gone() { ! pid >/dev/null; }
start() { # as a session of its own, so that it can be ended with all that it starts
  ! pid >/dev/null || return 0
  ! listens "$PORT" || die "port $PORT is taken by somebody else: set OPENSTACK_PORT"
  setsid "$VENV/bin/python" "$CODE/octavia_in_one.py" "$PORT" "$D/octavia.conf" "$(cat "$D/worker" 2>/dev/null || echo worker)" \
    >>"$D/octavia.out" 2>&1 </dev/null 7>&- 9>&- &
  pid_save "$D/pid" $!; disown
  poll 90 "Octavia to listen" listens_or_died
  pid >/dev/null || die "Octavia died: $(tail -n 1 "$D/octavia.out")"
}
stop() { local p; p=$(pid) || return 0; kill -TERM -- "-$p" 2>/dev/null || true; poll 15 "Octavia to end" is_gone || kill -KILL -- "-$p"; }
up() {
  listens "$KEYSTONE" || die "no Keystone listens on port $KEYSTONE: openstack.sh up"
  install
  ! pid >/dev/null || { log "Octavia is up already"; return 0; }
  down; configure
  "$VENV/bin/python" "$CODE/octavia_seed.py" "$KEYSTONE" "$PORT" "$PASSWORD" > "$D/seed.out" 2>&1 || die "seeding failed: $(tail -n 1 "$D/seed.out")"
  start
}
down() { stop; rm -rf "${D:?}"; }
worker() {
  case ${1:-} in on) rm -f "$D/worker" ;; off) echo no-worker > "$D/worker" ;; *) die "worker: on or off" ;; esac
  stop; start
}
stands() { [ $# = 5 ] || usage "$0"; "$VENV/bin/python" "$CODE/octavia_stands.py" "$D/octavia.db" "$@"; }
status() { local p; p=$(pid) && echo "octavia runs as $p, port $PORT" || echo "octavia is down"; }

verb=${1:-}; shift || true
case $verb in
  install|up|down|start|stop|worker|stands|status) "$verb" "$@" ;;
  *) usage "$0" ;;
esac
