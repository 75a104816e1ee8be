# shellcheck shell=bash disable=SC2154
# Faults of what clients, backups and operators leave behind; none of them ends a server.

runs_ddl() { [ "$(lab_sql "$1" "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE '%copy to tmp%' OR STATE = 'altering table'")" != 0 ]; }

#: an ALTER TABLE that takes minutes runs in total order: no other write is committed until it ends
break_schema_change() {
  local h=${1:-$LAST}
  ! runs_ddl "$h" || return 0
  lab_sql "$h" "CREATE TABLE app.orders (id INT PRIMARY KEY) AS SELECT seq AS id FROM app.seq_1_to_60000"
  background "$h" lab-ddl "mariadb -e \"ALTER TABLE app.orders ADD COLUMN note CHAR(128) AS (SHA2(REPEAT(id, 400000), 512)) PERSISTENT, ALGORITHM=COPY\""
  poll 30 "the ALTER TABLE to run" runs_ddl "$h"
  background "$FIRST" lab-load "echo \"INSERT INTO app.t(node, pad) VALUES('load', 'x')\" | mariadb"
}

#: a report runs on one node, and does not end
break_long_statement() { background "${1:-$LAST}" lab-report 'mariadb -e "SELECT COUNT(*), SLEEP(3600) FROM app.t"'; }
heal_long_statement() { end_background "${1:-$LAST}" lab-report; }

reads_backup() { lab_sh "$1" 'pgrep -x mariabackup >/dev/null'; }

#: a backup reads the data directory of one node; nobody takes what it writes, so that it does not end
break_backup() {
  background "${1:-$LAST}" lab-backup 'mariabackup --backup --stream=xbstream --target-dir=/tmp 2>/dev/null | sleep 3600'
  poll 20 "the backup to begin" reads_backup "${1:-$LAST}"
}
heal_backup() { end_background "${1:-$LAST}" lab-backup; }

#: what the running nodes keep for others is gone: whoever is away comes back by a full copy only
break_cache_purged() {
  local i h
  for i in 1 2 3; do
    lab_sql "$FIRST" "INSERT INTO app.t(node, pad) SELECT 'purge', REPEAT(MD5(seq), 30) FROM app.seq_1_to_6000"
  done
  for h in "${MEMBERS[@]}"; do [ "$(unit_state "$h")" != active ] || poll 30 "$h to forget" forgot "$h" "$(status_of "$FIRST" wsrep_last_committed)"; done
}
unit_state() { lab_exec "$1" systemctl show -P ActiveState mariadb; }
forgot() { [ "$(status_of "$1" wsrep_local_cached_downto)" -ge $(($2 - 2)) ]; }

#: the unit of one node is masked: it runs, and systemd would not start it again
break_unit_masked() { lab_exec "${1:-$LAST}" systemctl mask -q mariadb; }
heal_unit_masked() { lab_exec "${1:-$LAST}" systemctl unmask -q mariadb; }

#: wsrep_reject_queries was left on one node: it refuses every statement
break_reject_queries() { lab_sql "${1:-$LAST}" 'SET GLOBAL wsrep_reject_queries=ALL' || true; }
heal_reject_queries() { lab_sql "${1:-$LAST}" 'SET GLOBAL wsrep_reject_queries=NONE'; }

#: one node was killed in the middle of a full copy: what it has is worth nothing
break_sst_aborted() {
  local h=${1:-$LAST}
  ! unit_is "$h" failed || return 0
  break_donor "$h"
  poll 30 "the copy to begin" copying "$h"
  kill_units "$h"
  host slow "$h" off
  whole_but "$h"
}
copying() { lab_sh "$1" 'pgrep -f wsrep_sst_ >/dev/null && [ "$(du -sm /var/lib/mysql | cut -f1)" -ge 1 ]'; }
whole_but() { local h; for h in "${MEMBERS[@]}"; do [ "$h" = "$1" ] || poll 60 "$h Synced again" status_is "$h" wsrep_local_state_comment Synced; done; }
