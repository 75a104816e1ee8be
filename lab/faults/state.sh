# shellcheck shell=bash disable=SC2154
# Faults in what a data directory says of itself.

new_history() { # the node starts a cluster of its own, with a state UUID of its own
  lab_sh "$1" 'systemctl stop mariadb; cd /var/lib/mysql && rm -f grastate.dat gvwstate.dat galera.cache && galera_new_cluster'
  lab_sql "$1" "INSERT INTO app.t(node, pad) VALUES(@@wsrep_node_name, 'another history')"
}
uuid_of() { lab_sh "$1" "sed -n 's/^uuid: *//p' /var/lib/mysql/grastate.dat"; }
differs() { [ "$(uuid_of "$1")" != "$(uuid_of "$FIRST")" ]; }

#: one node was bootstrapped by accident: two clusters, two state UUIDs, both Primary
break_two_clusters() { local h=${1:-$LAST}; differs "$h" || new_history "$h"; }

#: one node is down, and its data directory belongs to another cluster
break_foreign_uuid() {
  local h=${1:-$LAST}
  differs "$h" || new_history "$h"
  lab_exec "$h" systemctl stop mariadb
}

#: the nodes (default: the last) are down with a zero UUID in grastate.dat, as after a failed state transfer
break_zero_uuid() {
  local h
  for h in "${@:-$LAST}"; do
    lab_sh "$h" "systemctl stop mariadb; cd /var/lib/mysql && rm -f gvwstate.dat &&
      sed -i 's/^uuid:.*/uuid:    00000000-0000-0000-0000-000000000000/; s/^seqno:.*/seqno:   -1/; s/^safe_to_bootstrap:.*/safe_to_bootstrap: 0/' grastate.dat"
  done
}
heal_zero_uuid() { local h; for h in "${@:-$LAST}"; do start_unit "$h"; done; healed; }

#: one node lacks a row that the others change: the vote puts it out (Inconsistent), its process runs on
break_voted_out() {
  local h=${1:-$LAST} row
  [ "$h" != "$FIRST" ] || die "voted-out: choose another node than $FIRST"
  ! status_is "$h" wsrep_local_state_comment Inconsistent || return 0
  row=$(lab_sql "$FIRST" "INSERT INTO app.t(node, pad) VALUES(@@wsrep_node_name, 'to be lost on one node'); SELECT LAST_INSERT_ID()")
  lab_sql "$h" "SET SESSION wsrep_sync_wait=1; SELECT COUNT(*) FROM app.t; SET SESSION wsrep_on=OFF; DELETE FROM app.t WHERE id=$row" >/dev/null
  lab_sql "$FIRST" "UPDATE app.t SET pad='changed' WHERE id=$row"
  poll 30 "$h voted out" status_is "$h" wsrep_local_state_comment Inconsistent
}
heal_voted_out() {
  local h=${1:-$LAST}
  lab_sh "$h" 'systemctl stop mariadb; rm -f /var/lib/mysql/grastate.dat'
  start_unit "$h"; healed
}
