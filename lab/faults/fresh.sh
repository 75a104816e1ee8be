# shellcheck shell=bash disable=SC2154
# Faults of hosts that are to become a cluster (LAB_BLANK=1): what stands in the way of a bootstrap.

OPTIONS=/etc/mysql/mariadb.conf.d

#: fresh hosts: one is a copy of another one, both have the same machine id
break_cloned() { lab_sh "${1:-$LAST}" "echo $(lab_exec "$FIRST" cat /etc/machine-id) > /etc/machine-id"; }

#: fresh hosts: the server program of one says that it is of another version (its own text is changed)
break_other_version() {
  lab_sh "${1:-$LAST}" "LC_ALL=C sed -E 's/([0-9]+\.[0-9]+\.[0-9]*)[0-9](-MariaDB)/\10\2/g' /usr/sbin/mariadbd > /usr/sbin/other &&
    chmod 755 /usr/sbin/other && mv /usr/sbin/other /usr/sbin/mariadbd"
}

#: fresh hosts: the data directory of one holds a database of somebody's
break_data_there() {
  lab_sh "${1:-$LAST}" "[ -d /var/lib/mysql/billing ] && exit
    systemctl start mariadb && mariadb -e 'CREATE DATABASE billing; CREATE TABLE billing.invoices (id INT PRIMARY KEY)' && systemctl stop mariadb"
}

#: fresh hosts: the data directory of one is the root of a file system, with lost+found in it
break_lost_and_found() { lab_sh "${1:-$LAST}" 'mkdir -p -m 700 /var/lib/mysql/lost+found'; }

#: fresh hosts: rsync, by which full copies are made, is missing on one
break_no_rsync() { lab_sh "${1:-$LAST}" 'rm -f /usr/bin/rsync'; }

#: fresh hosts: an option file of one makes every start a bootstrap
break_flag_in_options() { lab_sh "${1:-$LAST}" "printf '[mariadbd]\nwsrep_new_cluster = ON\n' > $OPTIONS/90-first-start.cnf"; }

#: fresh hosts: a bootstrap flag was left in systemd's environment on one
break_flag_in_environment() { lab_exec "${1:-$LAST}" systemctl set-environment _WSREP_NEW_CLUSTER=--wsrep-new-cluster; }

#: fresh hosts: something else listens on port 4567 of one
break_port_taken() { background "${1:-$LAST}" lab-listener 'exec socat TCP-LISTEN:4567,fork /dev/null'; }

#: fresh hosts: an option file of one has an option that no server knows
break_unknown_option() { lab_sh "${1:-$LAST}" "printf '[mariadbd]\ninnodb_file_formt = Barracuda\n' > $OPTIONS/70-tuning.cnf"; }

#: fresh hosts: the unit of one host's database is masked
break_masked() { lab_exec "${1:-$LAST}" systemctl mask -q mariadb; }

#: fresh hosts: one has no data directory, its volume is not mounted
break_no_datadir() { lab_sh "${1:-$LAST}" 'rm -rf /var/lib/mysql'; }
