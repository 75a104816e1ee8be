#!/bin/bash
# light.sh - a three-node Galera cluster as plain processes: no root, no namespaces, no systemd.
# Node i listens on 127.0.1.i with the usual ports (3306 4444 4567 4568), so that addresses, not
# ports, tell nodes apart, as in a real cluster.  For fast tests of everything that speaks SQL.
#
#   light.sh up           3 Synced nodes from a snapshot: 4 to 7 s (the first time 20 s, to make it)
#   light.sh reset        the same, whatever state the nodes are in
#   light.sh down         end them and remove the data
#   light.sh status
#   light.sh start I [ARGS]   start node I (e.g. --wsrep-new-cluster) and wait until it is Synced
#   light.sh stop I | kill I [SIGNAL] | isolate I | heal I
#   light.sh recover I    the position node I can recover to
#   light.sh sql I SQL
#
# LIGHT_DIR and LIGHT_NET (127.0.1) tell several clusters on one machine apart; LIGHT_NODES (3), SST (rsync).
. "$(dirname "$0")/lib.sh"
. "$LAB_HERE/programs.sh"
LIGHT_DIR=${LIGHT_DIR:-$LAB_DIR/light/run}
LIGHT_NODES=${LIGHT_NODES:-3}
NET=${LIGHT_NET:-127.0.1}
SST=${SST:-rsync}
# A snapshot holds no address, so that all clusters of a machine share it.
SNAPSHOT=$LAB_DIR/light/snapshot-$LIGHT_NODES-$(sha256sum "$0" | cut -c1-8)
nodes() { seq "$LIGHT_NODES"; }

cnf() {
  local i=$1 d=$LIGHT_DIR/n$1 base=$LIGHT_DIR/base m g=""
  for m in $(nodes); do g+="${g:+,}$NET.$m"; done
  mkdir -p "$d/tmp"
  cat > "$d/my.cnf" <<X
[mariadbd]
datadir = $d/data
tmpdir = $d/tmp
socket = $d/s
pid-file = $d/mariadbd.pid
log-error = $d/err.log
basedir = $base
lc-messages-dir = $base/share/mysql
plugin-dir = $base/lib/mysql/plugin
bind-address = $NET.$i
port = 3306
skip-name-resolve
innodb_buffer_pool_size = 16M
innodb_log_file_size = 4M
innodb_flush_log_at_trx_commit = 2
innodb_autoinc_lock_mode = 2
innodb_doublewrite = 0
innodb_buffer_pool_dump_at_shutdown = 0
innodb_buffer_pool_load_at_startup = 0
binlog_format = ROW
key_buffer_size = 1M
aria_pagecache_buffer_size = 1M
table_open_cache = 200
max_connections = 60
performance_schema = OFF
wsrep_on = ON
wsrep_provider = $(galera_provider)
wsrep_provider_options = "gmcast.listen_addr=tcp://$NET.$i:4567;ist.recv_addr=$NET.$i:4568;gcache.size=8M;evs.suspect_timeout=PT${SUSPECT:-2}S;evs.inactive_timeout=PT4S;evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;evs.install_timeout=PT3S;pc.recovery=${PC_RECOVERY:-true}"
wsrep_cluster_name = light
wsrep_cluster_address = gcomm://$g
wsrep_node_name = n$i
wsrep_node_address = $NET.$i
wsrep_node_incoming_address = $NET.$i:3306
wsrep_sst_receive_address = $NET.$i:4444
wsrep_sst_method = $SST
wsrep_sst_auth = sst:$LAB_DB_PW
$([ "$(id -u)" != 0 ] || echo "user = root")
[sst]
sst-initial-timeout = 60
[client]
socket = $d/s
user = admin
password = $LAB_DB_PW
X
  chmod 600 "$d/my.cnf"
}

# rsync's daemon gives up root for nobody, who may not read these data directories, unless its
# configuration says otherwise; the SST script writes that and leaves no way in but the program itself.
# mariadbd puts BASEDIR/bin in front of PATH, hence a basedir of our own.
base_dir() {
  local real base=$LIGHT_DIR/base
  real=$(dirname "$(dirname "$(program mariadbd)")")
  mkdir -p "$base/bin"; ln -sfn "$real/share" "$base/share"; ln -sfn "$real/lib" "$base/lib"
  [ "$(id -u)" = 0 ] || return 0
  cat > "$base/bin/rsync" <<X
#!/bin/sh
last=
for arg in "\$@"; do [ "\$last" != --config ] || sed -i '1i uid = root\ngid = root' "\$arg"; last=\$arg; done
exec "$(program rsync)" "\$@"
X
  chmod 755 "$base/bin/rsync"
}

check_node() { [[ ${1:-} =~ ^[1-9]$ && $1 -le $LIGHT_NODES ]] || die "name a node: 1 to $LIGHT_NODES"; }
sql() { check_node "$1"; local i=$1; shift; timeout "${SQL_TIMEOUT:-10}" mariadb --defaults-file="$LIGHT_DIR/n$i/my.cnf" -NBe "$*"; }
pid() { pid_read "$LIGHT_DIR/n$1/pid"; }
is_synced() {
  [ "$(SQL_TIMEOUT=3 sql "$1" "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME='wsrep_local_state_comment'" 2>/dev/null)" = Synced ]
}
synced_or_dead() { is_synced "$1" || ! pid "$1" >/dev/null; }

start() {
  local i=$1 d=$LIGHT_DIR/n$1 pos; check_node "$i"; shift
  ! pid "$i" >/dev/null || { log "node $i runs already"; return 0; }
  pos=$(recover "$i")
  setsid mariadbd --defaults-file="$d/my.cnf" ${pos:+--wsrep-start-position="$pos"} "$@" >>"$d/out.log" 2>&1 </dev/null 6>&- &
  pid_save "$d/pid" $!; disown
  poll 60 "node $i Synced" synced_or_dead "$i" || return 1
  is_synced "$i" || { log "node $i died: $(grep -a ERROR "$d/err.log" | tail -1)"; return 1; }
}
recover() { # as galera_recovery does; empty when there is nothing to recover
  local d=$LIGHT_DIR/n$1; check_node "$1"
  grep -q '^seqno:.* -1' "$d/data/grastate.dat" 2>/dev/null || return 0
  mariadbd --defaults-file="$d/my.cnf" --wsrep-recover --log-error="$d/recover.log" >/dev/null 2>&1 || true
  sed -n 's/.*WSREP: Recovered position:* *//p' "$d/recover.log" | tail -1
}
is_down() { ! pid "$1" >/dev/null; }
kill_node() { check_node "$1"; local p; p=$(pid "$1") || return 0; kill "-${2:-KILL}" "$p" 2>/dev/null || true; }
stop() { kill_node "$1" TERM; poll 30 "node $1 to stop" is_down "$1"; }
kill_all() { # and what they started, such as a state transfer: each node leads a session of its own
  local i p
  for i in $(nodes); do p=$(pid "$i") && kill -KILL -- "-$p" 2>/dev/null || true; done
  for i in $(nodes); do poll 10 "node $i to die" is_down "$i"; done
}

first_data() { # one data directory with the accounts in it, stopped cleanly inside the cluster: its
               # grastate.dat has a position, so that the copies join without any state transfer
  local d=$LIGHT_DIR/n1
  cat > "$d/init.sql" <<X
FLUSH PRIVILEGES;
CREATE USER admin@'%' IDENTIFIED BY '$LAB_DB_PW';
GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;
CREATE USER admin@localhost IDENTIFIED BY '$LAB_DB_PW';
GRANT ALL ON *.* TO admin@localhost WITH GRANT OPTION;
CREATE USER monitor@'%' IDENTIFIED BY '$LAB_DB_PW';
GRANT PROCESS, REPLICATION CLIENT ON *.* TO monitor@'%';
CREATE USER sst@localhost IDENTIFIED BY '$LAB_DB_PW';
GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO sst@localhost;
CREATE DATABASE app;
CREATE TABLE app.t (id INT AUTO_INCREMENT PRIMARY KEY, node VARCHAR(32), at TIMESTAMP(6) DEFAULT NOW(6), pad VARCHAR(1000)) ENGINE=InnoDB;
X
  mariadb-install-db --no-defaults --basedir="$(dirname "$(dirname "$(program mariadbd)")")" --datadir="$d/data" --tmpdir="$d/tmp" \
    --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve --innodb-log-file-size=4M \
    $([ "$(id -u)" != 0 ] || echo "--user=root") --extra-file="$d/init.sql" >"$d/install.log" 2>&1 ||
    { tail -5 "$d/install.log" >&2; return 1; }
  start 1 --wsrep-new-cluster && stop 1
}

# The long way, once: bootstrap, joins, then cut the power of all with everyone Synced and keep the data.
# Later starts copy those directories and start all at once: gvwstate.dat lets Galera put the Primary
# component together by itself (pc.recovery), with no bootstrap and no state transfer.
make_snapshot() {
  local i pos
  log "making the snapshot of a light cluster, once"
  rm -rf "$LIGHT_DIR"/n*/data
  first_data
  for i in $(seq 2 "$LIGHT_NODES"); do
    cp -a --sparse=always "$LIGHT_DIR/n1/data" "$LIGHT_DIR/n$i/data"
    sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 0/' "$LIGHT_DIR/n$i/data/grastate.dat"
  done
  start 1 --wsrep-new-cluster
  for i in $(seq 2 "$LIGHT_NODES"); do start "$i"; done     # one by one: two at once are slower
  kill_all
  rm -rf "$SNAPSHOT.new"; mkdir -p "$SNAPSHOT.new"
  for i in $(nodes); do
    pos=$(recover "$i")      # writing the position down saves the recovery run at every start
    sed -i "s/^seqno:.*/seqno:   ${pos##*:}/" "$LIGHT_DIR/n$i/data/grastate.dat"
    cp -a --sparse=always "$LIGHT_DIR/n$i/data" "$SNAPSHOT.new/$i"
  done
  mv "$SNAPSHOT.new" "$SNAPSHOT"
}

reset() {
  local i ps=() p
  "$LAB_HERE/fetch.sh"; find_programs
  mkdir -p "$LIGHT_DIR" "$LAB_DIR/light"; chmod 700 "$LIGHT_DIR"
  kill_all
  base_dir
  for i in $(nodes); do cnf "$i"; done
  exec 6>"$LAB_DIR/light/.lock"; flock 6
  [ -d "$SNAPSHOT" ] || make_snapshot
  exec 6>&-
  for i in $(nodes); do
    rm -rf "$LIGHT_DIR/n$i/data"; cp -a --sparse=always "$SNAPSHOT/$i" "$LIGHT_DIR/n$i/data"
  done
  for i in $(nodes); do start "$i" & ps+=($!); done
  for p in "${ps[@]}"; do wait "$p" || return 1; done
}
all_synced() { local i; for i in $(nodes); do pid "$i" >/dev/null && is_synced "$i" || return 1; done; }
up() { if all_synced; then log "the light cluster is up already"; else reset; fi; }
down() { kill_all; rm -rf "${LIGHT_DIR:?}"/n[1-9] "$LIGHT_DIR/base"; rmdir "$LIGHT_DIR" 2>/dev/null || true; }
status() {
  local i; for i in $(nodes); do
    printf 'n%s %s: ' "$i" "$NET.$i"
    SQL_TIMEOUT=3 sql "$i" "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_cluster_status','wsrep_cluster_size','wsrep_local_state_comment','wsrep_ready','wsrep_incoming_addresses','wsrep_last_committed')" 2>&1 | sed 's/wsrep_//' | tr '\t' '=' | paste -sd' ' || true
  done
}

verb=${1:-}; shift || true
case $verb in
  up|reset|down|status|start|stop|recover|sql) "$verb" "$@" ;;
  kill) kill_node "$@" ;;
  isolate) sql "$1" "SET GLOBAL wsrep_provider_options='gmcast.isolate=1'" ;;
  heal)    sql "$1" "SET GLOBAL wsrep_provider_options='gmcast.isolate=0'" ;;
  *) usage "$0" ;;
esac
