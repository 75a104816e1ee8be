# shellcheck shell=bash disable=SC2154
# Faults that leave database processes or whole hosts down.

kill_units() {
  local h
  for h in "$@"; do
    lab_sh "$h" 'mkdir -p /run/systemd/system/mariadb.service.d
      printf "[Service]\nRestart=no\n" > /run/systemd/system/mariadb.service.d/lab-stays-down.conf; systemctl daemon-reload'
  done
  for h in "$@"; do lab_sh "$h" 'systemctl kill -s KILL mariadb 2>/dev/null; true' & done; wait
  for h in "$@"; do poll 10 "$h down" not_running "$h"; done
}
not_running() { unit_is "$1" failed || unit_is "$1" inactive; }
start_all() { local h; for h in "$@"; do start_unit "$h"; done; }

#: kill -9 of one node's mariadbd; a drop-in keeps systemd from starting it again
break_kill_one() { kill_units "${1:-$LAST}"; }
heal_kill_one() { start_unit "${1:-$LAST}"; healed; }

#: kill -9 of all nodes but the first at once: the survivor loses the quorum
break_kill_two() { if [ $# = 0 ]; then kill_units "${REST[@]}"; else kill_units "$@"; fi; }
heal_kill_two() {
  if not_running "$LAST"; then
    poll 30 "$FIRST to miss the others" status_is "$FIRST" wsrep_cluster_status non-Primary
    lab_sql "$FIRST" "SET GLOBAL wsrep_provider_options='pc.bootstrap=1'"
  fi
  if [ $# = 0 ]; then start_all "${REST[@]}"; else start_all "$@"; fi
  healed
}

#: one node stopped cleanly
break_stop_one() { lab_exec "${1:-$LAST}" systemctl stop mariadb; }
heal_stop_one() { heal_kill_one "$@"; }

#: all nodes but the first stopped cleanly: the first stays Primary, alone
break_stop_two() { local h; for h in "${REST[@]}"; do break_stop_one "$h"; done; }
heal_stop_two() { start_all "${REST[@]}"; healed; }

#: all nodes stopped cleanly, the first one last: it has safe_to_bootstrap 1
break_stop_all() { break_stop_two; break_stop_one "$FIRST"; }
heal_stop_all() {
  not_running "$FIRST" && lab_exec "$FIRST" galera_new_cluster
  heal_stop_two
}

all_down() { local h; for h in "$@"; do is_on "$h" && ! unit_is "$h" inactive && return 1; done; return 0; }
power_cycle() { # cut them all in the same moment; afterwards they are on, with the database left off
  host cut "$@"
  LAB_HOLD=1 host boot "$@"; host wait "$@"
}

#: power loss of all hosts; back on, databases off, gvwstate.dat on every node
break_power_loss() {
  ! all_down "${MEMBERS[@]}" || return 0
  write_rows "$FIRST" 50
  power_cycle "${MEMBERS[@]}"
}
heal_power_loss() { "$LAB_HERE/galera.sh" start "${MEMBERS[@]}"; healed; }

#: power loss of all hosts; back on, databases off, and no gvwstate.dat on any node
break_power_loss_no_view() {
  local h
  break_power_loss
  for h in "${MEMBERS[@]}"; do lab_exec "$h" rm -f /var/lib/mysql/gvwstate.dat; done
}

#: power loss of all hosts; one (HOST) stays off for ever, the others are back with databases off
break_never_returns() {
  local gone=${1:-$LAST} h back=()
  for h in "${MEMBERS[@]}"; do [ "$h" = "$gone" ] || back+=("$h"); done
  is_on "$gone" || return 0
  write_rows "${back[0]}" 50
  host cut "${MEMBERS[@]}"
  LAB_HOLD=1 host boot "${back[@]}"; host wait "${back[@]}"
}

#: as never-returns, but the databases of the others are started and wait for HOST, non-Primary
break_never_returns_waiting() {
  local gone=${1:-$LAST} h
  is_on "$gone" || return 0
  break_never_returns "$gone"
  for h in "${MEMBERS[@]}"; do [ "$h" = "$gone" ] || lab_exec "$h" systemctl start --no-block mariadb; done
}

#: one host without power (its mariadbd with it)
break_host_off() { ! is_on "${1:-$LAST}" || host cut "${1:-$LAST}"; }
heal_host_off() { host boot "${1:-$LAST}"; host wait "${1:-$LAST}"; healed; }

#: all stopped, the second node first, then writes, then the first; HOST, the most advanced, is without power
break_unequal_seqno() {
  local gone=${1:-$LAST} h order=()
  for h in "${MEMBERS[@]}"; do [ "$h" = "$gone" ] || order=("$h" "${order[@]}"); done
  is_on "$gone" || return 0
  for h in "${order[@]}"; do lab_exec "$h" systemctl stop mariadb; write_rows "$gone" 20; done
  host cut "$gone"
}

#: the node runs under mysql@bootstrap as after a bootstrap that nobody finished (default: the first)
break_left_in_bootstrap() {
  lab_exec "${1:-$FIRST}" systemctl --quiet is-active mysql@bootstrap && return
  break_stop_all
  lab_exec "$FIRST" systemctl start mysql@bootstrap
  start_all "${REST[@]}"
  whole
}
heal_left_in_bootstrap() {
  lab_exec "$FIRST" systemctl stop mysql@bootstrap
  start_unit "$FIRST"; healed
}

#: mysql@bootstrap is enabled at boot: the next reboot of HOST (default: the first) makes a second cluster
break_boot_unit() { lab_exec "${1:-$FIRST}" systemctl enable -q mysql@bootstrap; }
heal_boot_unit() { lab_exec "${1:-$FIRST}" systemctl disable -q mysql@bootstrap; }
