#!/bin/bash
# openstack.sh - a real Keystone, Placement, Glance and Nova on loopback, from PyPI: no root, no broker, no hypervisor.
# Nova's own fake driver stands for the hypervisor; the databases are SQLite; each service is one process.
#
#   openstack.sh install      Python packages as constraints.txt pins them, into the lab's cache: once, about 60 s
#   openstack.sh up           everything, seeded: 60 s the first time; a second time returns at once
#   openstack.sh down         end it and remove its data
#   openstack.sh status
#   openstack.sh nova [NAME=true|false ...]   start Nova anew with these consoles: SPICE, VNC, SERIAL
#   openstack.sh stop|start SERVICE           keystone, placement, glance, neutron, nova; serialproxy, novncproxy, spicehtml5proxy
#   openstack.sh proxies      Nova's own serial, VNC and SPICE proxies, and a real guest behind every console (guest.sh): 15 s
#   openstack.sh expire       every token of a console that was given is too old from now on
#   openstack.sh multiply NAME COUNT          so many copies of that instance, in the database; 0: none any more
#   openstack.sh clouds       print the clouds.yaml: lab (admin), lab-user (a member of the project demo)
#
# OPENSTACK_DIR and OPENSTACK_PORT (25000, and the 9 after it) tell several on one machine apart; the guest listens 2000 above.
. "$(dirname "$0")/lib.sh"
. "$LAB_HERE/openstack/lib.sh"
PLACEMENT=$((OPENSTACK_PORT + 1)) NOVA=$((OPENSTACK_PORT + 2)) GLANCE=$((OPENSTACK_PORT + 3))
NEUTRON=$((OPENSTACK_PORT + 4)) VNC_PORT=$((OPENSTACK_PORT + 5)) SPICE_PORT=$((OPENSTACK_PORT + 6)) SERIAL_PORT=$((OPENSTACK_PORT + 7))
SERVICES=(keystone placement glance neutron nova)
PROXIES=(serialproxy novncproxy spicehtml5proxy)
export GUEST_DIR=$OPENSTACK_DIR/guest GUEST_PORT=$((OPENSTACK_PORT + 2000))

install() {
  local want; want=$(sha256sum "$CODE/constraints.txt" | cut -c1-16)
  mkdir -p "$LAB_DIR/openstack"; exec 7>"$LAB_DIR/openstack/.lock"; flock 7
  if [ "$(cat "$VENV/.pins" 2>/dev/null)" != "$want" ]; then
    log "installing OpenStack's services from PyPI, once"
    python3 -m venv "$VENV" >&2 || die "python3 -m venv does not work here: install python3-venv"
    "$VENV/bin/pip" install -q --disable-pip-version-check -c "$CODE/constraints.txt" \
      keystone nova openstack-placement glance waitress oslotest >&2 || die "pip could not install OpenStack's services"
    echo "$want" > "$VENV/.pins"
  fi
  exec 7>&-
}

database() { printf 'connection = sqlite:///%s/db/%s.db?timeout=60\nsqlite_synchronous = false\n' "$OPENSTACK_DIR" "$1"; }
checks_tokens() { login keystone_authtoken "$1"; echo "token_cache_time = -1"; echo "service_token_roles_required = true"; }

configure() {
  local d=$OPENSTACK_DIR
  mkdir -p "$d"/{log,pid,db,images/staging,images/tasks,state/{nova,web},etc/{keystone,placement,nova,glance}}; chmod 700 "$d"
  cat > "$d/etc/keystone/keystone.conf" <<X
[DEFAULT]
log_file = $d/log/keystone.log
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = oslo_cache.dict
[fernet_tokens]
key_repository = $d/state/fernet
[fernet_receipts]
key_repository = $d/state/fernet
[credential]
key_repository = $d/state/credential
[database]
$(database keystone)
X
  cat > "$d/etc/placement/placement.conf" <<X
[DEFAULT]
log_file = $d/log/placement.log
[placement_database]
$(database placement)
$(checks_tokens placement)
X
  cat > "$d/etc/glance/glance-api.conf" <<X
[DEFAULT]
log_file = $d/log/glance.log
enabled_backends = files:file
[database]
$(database glance)
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = $d/images
[os_glance_staging_store]
filesystem_store_datadir = $d/images/staging
[os_glance_tasks_store]
filesystem_store_datadir = $d/images/tasks
[paste_deploy]
flavor = keystone
config_file = $d/etc/glance/glance-api-paste.ini
$(checks_tokens glance)
X
  cp "$VENV/etc/nova/api-paste.ini" "$d/etc/nova/"; cp "$VENV"/etc/glance/*paste* "$d/etc/glance/"
  cat > "$d/clouds.yaml" <<X
clouds:
$(for c in lab:admin:admin lab-user:operator:demo; do
    IFS=: read -r name user project <<< "$c"
    printf '  %s:\n    region_name: RegionOne\n    auth_type: password\n    auth: {auth_url: "http://127.0.0.1:%s/v3", username: %s, password: %s, project_name: %s, user_domain_id: default, project_domain_id: default}\n' \
      "$name" "$KEYSTONE" "$user" "$PASSWORD" "$project"; done)
X
  chmod 600 "$d/clouds.yaml"
  configure_nova
}
configure_nova() { # [SPICE=..] [VNC=..] [SERIAL=..]
  local d=$OPENSTACK_DIR SPICE=true VNC=true SERIAL=true o
  for o; do [[ $o =~ ^(SPICE|VNC|SERIAL)=(true|false)$ ]] || die "nova: '$o': SPICE, VNC or SERIAL, =true or =false"; declare "$o"; done
  cat > "$d/etc/nova/nova.conf" <<X
[DEFAULT]
compute_driver = lab_driver.LabDriver
host = lab-compute-1
my_ip = 127.0.0.1
transport_url = fake://
state_path = $d/state/nova
log_file = $d/log/nova.log
report_interval = 5
service_down_time = 20
web = $d/state/web
[api_database]
$(database nova_api)
[database]
$(database nova)
[oslo_concurrency]
lock_path = $d/state
[vnc]
enabled = $VNC
novncproxy_base_url = http://127.0.0.1:$VNC_PORT/vnc_auto.html
novncproxy_host = 127.0.0.1
novncproxy_port = $VNC_PORT
[spice]
enabled = $SPICE
html5proxy_base_url = http://127.0.0.1:$SPICE_PORT/spice_auto.html
html5proxy_host = 127.0.0.1
html5proxy_port = $SPICE_PORT
[serial_console]
enabled = $SERIAL
base_url = ws://127.0.0.1:$SERIAL_PORT/
serialproxy_host = 127.0.0.1
serialproxy_port = $SERIAL_PORT
[glance]
api_servers = http://127.0.0.1:$GLANCE
$(login placement placement)
$(login neutron neutron)
$(checks_tokens nova)
X
}

make_databases() { # two lanes, for two cores
  local d=$OPENSTACK_DIR lanes=() lane side keystone nova urls=()
  for side in admin internal public; do urls+=("--bootstrap-$side-url" "http://127.0.0.1:$KEYSTONE/v3"); done
  keystone=(keystone-manage --config-file "$d/etc/keystone/keystone.conf"); nova=(nova-manage --config-file "$d/etc/nova/nova.conf")
  mkdir -p -m 700 "$d/state/fernet" "$d/state/credential"
  (
    "${keystone[@]}" db_sync
    "${keystone[@]}" fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    "${keystone[@]}" credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
    "${keystone[@]}" bootstrap --bootstrap-password "$PASSWORD" --bootstrap-region-id RegionOne \
      "${urls[@]}"
    placement-manage --config-dir "$d/etc/placement" db sync
    glance-manage --config-file "$d/etc/glance/glance-api.conf" db_sync
  ) > "$d/log/databases-1.out" 2>&1 & lanes+=($!)
  (
    "${nova[@]}" api_db sync
    "${nova[@]}" cell_v2 map_cell0 --database_connection "sqlite:///$d/db/nova_cell0.db?timeout=60"
    "${nova[@]}" db sync
    "${nova[@]}" cell_v2 create_cell --name cell1 --database_connection "sqlite:///$d/db/nova.db?timeout=60" --transport-url fake:///
  ) > "$d/log/databases-2.out" 2>&1 & lanes+=($!)
  for lane in "${lanes[@]}"; do
    wait "$lane" || die "the databases could not be made: $(tail -n 2 "$d"/log/databases-?.out | paste -sd' ')"
  done
}

pid() { pid_read "$OPENSTACK_DIR/pid/$1"; }
port_of() { case $1 in keystone) echo "$KEYSTONE" ;; placement) echo "$PLACEMENT" ;; glance) echo "$GLANCE" ;; neutron) echo "$NEUTRON" ;; nova) echo "$NOVA" ;; serialproxy) echo "$SERIAL_PORT" ;; novncproxy) echo "$VNC_PORT" ;; spicehtml5proxy) echo "$SPICE_PORT" ;; *) die "no service '$1': ${SERVICES[*]} ${PROXIES[*]}" ;; esac; }
listens_or_died() { listens "$(port_of "$1")" || ! pid "$1" >/dev/null; }
launch() { # SERVICE: as a session of its own, so that it can be ended with all that it starts
  local d=$OPENSTACK_DIR name=$1 port program; port=$(port_of "$1")
  ! pid "$name" >/dev/null || return 0
  ! listens "$port" || die "port $port is taken by somebody else: set OPENSTACK_PORT"
  case $name in
    keystone) program=(serve.py "$port" keystone.wsgi.api) ;;
    placement) program=(serve.py "$port" placement.wsgi.api) ;;
    glance) program=(serve.py "$port" glance.wsgi.api) ;;
    neutron) program=(no_networks.py "$port") ;;
    nova) program=(nova_in_one.py "$port" "$d/etc/nova/nova.conf") ;;
    *proxy) program=(nova_proxy.py "$name" --config-file "$d/etc/nova/nova.conf") ;;
  esac
  OS_KEYSTONE_CONFIG_DIR=$d/etc/keystone OS_KEYSTONE_CONFIG_FILES=keystone.conf OS_PLACEMENT_CONFIG_DIR=$d/etc/placement \
    OS_GLANCE_CONFIG_DIR=$d/etc/glance OS_NOVA_DISABLE_EVENTLET_PATCHING=1 LAB_GUEST_PORT=$GUEST_PORT LAB_GUEST_LOG=$GUEST_DIR/serial.log setsid "$VENV/bin/python" "$CODE/${program[0]}" "${program[@]:1}" >>"$d/log/$name.out" 2>&1 </dev/null 7>&- 9>&- &
  pid_save "$d/pid/$name" $!; disown
}
await() { poll 90 "$1 to listen" listens_or_died "$1"; pid "$1" >/dev/null || die "$1 died: $(tail -n 1 "$OPENSTACK_DIR/log/$1.out")"; }
start() { launch "$1"; await "$1"; }
is_gone() { ! pid "$1" >/dev/null; }
stop() { local p; p=$(pid "$1") || return 0; kill -TERM -- "-$p" 2>/dev/null || true; poll 15 "$1 to end" is_gone "$1" || kill -KILL -- "-$p"; }

is_up() { local s; for s in "${SERVICES[@]}"; do pid "$s" >/dev/null || return 1; done; [ -e "$OPENSTACK_DIR/seeded" ]; }
up() {
  local s; install; export PATH=$VENV/bin:$PATH
  ! is_up || { log "OpenStack is up already"; return 0; }
  down
  configure; make_databases
  launch keystone; launch neutron; await keystone
  "$VENV/bin/python" "$CODE/seed.py" "$OPENSTACK_PORT" "$PASSWORD" > "$OPENSTACK_DIR/log/seed.out" 2>&1 || die "seeding failed: $(tail -n 1 "$OPENSTACK_DIR/log/seed.out")"
  for s in placement glance; do launch "$s"; done; await placement; launch nova
  for s in glance neutron nova; do await "$s"; done
  "$VENV/bin/python" "$CODE/seed.py" "$OPENSTACK_PORT" "$PASSWORD" --stock >> "$OPENSTACK_DIR/log/seed.out" 2>&1 || die "stocking failed: $(tail -n 1 "$OPENSTACK_DIR/log/seed.out")"
  : > "$OPENSTACK_DIR/seeded"
}
down() {
  local s; for s in "${PROXIES[@]}" "${SERVICES[@]}"; do stop "$s"; done
  "$LAB_HERE/guest.sh" down
  rm -rf "${OPENSTACK_DIR:?}"/{log,pid,db,images,state,etc,clouds.yaml,seeded}; rmdir "$OPENSTACK_DIR" 2>/dev/null || true
}
status() { local s p; for s in "${SERVICES[@]}" "${PROXIES[@]}"; do p=$(pid "$s") && echo "$s runs as $p, port $(port_of "$s")" || echo "$s is down"; done; }
nova() { stop nova; configure_nova "$@"; start nova; }
proxies() {
  local s; for s in "${PROXIES[@]}"; do launch "$s"; done
  "$LAB_HERE/guest.sh" up
  for s in "${PROXIES[@]}"; do await "$s"; done
}
expire() { "$VENV/bin/python" "$CODE/expire.py" "$OPENSTACK_DIR/db/nova.db"; }
multiply() { "$VENV/bin/python" "$CODE/multiply.py" "$OPENSTACK_DIR/db" "$@"; }
clouds() { echo "$OPENSTACK_DIR/clouds.yaml"; }

verb=${1:-}; shift || true
case $verb in
  install|up|down|status|nova|proxies|expire|multiply|clouds) "$verb" "$@" ;;
  start|stop) port_of "${1:-}" >/dev/null; "$verb" "$1" ;;
  *) usage "$0" ;;
esac
