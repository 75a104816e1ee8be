"""The files that lb-vip writes: the section of HAProxy, and the health check of each node with its units."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.inputs import number
from runbooks.lb_vip import inputs
from runbooks.lb_vip.situation import Member, Situation
from runbooks.vips.inputs import IDLE


@dataclass(frozen=True, slots=True)
class Check:
    """What belongs to the check on one port: a check on another port shares none of it, and stays."""

    port: int

    @property
    def name(self) -> str:
        """Of its units, its files, and the system account that alone may read its login."""
        return f"quarterdeck-check-{self.port}"

    @property
    def folder(self) -> str:
        return f"/etc/{self.name}"

    @property
    def login(self) -> str:
        return f"{self.folder}/login.cnf"

    @property
    def script(self) -> str:
        return f"/usr/local/sbin/{self.name}"

    @property
    def socket_unit(self) -> str:
        return f"/etc/systemd/system/{self.name}.socket"

    @property
    def service_unit(self) -> str:
        return f"/etc/systemd/system/{self.name}@.service"

    def account(self, member: Member) -> str:
        """The database account of one node's check. One a node, so that no password leaves its host.

        16 characters at most, which is all that servers before MySQL 5.7.8 take.
        """
        return f"qdcheck_{self.port}_{member.number}"


def check_of(seen: Situation) -> Check:
    """The check that this address asks."""
    return Check(seen.check_port)


def section(seen: Situation) -> str:
    """What is added to each balancer's configuration: the same text on all of them."""
    name = seen.found.section
    lines = ["", f"# BEGIN quarterdeck lb-vip {seen.found.vip}: do not edit between these two lines"]
    lines += _listen(seen, name, seen.port, seen.writer)
    if seen.reader_port is not None:
        lines += ["", *_listen(seen, f"{name}-readers", seen.reader_port, "")]
    lines.append(f"# END quarterdeck lb-vip {seen.found.vip}")
    return "\n".join(lines) + "\n"


def _listen(seen: Situation, name: str, port: int, writer: str) -> list[str]:
    interval, fall, rise, idle = (
        number(seen.values, wanted) for wanted in (inputs.INTERVAL, inputs.FALL, inputs.RISE, IDLE)
    )
    lines = [
        f"listen {name}",
        f"    bind :{port}",
        "    mode tcp",
        "    option tcplog",
        "    balance roundrobin",
        "    option httpchk GET /",
        "    http-check expect status 200",
        "    retries 3",
        "    option redispatch",
        "    timeout connect 5s",
        f"    timeout check {seen.check_timeout_ms}ms",
        f"    timeout client {idle}s",
        f"    timeout server {idle}s",
        f"    default-server inter {interval}s fall {fall} rise {rise} on-marked-down shutdown-sessions",
    ]
    for member in seen.members:
        there = f"[{member.address}]" if ":" in member.address else member.address
        line = f"    server {member.host} {there}:{member.port} check port {seen.check_port}"
        if writer:
            line += " on-marked-up shutdown-backup-sessions" if member.host == writer else " backup"
        lines.append(line)
    return lines


def script(seen: Situation, member: Member) -> str:
    """The check: one connection, one answer. It reads the whole request first, or its close is a reset."""
    fit = "4|2" if seen.donors_serve else "4"
    return f"""#!/bin/sh
# Written by lb-vip. HTTP 200 while this node may serve clients, else 503 with the reason.
case "$REMOTE_ADDR" in {"|".join(may_ask(seen, member))}) ;; *) exit 1 ;; esac
while read -r line; do
  line=$(printf '%s' "$line" | tr -d '\\r')
  [ -n "$line" ] || break
done
told=$(timeout 1.5 {member.node.client} --defaults-file={check_of(seen).login} -NB -e "
  SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_local_state', 'wsrep_cluster_status', 'wsrep_ready');
  SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_reject_queries', 'pxc_maint_mode')" 2>/dev/null)
of() {{ printf '%s\\n' "$told" | awk -v name="$1" 'tolower($1) == name {{ print $2 }}'; }}
why=
case $(of wsrep_local_state) in
  {fit}) ;;
  '') why='the database does not answer' ;;
  *) why='not Synced' ;;
esac
[ -n "$why" ] || [ "$(of wsrep_cluster_status)" = Primary ] || why='not in the Primary component'
[ -n "$why" ] || [ "$(of wsrep_ready)" = ON ] || why='not ready'
case $(of wsrep_reject_queries) in ''|NONE) ;; *) why=${{why:-'rejects queries'}} ;; esac
case $(of pxc_maint_mode) in ''|DISABLED) ;; *) why=${{why:-'in maintenance'}} ;; esac
if [ -z "$why" ]; then code='200 OK' body='may serve'; else code='503 Service Unavailable' body=$why; fi
printf 'HTTP/1.1 %s\\r\\nContent-Type: text/plain\\r\\nConnection: close\\r\\n' "$code"
printf 'Content-Length: %d\\r\\n\\r\\n%s\\r\\n' $((${{#body}} + 2)) "$body"
"""


def may_ask(seen: Situation, member: Member) -> tuple[str, ...]:
    """Who gets an answer (D.3): each balancer by the address that it comes from, and the node itself.

    The unit says it to the kernel. The script says it again, for hosts whose systemd or kernel filters none.
    """
    asking = (one.nodes[member.host].source for one in seen.balancers if member.host in one.nodes)
    return tuple(dict.fromkeys(("127.0.0.1", "::1", member.address, *filter(None, asking))))


def socket_unit(seen: Situation, member: Member) -> str:
    """Listens on the node's own address. HAProxy asks often: no limit of starts may shut it."""
    there = f"[{member.address}]" if ":" in member.address else member.address
    return f"""[Unit]
Description=Health check of the Galera node for load balancers

[Socket]
ListenStream={there}:{seen.check_port}
FreeBind=yes
Accept=yes
MaxConnections=64
TriggerLimitIntervalSec=0
IPAddressDeny=any
IPAddressAllow={" ".join(may_ask(seen, member))}

[Install]
WantedBy=sockets.target
"""


def service_unit(seen: Situation) -> str:
    """One process a question, by an account that may do nothing else."""
    check = check_of(seen)
    return f"""[Unit]
Description=One answer of the Galera node's health check
CollectMode=inactive-or-failed

[Service]
ExecStart=-{check.script}
User={check.name}
StandardInput=socket
StandardError=journal
NoNewPrivileges=yes
TimeoutStartSec=10
RuntimeMaxSec=10
"""
