"""A gate on a host that holds the bootstrap of its database, and counts what was run there."""

from __future__ import annotations

from collections.abc import Callable

from tests.lab.lab import Lab, wait_for
from tests.lab.scripts import LabError

_SHUT = r"""
rm -f /root/gate /root/starts /root/bootstraps
mkfifo /root/gate
[ -e /usr/bin/galera_new_cluster.real ] || mv /usr/bin/galera_new_cluster /usr/bin/galera_new_cluster.real
cat > /usr/bin/galera_new_cluster <<'END'
#!/bin/sh
echo bootstrap >> /root/bootstraps
exec /usr/bin/galera_new_cluster.real "$@"
END
chmod 755 /usr/bin/galera_new_cluster
mkdir -p /etc/systemd/system/mariadb.service.d
cat > /etc/systemd/system/mariadb.service.d/gate.conf <<'END'
[Service]
ExecStartPre=+/bin/sh -c 'echo "$INVOCATION_ID" >> /root/starts; read x < /root/gate'
END
systemctl daemon-reload
"""
_OPEN = """
rm /etc/systemd/system/mariadb.service.d/gate.conf
systemctl daemon-reload
timeout 20 sh -c 'echo > /root/gate'
"""
_JOBS = "/var/lib/quarterdeck/jobs"


class BootstrapGate:
    """Holds `galera_new_cluster` of one host in the middle until it is opened; goes with the lab's reset."""

    def __init__(self, lab: Lab, host: str) -> None:
        self._lab, self._host = lab, host
        lab.sh(host, _SHUT)

    def wait_held(self, has_failed: Callable[[], str] = lambda: "", deadline_s: float = 180) -> None:
        """Wait until the bootstrap has begun and stands at the gate; `has_failed` tells why it never will."""

        def is_held() -> bool:
            if why := has_failed():
                raise LabError(f"the bootstrap did not begin: {why}")
            return bool(self.starts())

        wait_for(f"{self._host} to stand at the gate", is_held, deadline_s)

    def open(self) -> None:
        """Let it go on; works with the cable out."""
        self._lab.sh(self._host, _OPEN)

    def wait_ended(self, deadline_s: float = 60) -> None:
        """Wait until the job on the host has ended, whoever follows it."""

        def has_ended() -> bool:
            return "ended.0" in self._lab.sh(self._host, f"ls {_JOBS}/*.bootstrap-*.1.1", check=False)

        wait_for(f"the end of the bootstrap on {self._host}", has_ended, deadline_s)

    def bootstraps(self) -> int:
        """How often the bootstrap command was run on this host."""
        return len(self._lines("bootstraps"))

    def starts(self) -> list[str]:
        """The invocation of every start of the database that came to the gate."""
        return self._lines("starts")

    def jobs(self, run: str) -> list[str]:
        """Names of the jobs of the step that a run began here."""
        return sorted(self._lab.sh(self._host, f"ls {_JOBS} | grep {run}.bootstrap", check=False).split())

    def _lines(self, name: str) -> list[str]:
        return self._lab.sh(self._host, f"cat /root/{name}", check=False).split()
