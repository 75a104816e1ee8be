#!/bin/bash
# guest.sh - a real guest in QEMU (software emulation, no KVM, no root) with a serial line, VNC and SPICE on loopback.
#
#   guest.sh fetch     QEMU, a kernel and busybox, unpacked from Debian's packages: once, 20 to 60 s, 130 MB
#   guest.sh up        boot it: about 5 s to a shell on the serial line and on the screen; a second time returns at once
#   guest.sh restart   as after a hard reboot
#   guest.sh cut       end it without a word, as when its host dies
#   guest.sh down      end it and remove its data
#   guest.sh ports     print its ports: serial, VNC, SPICE; a second serial line and VNC as websockets of QEMU's own
#   guest.sh log       print what it wrote to its serial line
#
# GUEST_DIR and GUEST_PORT (27000, and the 4 after it) tell several on one machine apart.
# GUEST_VGA=std|qxl and GUEST_APPEND (more words for its kernel, such as vga=791) make other screens.
. "$(dirname "$0")/lib.sh"
GUEST_DIR=${GUEST_DIR:-$LAB_DIR/guest/run}
GUEST_PORT=${GUEST_PORT:-27000}
SERIAL=$GUEST_PORT VNC=$((GUEST_PORT + 1)) SPICE=$((GUEST_PORT + 2)) SERIAL_WS=$((GUEST_PORT + 3)) VNC_WS=$((GUEST_PORT + 4))
unpacked=$LAB_DIR/guest/programs

fetch() { # apt's lists and cache are our own, as in fetch.sh
  [ ! -f "$unpacked/ready" ] || return 0
  local d=$unpacked.new f apt kernel names
  command -v apt-get >/dev/null || die "there is no apt-get to fetch QEMU with"
  mkdir -p "$LAB_DIR/guest"; exec 7>"$LAB_DIR/guest/.lock"; flock 7
  [ ! -f "$unpacked/ready" ] || return 0
  rm -rf "$d"; mkdir -p "$d"/{debs,lists/partial,cache}
  apt=(-o "Dir::State::Lists=$d/lists" -o "Dir::Cache=$d/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=3)
  log "fetching QEMU, a kernel and busybox"
  apt-get -qq "${apt[@]}" update || die "apt-get could not read the package lists"
  kernel=$(apt-cache "${apt[@]}" depends --important linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9]\S*\)$/\1/p' | head -n 1)
  [ -n "$kernel" ] || die "apt-cache names no kernel for a cloud's guest (linux-image-cloud-amd64)"
  mapfile -t names < <(apt-get -qq "${apt[@]}" --simulate --no-install-recommends install qemu-system-x86 | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
  (cd "$d/debs" && apt-get -qq "${apt[@]}" download busybox-static "$kernel" "${names[@]}" >/dev/null) || die "apt-get could not download QEMU"
  for f in "$d"/debs/*.deb; do dpkg -x "$f" "$d"; done
  cp "$d"/boot/vmlinuz-* "$d/vmlinuz"
  rm -rf "$d"/{debs,lists,cache,boot} "$d"/lib/modules "$d"/usr/share/{doc,man}
  make_initrd "$d"
  touch "$d/ready"; rm -rf "$unpacked"; mv "$d" "$unpacked"
  exec 7>&-
}

make_initrd() { # busybox, and an init that opens a shell on each serial line and one on the screen
  local tree=$1/tree name
  mkdir -p "$tree"/{bin,dev,proc,sys,tmp}; cp "$1/bin/busybox" "$tree/bin/busybox"
  for name in sh mount mknod stty cttyhack setsid sleep cat echo printf hostname dmesg uname resize seq yes reset; do ln -sf busybox "$tree/bin/$name"; done
  cat > "$tree/init" <<'X'
#!/bin/sh
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
hostname guest; export PS1='guest# ' HOME=/tmp TERM=linux; cd /tmp
on() { while :; do setsid sh -c "exec cttyhack sh -i </dev/$1 >/dev/$1 2>&1"; sleep 1; done; }
for t in tty1 ttyS0 ttyS1; do echo "The guest is up." >/dev/$t; done
on tty1 &
on ttyS1 &
on ttyS0
X
  chmod 755 "$tree/init"
  (cd "$tree" && find . | "$1/bin/busybox" cpio -o -H newc -R 0:0 2>/dev/null | gzip -1 > ../initrd.gz)
  rm -rf "$tree"
}

pid() { pid_read "$GUEST_DIR/pid"; }
has_shell() { grep -q 'guest# ' "$GUEST_DIR/serial.log" 2>/dev/null || ! pid >/dev/null; }
start() {
  local p q=$unpacked
  for p in "$SERIAL" "$VNC" "$SPICE" "$SERIAL_WS" "$VNC_WS"; do ! listens "$p" || die "port $p is taken by somebody else: set GUEST_PORT"; done
  mkdir -p "$GUEST_DIR"; chmod 700 "$GUEST_DIR"; rm -f "$GUEST_DIR/serial.log"
  LD_LIBRARY_PATH=$(printf %s: "$q"/usr/lib/*-linux-gnu* "$q"/lib/*-linux-gnu*) QEMU_MODULE_DIR=$(echo "$q"/usr/lib/*-linux-gnu/qemu) \
    setsid "$q/usr/bin/qemu-system-x86_64" -L "$q/usr/share/qemu" -L "$q/usr/share/seabios" -name guest -M pc -cpu qemu64 -accel tcg -m 128 \
    -nodefaults -vga "${GUEST_VGA:-std}" -kernel "$q/vmlinuz" -initrd "$q/initrd.gz" \
    -append "console=tty0 console=ttyS0 panic=-1 ${GUEST_APPEND:-}" \
    -chardev "socket,id=plain,host=127.0.0.1,port=$SERIAL,server=on,wait=off,logfile=$GUEST_DIR/serial.log" -serial chardev:plain \
    -chardev "socket,id=web,host=127.0.0.1,port=$SERIAL_WS,server=on,wait=off,websocket=on" -serial chardev:web \
    -vnc "127.0.0.1:$((VNC - 5900)),websocket=$VNC_WS" -spice "port=$SPICE,addr=127.0.0.1,disable-ticketing=on" -display none \
    > "$GUEST_DIR/qemu.out" 2>&1 < /dev/null 7>&- 9>&- &
  pid_save "$GUEST_DIR/pid" $!; disown
  poll 90 "the guest to boot" has_shell
  pid >/dev/null || die "QEMU ended: $(tail -n 2 "$GUEST_DIR/qemu.out" | paste -sd' ')"
}
up() { fetch; pid >/dev/null || start; }
is_gone() { ! pid >/dev/null; }
cut_off() { local p; p=$(pid) || return 0; kill -KILL "$p"; poll 15 "the guest to end" is_gone; }
restart() { cut_off; up; }
down() { cut_off; rm -rf "${GUEST_DIR:?}"; }
ports() { echo "serial=$SERIAL vnc=$VNC spice=$SPICE serial_ws=$SERIAL_WS vnc_ws=$VNC_WS"; }

case ${1:-} in
  fetch|up|restart|down|ports) "$1" ;;
  cut) cut_off ;;
  log) cat "$GUEST_DIR/serial.log" ;;
  *) usage "$0" ;;
esac
