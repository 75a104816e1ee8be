"""A stand-in that plays sudo, since the real one needs accounts of its own; the hosts of the lab have it.

It asks on standard error, reads standard input byte by byte, and says what sudo 1.9 says.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.systems.ssh.servers import Estate

SUDO = r"""#!/bin/sh
# args: [-k] -n|-S [-p PROMPT] [-v] [-- COMMAND...]
log=@LOG@ mode=@MODE@ prompt='[sudo] password: ' quiet= validate=
while [ $# -gt 0 ]; do
  case $1 in
    -n) quiet=1 ;;
    -S|-k) ;;
    -p) prompt=$2; shift ;;
    -v) validate=1 ;;
    --) shift; break ;;
    *) break ;;
  esac
  shift
done
echo "$*" >>"$log"
case $mode in
  free) ;;
  never) echo "Sorry, user tester is not allowed to execute '$*' as root on here." >&2; exit 1 ;;
  tty) echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1 ;;
  password)
    if [ -n "$quiet" ]; then echo "sudo: a password is required" >&2; exit 1; fi
    n=0
    while :; do
      printf %s "$prompt" >&2
      IFS= read -r given || { echo >&2; echo "sudo: no password was provided" >&2; exit 1; }
      [ "$given" = "right one" ] && break
      n=$((n + 1)); sleep 0.3; echo "Sorry, try again." >&2
      [ $n = 3 ] && { echo "sudo: 3 incorrect password attempts" >&2; exit 1; }
    done ;;
esac
[ -n "$validate" ] && exit 0
exec "$@"
"""


def host_with_sudo(estate: Estate, mode: str) -> Path:
    """Start a host whose sudo is the stand-in; return the file with what it was asked to run."""
    programs = estate.folder / "bin"
    programs.mkdir()
    log = estate.folder / "sudo.log"
    sudo = programs / "sudo"
    sudo.write_text(SUDO.replace("@LOG@", str(log)).replace("@MODE@", mode))
    sudo.chmod(sudo.stat().st_mode | stat.S_IXUSR)
    server = estate.sshd("db1", env={"PATH": f"{programs}:{os.environ['PATH']}"})
    assert server.process is not None
    return log
