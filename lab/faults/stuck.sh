# shellcheck shell=bash disable=SC2154
# Faults that leave every process up and something stuck.

hold() { background "$1" lab-hold "mariadb -e \"$2; SELECT SLEEP(3600)\""; }

#: flow control: a table lock on one node stops its applier, and a load on the first fills its queue
break_flow_control() {
  local h=${1:-$LAST}
  hold "$h" 'FLUSH TABLES app.t WITH READ LOCK'
  background "$FIRST" lab-load "yes \"INSERT INTO app.t(node, pad) VALUES('load', REPEAT('x', 200));\" | mariadb --force"
  poll 30 "$h to stop the others" status_is "$h" wsrep_flow_control_requested true
}
heal_flow_control() {
  end_background "$FIRST" lab-load; end_background "${1:-$LAST}" lab-hold
  healed
}

#: FLUSH TABLES WITH READ LOCK held on one node: Donor/Desynced, its receive queue grows under a load
break_ftwrl() {
  hold "${1:-$LAST}" 'FLUSH TABLES WITH READ LOCK'
  background "$FIRST" lab-load "while sleep 0.02; do echo \"INSERT INTO app.t(node, pad) VALUES('load', 'x');\"; done | mariadb --force"
  poll 30 "${1:-$LAST} desynced" status_is "${1:-$LAST}" wsrep_local_state_comment Donor/Desynced
}
heal_ftwrl() { heal_flow_control "$@"; }

#: wsrep_desync left ON on one node
break_desync() {
  [ "$(lab_sql "${1:-$LAST}" 'SELECT @@GLOBAL.wsrep_desync')" = 1 ] || lab_sql "${1:-$LAST}" 'SET GLOBAL wsrep_desync=ON'
}
heal_desync() {
  [ "$(lab_sql "${1:-$LAST}" 'SELECT @@GLOBAL.wsrep_desync')" = 0 ] || lab_sql "${1:-$LAST}" 'SET GLOBAL wsrep_desync=OFF'
  healed
}

has_donor() { local h; for h in "${MEMBERS[@]}"; do ! status_is "$h" wsrep_local_state_comment Donor/Desynced || return 0; done; return 1; }

#: one emptied node joins over a slow link (LAB_RATE, 4mbit): a donor in a long state transfer
break_donor() {
  local h=${1:-$LAST}
  ! unit_is "$h" activating || return 0
  lab_sh "$h" 'systemctl stop mariadb; rm -rf /var/lib/mysql/*'
  host slow "$h" "${LAB_RATE:-4mbit}"
  lab_exec "$h" systemctl start --no-block mariadb
  poll 30 "a donor" has_donor
}
heal_donor() { host slow "${1:-$LAST}" off; healed; }

on_small_disk() { lab_exec "$1" mountpoint -q /var/lib/mysql; }
unwell() { ! status_is "$1" wsrep_local_state_comment Synced; }

#: the data directory's file system of one node is full, and a large transaction came in; of a fresh host: full
break_disk_full() {
  local h=${1:-$LAST} is_blank=
  [ ! -f "$LAB_RUN/blank" ] || is_blank=1
  ! on_small_disk "$h" || return 0
  lab_sh "$h" 'systemctl stop mariadb; cd /var/lib
    mount -t tmpfs -o "size=$(($(du -sm mysql | cut -f1) + 40))m,mode=700,uid=$(id -u mysql),gid=$(id -g mysql)" lab-small /mnt
    cp -a mysql/. /mnt/ && mount --bind /mnt mysql && umount /mnt'
  [ -n "$is_blank" ] || { lab_exec "$h" systemctl start mariadb; whole; }
  lab_sh "$h" 'dd if=/dev/zero of=/var/lib/mysql/filler bs=1M 2>/dev/null; chown mysql: /var/lib/mysql/filler'
  [ -z "$is_blank" ] || return 0
  SQL_TIMEOUT=60 lab_sql "$FIRST" "INSERT INTO app.t(node, pad) SELECT 'fill', REPEAT(MD5(seq), 30) FROM app.seq_1_to_20000" || true
  poll 30 "$h to fail" unwell "$h"
}
heal_disk_full() {
  local h=${1:-$LAST}
  lab_sh "$h" 'rm -f /var/lib/mysql/filler; systemctl kill -s KILL mariadb; systemctl stop mariadb
    while mountpoint -q /var/lib/mysql; do umount -l /var/lib/mysql; done'
  start_unit "$h"; healed
}
