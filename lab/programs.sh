# shellcheck shell=bash
# Find the servers' programs, installed or unpacked by fetch.sh.  Source it after lib.sh.
LAB_PROGRAMS=${LAB_PROGRAMS:-$LAB_DIR/programs}

find_programs() { # the unpacked ones come last: what is installed fits the machine best
  PATH=$PATH:/usr/sbin:/sbin
  [ -d "$LAB_PROGRAMS/usr" ] || return 0
  PATH=$PATH:$LAB_PROGRAMS/bin:$LAB_PROGRAMS/usr/bin:$LAB_PROGRAMS/usr/sbin
  local d
  for d in "$LAB_PROGRAMS"/usr/lib/*-linux-gnu* "$LAB_PROGRAMS"/lib/*-linux-gnu*; do
    [ ! -d "$d" ] || export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$d
  done
}
program() { command -v "$1"; }
galera_provider() {
  local p; for p in /usr/lib/galera/libgalera_smm.so "$LAB_PROGRAMS/usr/lib/galera/libgalera_smm.so"; do
    [ ! -f "$p" ] || { echo "$p"; return; }
  done
  return 1
}
sshd_options() { # an sshd that is only unpacked does not find its helpers by itself
  local p=$LAB_PROGRAMS/usr/lib/openssh
  [ ! -x /usr/sbin/sshd ] || return 0
  [ ! -x "$p/sshd-session" ] || echo "SshdSessionPath $p/sshd-session"
  [ ! -x "$p/sshd-auth" ] || echo "SshdAuthPath $p/sshd-auth"
}
find_programs
