#!/bin/bash
# fetch.sh - unpack MariaDB, Galera and sshd from Debian's packages without installing them (no root).
#
#   fetch.sh           do it when mariadbd, the Galera provider or sshd is missing; about 20 s, 250 MB
#   fetch.sh path      print the folder that they are (or would be) unpacked in
#   fetch.sh missing   print which programs this machine lacks, installed or unpacked
. "$(dirname "$0")/lib.sh"
. "$LAB_HERE/programs.sh"

want=(mariadb-server galera-4 rsync openssh-server openssh-client)

missing() {
  local p
  for p in mariadbd mariadb mariadb-install-db wsrep_sst_rsync rsync sshd ssh-keygen; do
    program "$p" >/dev/null || echo "$p"
  done
  galera_provider >/dev/null || echo libgalera_smm.so
}

fetch() {
  local d=$LAB_PROGRAMS.new names
  command -v apt-get >/dev/null || die "there is no apt-get to fetch packages with"
  rm -rf "$d"; mkdir -p "$d"/{debs,lists/partial,cache}
  # lists and cache of our own: the machine's may be missing, and only root may renew them
  local apt=(apt-get -qq -o "Dir::State::Lists=$d/lists" -o "Dir::Cache=$d/cache" -o Debug::NoLocking=1
             -o APT::Sandbox::User= -o Acquire::Retries=3)
  "${apt[@]}" update || die "apt-get could not read the package lists"
  # what apt would install, as far as it is not installed
  mapfile -t names < <("${apt[@]}" --simulate --no-install-recommends install "${want[@]}" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
  [ ${#names[@]} -gt 0 ] || die "apt-get names no package to fetch, yet these are missing: $(missing | paste -sd' ')"
  log "unpacking ${#names[@]} packages into $LAB_PROGRAMS"
  (cd "$d/debs" && "${apt[@]}" download "${names[@]}" >/dev/null) || die "apt-get could not download the packages"
  local f; for f in "$d"/debs/*.deb; do dpkg -x "$f" "$d"; done
  rm -rf "$d"/{debs,lists,cache,usr/share/doc,usr/share/man}
  rm -rf "$LAB_PROGRAMS"; mv "$d" "$LAB_PROGRAMS"
  wrap_sshd
  find_programs
}

wrap_sshd() { # for programs that look for sshd on PATH: sshd insists on its absolute path, and on its helpers
  local o options="" bin=$LAB_PROGRAMS/bin
  [ -x "$LAB_PROGRAMS/usr/sbin/sshd" ] || return 0
  while read -r o; do [ -z "$o" ] || options+=" -o '$o'"; done < <(sshd_options)
  mkdir -p "$bin"
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s/usr/sbin/sshd"%s "$@"\n' \
    "$(printf %s: "$LAB_PROGRAMS"/usr/lib/*-linux-gnu* "$LAB_PROGRAMS"/lib/*-linux-gnu*)" "$LAB_PROGRAMS" "$options" > "$bin/sshd"
  chmod 755 "$bin/sshd"
}

case ${1:-} in
  path) echo "$LAB_PROGRAMS" ;;
  missing) missing ;;
  '')
    [ -n "$(missing)" ] || exit 0
    mkdir -p "$LAB_DIR"; exec 7>"$LAB_DIR/.fetch.lock"; flock 7
    find_programs
    [ -z "$(missing)" ] || fetch
    [ -z "$(missing)" ] || die "still missing after fetching: $(missing | paste -sd' ')"
    ;;
  *) usage "$0" ;;
esac
