#!/bin/bash
# machine.sh - what this machine can host, and the packages it needs for that.
#
#   machine.sh can-lab      exit 0, or say in one sentence why the lab's hosts cannot run here
#   machine.sh can-install  exit 0, or say why packages cannot be installed here
#   machine.sh install      install what the lab and the servers need (root, apt); idempotent
. "$(dirname "$0")/lib.sh"

packages=(mmdebstrap systemd-container iproute2 nftables openssh-client openssh-server util-linux)

can_install() {
  command -v apt-get >/dev/null || { echo "there is no apt-get"; return 1; }
  [ "$(id -u)" = 0 ] || { echo "not root"; return 1; }
}

can_lab() {
  local why
  [ "$(uname -s)" = Linux ] || { echo "not Linux"; return 1; }
  why=$(can_install) || { echo "$why"; return 1; }
  unshare --mount --net --pid --fork true 2>/dev/null || { echo "namespaces are not allowed here"; return 1; }
  why=$(mktemp -d); mkdir "$why"/{l,u,w,m}
  unshare --mount sh -c "mount -t tmpfs none $why/u && mkdir $why/u/u $why/u/w &&
    mount -t overlay none -o lowerdir=$why/l,upperdir=$why/u/u,workdir=$why/u/w $why/m" 2>/dev/null ||
    { rm -rf "$why"; echo "overlay mounts are not allowed here"; return 1; }
  rm -rf "$why"
  why=$(cgroup_roots | head -1)
  if ! { [ -n "$why" ] && mkdir -p "$why/quarterdeck-lab"; } 2>/dev/null; then echo "cgroups cannot be written here"; return 1; fi
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
