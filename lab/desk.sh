#!/bin/bash
# desk.sh - (re)write what lies on the operator's desk: known_hosts, ssh_config, estate.toml.
# The hosts are those that exist; the clusters are the lines "NAME HOST..." of the file clusters; with load
# balancers there is a virtual address, whose file is vip.
. "$(dirname "$0")/lib.sh"
need_root
cd "$LAB_RUN"

fold() { # db1 db2 db3 -> db[1-3]; hosts that do not follow one another: db1,db3
  local first=${1#db} last=${*: -1}; last=${last#db}
  if [ $# -gt 1 ] && [ $((last - first + 1)) = $# ]; then echo "db[$first-$last]"; else (IFS=,; echo "$*"); fi
}

{ for h in $(lab_hosts); do
    echo "$h,$(host_addr "$h") $(cut -d' ' -f1,2 "$h/upper/etc/ssh/ssh_host_ed25519_key.pub")"
  done; } > .known_hosts.new
{ for h in $(lab_hosts); do printf 'Host %s\n  HostName %s\n' "$h" "$(host_addr "$h")"; done
  cat <<X
Host *
  User root
  IdentityFile $LAB_KEYS/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile $LAB_RUN/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 5
  LogLevel ERROR
X
} > .ssh_config.new
{ printf '[estate]\nname = "lab"\nssh_config = "%s"\n' "$LAB_RUN/ssh_config"
  touch clusters
  while read -r name hosts; do
    # shellcheck disable=SC2086
    printf '\n[[galera]]\nname = "%s"\nnodes = "%s"\nservice = "mariadb"\nsql = { via = "ssh" }\n' "$name" "$(fold $hosts)"
  done < clusters
  [ ! -f vip ] || printf '\n[[haproxy]]\nname = "orders-vip"\nhosts = "%s"\nbackend = "orders"\nserves = "orders"\naddress = "%s:3306"\nprobe = { user = "monitor_check" }\n' \
    "$(lab_hosts | grep '^lb' | paste -sd,)" "$(cat vip)"
} > .estate.toml.new
chmod 600 .known_hosts.new .ssh_config.new .estate.toml.new
for f in known_hosts ssh_config estate.toml; do mv ".$f.new" "$f"; done
