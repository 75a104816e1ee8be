#!/bin/bash
# galera.sh - a MariaDB Galera cluster on lab hosts.
#
#   galera.sh up CLUSTER NAME...  configure, bootstrap the first, join the others
#   galera.sh conf CLUSTER NAME...  configuration only (SST=rsync|mariabackup)
#   galera.sh start NAME...       start them all at once (after a power loss they find each other)
#   galera.sh synced N NAME...    wait until each is Synced in a Primary group of N (60 s at most)
#   galera.sh settled             wait until every cluster that up.sh made is whole again
#   galera.sh healthy             exit 0 when every cluster that up.sh made is whole now
#   galera.sh status [NAME...]    one line a node
#   galera.sh dump NAME...        all wsrep status variables
# LAB_FAST=1: a lost node is noticed after about 2 s instead of Galera's default 5 to 15 s.
. "$(dirname "$0")/lib.sh"
need_root
SST=${SST:-rsync}
EVS=""
[ -z "${LAB_FAST:-}" ] ||
  EVS="evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;evs.install_timeout=PT3S;"

conf() {
  local cluster=$1 n addrs="" m; shift
  for m in "$@"; do addrs+="${addrs:+,}$(host_addr "$m")"; done
  for n in "$@"; do
    lab_sh "$n" 'cat > /etc/mysql/mariadb.conf.d/80-galera-lab.cnf' <<X
[mariadbd]
bind-address             = 0.0.0.0
binlog_format            = ROW
default_storage_engine   = InnoDB
innodb_autoinc_lock_mode = 2
[galera]
wsrep_on                 = ON
wsrep_provider           = /usr/lib/galera/libgalera_smm.so
wsrep_provider_options   = "gcache.size=8M;gcache.page_size=8M;$EVS"
wsrep_cluster_name       = $cluster
wsrep_cluster_address    = gcomm://$addrs
wsrep_node_name          = $n
wsrep_node_address       = $(host_addr "$n")
wsrep_node_incoming_address = $(host_addr "$n"):3306
wsrep_sst_method         = $SST
wsrep_sst_auth           = sst:$LAB_DB_PW
wsrep_slave_threads      = 1
X
    lab_sh "$n" 'chmod 640 /etc/mysql/mariadb.conf.d/80-galera-lab.cnf; chgrp mysql /etc/mysql/mariadb.conf.d/80-galera-lab.cnf; systemctl enable -q mariadb'
  done
}

accounts() {
  lab_exec "$1" mariadb <<X
CREATE USER IF NOT EXISTS sst@localhost IDENTIFIED BY '$LAB_DB_PW';
GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO sst@localhost;
CREATE USER IF NOT EXISTS monitor@'%' IDENTIFIED BY '$LAB_DB_PW';
GRANT PROCESS, REPLICATION CLIENT ON *.* TO monitor@'%';
CREATE USER IF NOT EXISTS admin@'%' IDENTIFIED BY '$LAB_DB_PW';
GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;
CREATE DATABASE IF NOT EXISTS app;
CREATE TABLE IF NOT EXISTS app.t (id INT AUTO_INCREMENT PRIMARY KEY, node VARCHAR(32), at TIMESTAMP(6) DEFAULT NOW(6), pad VARCHAR(1000));
X
}

is_synced() { # is_synced N NAME: Synced, in a Primary group of N
  [ "$(SQL_TIMEOUT=3 lab_sql "$2" "SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME) FROM information_schema.GLOBAL_STATUS
    WHERE VARIABLE_NAME IN ('wsrep_cluster_size','wsrep_cluster_status','wsrep_local_state_comment')" 2>/dev/null)" = "$1,Primary,Synced" ]
}
synced() {
  local size=$1 n; shift
  for n in "$@"; do poll 60 "$n Synced in a group of $size" is_synced "$size" "$n" || { status "$n"; return 1; }; done
}
each_cluster() { # each_cluster FUNCTION: called with the size and the members; a blank lab has no cluster
  local line members lines=()
  [ -f "$LAB_RUN/blank" ] || mapfile -t lines < "$LAB_RUN/clusters"
  for line in "${lines[@]}"; do
    read -r -a members <<< "${line#* }"
    "$1" ${#members[@]} "${members[@]}" || return 1
  done
}
all_synced() { local size=$1 n; shift; for n in "$@"; do is_synced "$size" "$n" || return 1; done; }

up() {
  local cluster=$1 first=$2 n; shift
  conf "$cluster" "$@"
  lab_exec "$first" galera_new_cluster
  accounts "$first"
  shift; for n in "$@"; do lab_exec "$n" systemctl start mariadb; done   # one by one: two at once are slower
  synced $(($# + 1)) "$first" "$@"
}

start() {
  local n ps=(); for n in "$@"; do lab_exec "$n" systemctl start mariadb & ps+=($!); done
  for n in "${ps[@]}"; do wait "$n"; done
}

VARS="'wsrep_cluster_status','wsrep_cluster_size','wsrep_local_state_comment','wsrep_ready','wsrep_connected','wsrep_flow_control_paused','wsrep_incoming_addresses','wsrep_last_committed','wsrep_desync_count'"
status() {
  printf '%s: ' "$1"
  { lab_exec "$1" systemctl is-active mariadb mysql@bootstrap || true; } | paste -sd/ | tr '\n' ' '
  { SQL_TIMEOUT=5 lab_sql "$1" "SHOW GLOBAL STATUS WHERE Variable_name IN ($VARS)" 2>&1 || true; } |
    tr '\t' '=' | sed 's/wsrep_//' | paste -sd' '
}

verb=${1:-}; shift || true
case $verb in
  up|conf|start|synced) $verb "$@" ;;
  settled) each_cluster synced ;;
  healthy) each_cluster all_synced ;;
  status) [ $# -gt 0 ] || mapfile -t all < <(db_hosts); for n in "${@:-${all[@]}}"; do status "$n"; done ;;
  dump) for n in "$@"; do echo "--- $n"; SQL_TIMEOUT=5 lab_sql "$n" "SHOW GLOBAL STATUS LIKE 'wsrep%'" 2>&1; done ;;
  *) usage "$0" ;;
esac
