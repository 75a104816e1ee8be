#!/bin/bash
# build-base.sh - build the Debian tree that every lab host boots from (as a read-only lower layer).
#
#   build-base.sh           build it when it is missing or was built by another version of this file
#   build-base.sh path      print where the tree of this version is (or will be), build nothing
#   LAB_REBUILD=1 build-base.sh    build it anew
#
# Needs root and Debian's packages; takes 70 to 150 s and 450 MB.  Trees are named after a hash of this
# file, so that hosts of an older version keep theirs; an old tree goes when no host uses it.
. "$(dirname "$0")/lib.sh"

id=$(sha256sum "$LAB_HERE/build-base.sh" | cut -c1-12)
base=$LAB_BASES/$id
case ${1:-} in path) echo "$base"; exit ;; '') ;; *) usage "$0" ;; esac
need_root
mkdir -p "$LAB_BASES" "$LAB_KEYS"; chmod 700 "$LAB_KEYS"
exec 9>"$LAB_BASES/.lock"
flock -n 9 || { log "another build of the base tree runs: waiting for it"; flock 9; }
[ -f "$LAB_KEYS/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C lab-operator -f "$LAB_KEYS/id_ed25519"
if [ -z "${LAB_REBUILD:-}" ] && [ -f "$base/ready" ]; then log "base tree is up to date: $base"; exit 0; fi

in_use() { grep -qsx "$1" "$LAB_DIR"/run/*/*/base || grep -q "lowerdir=$1/" /proc/mounts; }
! in_use "$base" || die "hosts use $base: take them down first (down.sh --all)"
"$LAB_HERE/machine.sh" install

# ---- 1. the packages, in one transaction.  The suite and sources are the machine's own, so that
#      this works wherever the machine's own apt works.
include=(
  systemd systemd-sysv dbus libpam-systemd udev openssh-server sudo
  iproute2 iputils-ping procps psmisc nftables iptables lsof less
  mariadb-server galera-4 mariadb-backup rsync socat pv
)
suite=${LAB_SUITE:-$(. /etc/os-release; echo "${VERSION_CODENAME:-}")}
sources=${LAB_SOURCES:-}
for f in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.sources; do
  [ -n "$sources" ] || ! grep -qsE '^(deb |URIs:)' "$f" || sources=$f
done
[[ -n $suite && -n $sources ]] || die "no Debian release or apt sources found: set LAB_SUITE and LAB_SOURCES"
log "building $base: $suite, ${#include[@]} packages and what they need"
t0=$(date +%s)
new=$base.new T=$base.new/tree
rm -rf --one-file-system "$new"; mkdir -p "$new"; chmod 755 "$new"
mmdebstrap --quiet --variant=minbase --mode=root \
  --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='force-unsafe-io' \
  --include="$(IFS=,; echo "${include[*]}")" "$suite" "$T" "$sources" </dev/null
log "packages unpacked and configured in $(($(date +%s) - t0)) s"
in_tree() { chroot "$T" "$@"; }

# ---- 2. systemd inside a container: no hardware, no clock, no gettys, no network manager
#      (addresses are set from outside, in the host's own network namespace)
ln -sf /lib/systemd/system/multi-user.target "$T/etc/systemd/system/default.target"
for u in systemd-networkd.service systemd-networkd-wait-online.service systemd-resolved.service \
         systemd-timesyncd.service systemd-udevd.service systemd-udev-trigger.service \
         systemd-udevd-control.socket systemd-udevd-kernel.socket console-getty.service getty.target \
         e2scrub_reap.service e2scrub_all.timer fstrim.timer apt-daily.timer apt-daily-upgrade.timer \
         dpkg-db-backup.timer; do
  ln -sf /dev/null "$T/etc/systemd/system/$u"
done
# A host that is booted into lab-hold.target starts no database, though its unit is enabled.
cat > "$T/etc/systemd/system/lab-hold.target" <<'X'
[Unit]
Description=Lab: up, with SSH, with the database left off
Requires=basic.target
Wants=ssh.service dbus.service systemd-logind.service systemd-user-sessions.service
After=basic.target ssh.service
AllowIsolate=yes
X
for u in mariadb nftables; do in_tree systemctl disable -q "$u" 2>/dev/null || true; done
in_tree systemctl enable -q ssh
: > "$T/etc/machine-id"                       # every host gets its own at first boot
rm -f "$T"/etc/ssh/ssh_host_*                 # and its own host key, from host.sh
: > "$T/etc/default/locale"                   # else pam_env complains at every login
echo 'nameserver 127.0.0.1' > "$T/etc/resolv.conf"
mkdir -p "$T/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=persistent\nSystemMaxUse=32M\nRateLimitIntervalSec=0\n' > "$T/etc/systemd/journald.conf.d/lab.conf"

# ---- 3. SSH and sudo.  MaxStartups is sshd's classic fan-out trap (the default 10:30:100 drops
#      connections at random once 10 are not yet authenticated): raised here, tested on purpose elsewhere.
cat > "$T/etc/ssh/sshd_config.d/lab.conf" <<'X'
PermitRootLogin prohibit-password
PasswordAuthentication no
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_operators
UseDNS no
MaxStartups 100:30:200
MaxSessions 50
X
for u in ops opspw nosudo; do in_tree useradd -m -s /bin/bash "$u"; done
echo 'ops ALL=(ALL) NOPASSWD: ALL' > "$T/etc/sudoers.d/lab"
echo 'opspw ALL=(ALL) ALL' >> "$T/etc/sudoers.d/lab"; chmod 440 "$T/etc/sudoers.d/lab"
echo "opspw:$LAB_SUDO_PW" | in_tree chpasswd

# ---- 4. MariaDB: small, since several nodes share one machine; nothing of Galera is configured here.
cat > "$T/etc/mysql/mariadb.conf.d/70-lab-small.cnf" <<'X'
[mariadbd]
innodb_buffer_pool_size        = 16M
innodb_log_file_size           = 4M
innodb_log_buffer_size         = 2M
innodb_buffer_pool_dump_at_shutdown = 0
innodb_buffer_pool_load_at_startup  = 0
key_buffer_size                = 1M
aria_pagecache_buffer_size     = 1M
table_open_cache               = 200
table_definition_cache         = 400
max_connections                = 60
performance_schema             = OFF
skip_name_resolve              = ON
X
# Percona XtraDB Cluster's way to start the first node, in front of MariaDB's: mysql@bootstrap is a
# unit of its own (mysql.service stays inactive while it runs), reading /etc/default/mysql.bootstrap.
# mysql.service and mysqld.service are already aliases of mariadb.service in Debian.
cat > "$T/etc/systemd/system/mysql@.service" <<'X'
[Unit]
Description=Percona XtraDB Cluster (lab stand-in) with config /etc/default/mysql.%I
After=network.target
Conflicts=mariadb.service
[Service]
Type=notify
User=mysql
Group=mysql
AmbientCapabilities=CAP_IPC_LOCK
EnvironmentFile=-/etc/default/mysql.%I
ExecStartPre=+/usr/bin/install -m 755 -o mysql -g root -d /run/mysqld
ExecStart=/bin/sh -c "VAR=`/usr/bin/galera_recovery`; [ $? -eq 0 ] || exit 1; exec /usr/sbin/mariadbd $EXTRA_ARGS $VAR"
SyslogIdentifier=mariadbd
KillSignal=SIGTERM
SendSIGKILL=no
Restart=no
UMask=007
TimeoutStartSec=900
TimeoutStopSec=900
LimitNOFILE=32768
[Install]
WantedBy=multi-user.target
X
rm -rf "$T/etc/systemd/system/mysql@.service.d"
echo 'EXTRA_ARGS="--wsrep-new-cluster"' > "$T/etc/default/mysql.bootstrap"
ln -sf mariadbd "$T/usr/sbin/mysqld"

# An initialised data directory is kept beside the tree: were it in it, a host could not rename it
# (overlayfs refuses to move a directory of the lower layer).
rm -rf "$T/var/lib/mysql" "$T/var/log/mysql"/*
in_tree mariadb-install-db --user=mysql --datadir=/var/lib/mysql --auth-root-authentication-method=socket --skip-test-db >/dev/null
in_tree chown mysql:mysql /var/lib/mysql
mv "$T/var/lib/mysql" "$new/mysql"
rm -rf "$T/var/cache/apt"/*.bin "$T/var/cache/apt/archives"/*.deb "$T/var/lib/apt/lists"/*

touch "$new/ready"
rm -rf --one-file-system "$base"; mv "$new" "$base"
for old in "$LAB_BASES"/*; do   # a host that is off for a moment needs its tree too
  [ "$old" = "$base" ] || in_use "$old" || rm -rf --one-file-system "$old"
done
log "base tree ready: $base ($(du -sh "$base" | cut -f1)) after $(($(date +%s) - t0)) s"
