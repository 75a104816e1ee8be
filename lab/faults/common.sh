# shellcheck shell=bash disable=SC2154
# What the faults share.  MEMBERS, FIRST, LAST and REST are the nodes of the first cluster.

restore_snapshot() { "$LAB_HERE/snapshot.sh" restore; }

status_of() { # status_of HOST VARIABLE, empty when the node does not answer
  SQL_TIMEOUT=3 lab_sql "$1" "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME='$2'" 2>/dev/null || true
}
status_is() { [ "$(status_of "$1" "$2")" = "$3" ]; }
unit_is() { [ "$(lab_exec "$1" systemctl show -P ActiveState mariadb)" = "$2" ]; }
whole() { "$LAB_HERE/galera.sh" synced ${#MEMBERS[@]} "${MEMBERS[@]}"; }
# A heal ends when the whole first cluster is Synced again; LAB_NOWAIT=1: where another fault stays.
healed() { [ -n "${LAB_NOWAIT:-}" ] || whole; }
host() { "$LAB_HERE/host.sh" "$@"; }

write_rows() { # write_rows HOST COUNT
  lab_sql "$1" "INSERT INTO app.t(node, pad) SELECT @@wsrep_node_name, REPEAT('x', 200) FROM app.seq_1_to_$2"
}

start_unit() { # what an operator does after the cause is gone
  lab_sh "$1" 'rm -f /run/systemd/system/mariadb.service.d/lab-stays-down.conf; systemctl daemon-reload
    systemctl reset-failed mariadb 2>/dev/null; systemctl start mariadb'
}

background() { # background HOST UNIT LINE: a shell line that goes on in the host, 15 minutes at most
  lab_exec "$1" systemctl --quiet is-active "$2" && return
  lab_exec "$1" systemd-run --quiet --collect --unit="$2" --property=RuntimeMaxSec=900 bash -c "$3"
}
end_background() { lab_exec "$1" systemctl stop "$2" 2>/dev/null || true; }
