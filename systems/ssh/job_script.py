"""The shell script that runs a command as a job on a host, and tells what became of it. Plain POSIX sh.

A job is a directory. `mkdir` makes it, so that only one asker starts it; whoever comes later follows. In it:

    command   the line          pid       process and its start time      stdout, stderr
    boot_id   of the host       ended.N   `pid` renamed, with the status: even a full disk allows that

It lies where a restart of the host does not remove it; only when that place cannot be written, on a full
disk, it lies in a temporary one, which a restart empties. So a job that is nowhere is told with the time
since the host's last start: only one that was ordered after that start has never begun.

The line and its input come over standard input and are read to their end before anything starts: a link that
is cut halfway starts nothing, nothing secret stands on a disk or in an argument list, and `pgrep -f` does not
find the asker. From then on the input sits in the memory of a process that belongs to the job. A start that
arrives late, out of a queue somewhere on the way, does nothing either: `expiry` is by the host's clock.
"""

from __future__ import annotations

MAX_OUTPUT_BYTES = 4 << 20
"""Of each stream the end is brought back; all of it stays on the host."""

_PLACES = r"""
mask=$(umask)
umask 077
unset LC_ALL
say() { printf '\n%s%s %s\n' "$a" "$b" "$*"; }
uid=$(id -u)
if [ "$uid" = 0 ]; then
  set -- /var/lib/quarterdeck/jobs /run/quarterdeck/jobs
else
  set -- "${XDG_STATE_HOME:-$HOME/.local/state}/quarterdeck/jobs" "/tmp/quarterdeck-$uid/jobs"
fi
dir=
for d in "$@"; do [ -d "$d/$job" ] && dir=$d/$job; done
"""

_START = r"""
begin() {
  for d in "$@"; do
    case $d in "/tmp/quarterdeck-$uid/jobs")
      mkdir -m 700 "${d%/jobs}" 2>/dev/null
      [ -O "${d%/jobs}" ] && [ ! -L "${d%/jobs}" ] || continue
    esac
    mkdir -p "$d" 2>/dev/null
    [ -d "$d" ] && [ -O "$d" ] || continue
    head -c 65536 /dev/zero 2>/dev/null >"$d/.room.$$"; room=$?
    rm -f "$d/.room.$$"
    [ "$room" = 0 ] || continue
    find "$d" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} + 2>/dev/null
    if mkdir "$d/$job" 2>/dev/null; then dir=$d/$job; return 0; fi
    if [ -d "$d/$job" ]; then dir=$d/$job; return 1; fi
  done
  say nowhere
  exit 0
}
in=$(cat)
case $in in *"$end") ;; *) say cut; exit 0 ;; esac
in=${in#*"$start"}
in=${in%"$end"}
if [ -z "$dir" ]; then
  [ "$(date +%s)" -le "$expiry" ] || { say late; exit 0; }
  if begin "$@"; then
    printf '%s\n' "${in%%"$between"*}" >"$dir/command"
    in=${in#*"$between"}
    cat /proc/sys/kernel/random/boot_id >"$dir/boot_id"
    : >"$dir/stderr"
    QUARTERDECK_JOB=$job; export QUARTERDECK_JOB
    detach=$(command -v setsid)
    ( trap '' HUP; printf %s "$in" ) 2>/dev/null | $detach sh -c '
      d=$1 m=$2; read -r x </proc/$$/stat; x=${x##*) }; set -- $x
      echo "$$ ${20}" >"$d/pid.new"; mv "$d/pid.new" "$d/pid"
      PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; export PATH
      (umask "$m"; exec sh "$d/command"); s=$?
      mv "$d/pid" "$d/ended.$s"
    ' quarterdeck-job "$dir" "$mask" >"$dir/stdout" 2>"$dir/stderr" &
  fi
fi
in=
"""

_FOLLOW = r"""
if [ -z "$dir" ]; then
  up=0
  # A container was started when its first process was; in hundredths of a second.
  if read -r x 2>/dev/null </proc/1/stat && read -r up rest 2>/dev/null </proc/uptime; then
    up=${up%%.*}
    x=${x##*) }; set -- $x
    [ "$((${20} / 100))" -gt "$up" ] || up=$((up - ${20} / 100))
  fi
  say absent "$up"
  exit 0
fi
boot=$(cat /proc/sys/kernel/random/boot_id)
status=-
has_ended() {
  for f in "$dir"/ended.*; do [ -f "$f" ] && status=${f##*.} && return 0; done
  return 1
}
is_alive() {
  if [ -f "$dir/boot_id" ]; then [ "$(cat "$dir/boot_id")" = "$boot" ] || return 1; fi
  if read -r pid born 2>/dev/null <"$dir/pid"; then
    read -r x 2>/dev/null <"/proc/$pid/stat" || return 1
    x=${x##*) }; set -- $x
    [ "${20}" = "$born" ]
  else
    [ -n "$(find "$dir" -prune -mmin -1 2>/dev/null)" ]
  fi
}
size() { wc -c <"$1" 2>/dev/null || echo 0; }
until=$(( $(date +%s) + wait )) n=0
while :; do
  state=running
  if has_ended; then state=ended; break; fi
  if ! is_alive; then
    state=lost
    has_ended && state=ended
    break
  fi
  [ "$(date +%s)" -lt "$until" ] || break
  n=$((n + 1))
  if [ "$n" -lt 10 ]; then sleep 0.05 2>/dev/null || sleep 1; else sleep 0.25 2>/dev/null || sleep 1; fi
done
say "$state $status $(size "$dir/stdout") $(size "$dir/stderr") $dir"
tail -c "$most" "$dir/stdout" 2>/dev/null
say middle
tail -c "$most" "$dir/stderr" 2>/dev/null
say end
"""


def to_change() -> str:
    """Start the job unless it exists, then follow it for `wait` seconds."""
    return _PLACES + _START + _FOLLOW


def to_look() -> str:
    """Tell what became of the job, waiting for nothing. Changes nothing."""
    return _PLACES + _FOLLOW
