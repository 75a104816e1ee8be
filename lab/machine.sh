#!/bin/bash
# machine.sh - what this machine can host, and the packages it needs for that.
#
#   machine.sh can-lab      exit 0, or say why the lab's hosts cannot run here, and what would help
#   machine.sh can-install  exit 0, or say why packages cannot be installed here, and what would help
#   machine.sh install      install what the lab and the servers need (root, apt); idempotent
. "$(dirname "$0")/lib.sh"

packages=(mmdebstrap systemd-container iproute2 nftables openssh-client openssh-server util-linux busybox)

can_install() {
  command -v apt-get >/dev/null || { echo "there is no apt-get: use Debian or a relative of it"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "this needs root: run make check as root"; return 1; }
}

can_lab() {
  local try why
  [ "$(uname -s)" = Linux ] || { echo "this is not Linux: use a Linux machine"; return 1; }
  why=$(can_install) || { echo "$why"; return 1; }
  unshare --mount --net --pid --fork true 2>/dev/null ||
    { echo "namespaces are not allowed here: use a virtual machine, or a container with CAP_SYS_ADMIN"; return 1; }
  mkdir -p "$LAB_DIR"; try=$(mktemp -d -p "$LAB_DIR"); mkdir "$try"/{l,u,w,m}
  unshare --mount mount -t overlay none -o "lowerdir=$try/l,upperdir=$try/u,workdir=$try/w" "$try/m" 2>/dev/null ||
    why="$LAB_DIR cannot hold overlay mounts: set LAB_DIR to a folder on a file system such as ext4"
  rm -rf "$try"
  [ -z "$why" ] || { echo "$why"; return 1; }
  try=$(cgroup_roots | head -1)
  { [ -n "$try" ] && mkdir -p "$try/quarterdeck-lab"; } 2>/dev/null ||
    { echo "cgroups cannot be written here: use a virtual machine"; return 1; }
}

missing() {
  local p; for p in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || echo "$p"
  done
}

install_packages() {
  local m why; mapfile -t m < <(missing)
  [ ${#m[@]} -gt 0 ] || return 0
  why=$(can_install) || die "cannot install ${m[*]}: $why"
  log "installing on the machine: ${m[*]}"
  # sshd is wanted for its program: a service must not start on this machine because of a test
  local rc=0 guard=/usr/sbin/policy-rc.d
  if [ ! -e "$guard" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$guard"; chmod 755 "$guard"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  { apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
      install -y -qq --no-install-recommends "${m[@]}" </dev/null >/dev/null; } || rc=$?
  [ "$rc" = 0 ] || die "apt-get could not install ${m[*]} (status $rc)"
}

case ${1:-} in
  can-lab) can_lab ;;
  can-install) can_install ;;
  install) install_packages ;;
  *) usage "$0" ;;
esac
