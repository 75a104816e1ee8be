# shellcheck shell=bash disable=SC2154
# Faults of the network, and of hosts that have one but do not answer.

#: database-to-database traffic of one node is dropped; SSH and SQL from the desk go on
break_partition() { host isolate "${1:-$LAST}"; }
heal_partition() { host heal "${1:-$LAST}"; healed; }

#: the network cable of one host is out: neither SSH nor its peers reach it
break_link_cut() { host unplug "${1:-$LAST}"; }
heal_link_cut() { host plug "${1:-$LAST}"; healed; }

#: SSH to one host is dropped, while its database goes on
break_ssh_blocked() {
  nsenter --net="/run/netns/$(host_ns "${1:-$LAST}")" nft -f - <<'X'
table inet labssh
delete table inet labssh
table inet labssh {
  chain i { type filter hook input priority -10; tcp dport 22 drop
  }
}
X
}
heal_ssh_blocked() { nsenter --net="/run/netns/$(host_ns "${1:-$LAST}")" nft delete table inet labssh 2>/dev/null || true; }

#: one node's mariadbd is stopped in its tracks (SIGSTOP): it accepts connections and answers nothing
break_frozen() { lab_exec "${1:-$LAST}" systemctl kill -s STOP mariadb; }
heal_frozen() { lab_exec "${1:-$LAST}" systemctl kill -s CONT mariadb; healed; }

# PID 1 of the host ignores SIGSTOP from inside, not from the machine.
signal_host() { local p; for p in $(cgroup_pids "$2"); do kill "-$1" "$p" 2>/dev/null || true; done; }

#: one whole host is stopped in its tracks: TCP connects, sshd never says a word
break_host_frozen() { signal_host STOP "${1:-$LAST}"; }
heal_host_frozen() { signal_host CONT "${1:-$LAST}"; healed; }

#: one node is cut off and made Primary by force: two Primary components with one UUID
break_split_brain() {
  local h=${1:-$LAST}
  host isolate "$h"
  poll 30 "$h to notice that it is alone" status_is "$h" wsrep_cluster_size 1
  status_is "$h" wsrep_cluster_status Primary || lab_sql "$h" "SET GLOBAL wsrep_provider_options='pc.bootstrap=1'"
  poll 10 "$h Primary" status_is "$h" wsrep_cluster_status Primary
  lab_sql "$h" "INSERT INTO app.t(node, pad) VALUES(@@wsrep_node_name, 'written on the wrong side')"
}

#: the account ops of one host is no longer in its sudoers
break_wrong_sudo() { lab_exec "${1:-$LAST}" sed -i '/^ops /d' /etc/sudoers.d/lab; }
heal_wrong_sudo() { lab_sh "${1:-$LAST}" 'grep -q "^ops " /etc/sudoers.d/lab || echo "ops ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers.d/lab'; }

#: one host answers with another key than the one that is known (heal: the desk learns the new one)
break_host_key_changed() {
  [ -z "$(ssh_stranger "${1:-$LAST}")" ] || return 0
  lab_sh "${1:-$LAST}" 'f=/etc/ssh/ssh_host_ed25519_key; rm -f $f $f.pub; ssh-keygen -q -t ed25519 -N "" -f $f; systemctl restart ssh
    pkill -f "^sshd: (root|ops|opspw|nosudo)" || true'
}
heal_host_key_changed() { "$LAB_HERE/desk.sh"; }
ssh_stranger() { grep -qF "$(cut -d' ' -f2 "$LAB_RUN/$1/upper/etc/ssh/ssh_host_ed25519_key.pub")" "$LAB_RUN/known_hosts" || echo "$1"; }
