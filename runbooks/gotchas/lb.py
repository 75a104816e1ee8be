"""Gotchas of load balancers before a Galera cluster (GOTCHAS D.4).

What a stats socket and the nodes behind it tell is judged by `runbooks.vips.findings`, which needs more than
a look at the cluster: those gotchas light up in the pane of virtual addresses, in `triage` and in `doctor`.
"""

from __future__ import annotations

from runbooks.model import Gotcha, Severity

_BY_THE_PANE = "The pane of virtual addresses, `triage` and `doctor` tell it: it takes a balancer's word too."
_PLACE = "GOTCHAS D.4"


def _gotcha(
    number: int,
    title: str,
    symptom: str,
    cause: str,
    fix: str,
    *,
    look: str = _BY_THE_PANE,
    severity: Severity = Severity.WARNING,
    more: str = "",
) -> Gotcha:
    name = f"LB-{number:02d}"
    source = f"{_PLACE} {name}{f'; {more}' if more else ''}"
    return Gotcha(name, title, symptom, cause, fix, severity, source, why_no_detector=look)


LB = (
    _gotcha(
        1,
        "the check does not see the state of Galera",
        "Clients get error 1047 or old data from a node that joins, is donor, or is not in the Primary.",
        "mariadbd takes connections in every wsrep state; a check of the port, or a login, asks no more.",
        "Check with `option httpchk` on clustercheck, port 9200.",
        severity=Severity.CRITICAL,
        more="P57:haproxy howto; GDOC ha-proxy",
    ),
    _gotcha(
        2,
        "a member is not checked at all",
        "A dead node stays in rotation: every so-many-th connection fails after the timeout.",
        "Its server line has no `check`; in Octavia, the pool has no monitor.",
        "Add `check port 9200`.",
        more="NLB15",
    ),
    _gotcha(
        3,
        "idle connections are cut",
        '"server has gone away", broken pools, long statements that die after 50 s without traffic.',
        "The balancer's timeouts for client and server data.",
        "Raise `timeout client` and `timeout server` above the pools' idle time, or shorten that.",
        look="Open a session through the address, wait longer than the timeout, and ask again.",
        more="NLB15; OCT configuration",
    ),
    _gotcha(
        4,
        "writes go to several nodes in turn",
        "Deadlock 1213 at COMMIT, gaps in auto-increment values.",
        "Certification is optimistic: two nodes that write the same row find out at COMMIT.",
        "One writer by `backup` members, and applications that try again.",
        look="Watch the rates of wsrep_local_cert_failures and wsrep_local_bf_aborts.",
        more="GDOC kb multi-master conflicts",
    ),
    _gotcha(
        5,
        "what was written is not read",
        "A client reads through the address what it has just written, and does not find it.",
        "The read lands on a node that has not applied it yet.",
        "SET SESSION wsrep_sync_wait = 1 in those sessions.",
        look="Only the application knows which reads must see its own writes.",
        more="GDOC read-after-write",
    ),
    _gotcha(
        6,
        "the balancer is blocked as a host",
        "Error 1129 for the balancer's address, for all clients at once.",
        "Bare connections to the port count as broken handshakes until max_connect_errors is reached.",
        "Check port 9200 instead; TRUNCATE TABLE performance_schema.host_cache unblocks.",
        look="SELECT * FROM performance_schema.host_cache for the balancer's address.",
        severity=Severity.CRITICAL,
        more="MY57 blocked-host; MY84 host-cache",
    ),
    _gotcha(
        7,
        "all clients seem to be the balancer",
        "Grants for a host, audits and blocking see one address for everybody.",
        "The balancer opens the connections to the nodes.",
        "Grant for the balancers' network; PROXY protocol only where the server supports it.",
        look="Compare Host in the process list with the balancers' addresses.",
    ),
    _gotcha(
        8,
        "a name that stays the same is taken for a fault",
        "The same node answers every time though all are well.",
        "Pools keep their connections, and balancing by source address sticks.",
        "Ask with fresh connections, three times as many as there are members: `vips probe`.",
        look="`quarterdeck vips probe` tells where fresh connections land.",
    ),
    _gotcha(
        9,
        "clustercheck logs in as nobody",
        "A check answers 503 though its node is Synced.",
        "The default account in the upstream script begins with a dash, and unset options leave it so.",
        "Set MYSQL_USERNAME and MYSQL_PASSWORD where the script reads them; run it by hand.",
        more="CCHK script",
    ),
    _gotcha(
        10,
        "what clustercheck counts as down is a choice",
        "A donor is out of rotation though it answers, or in though it lags; rejected queries go unseen.",
        "Variants differ: local state only, or Primary and pxc_maint_mode too; AVAILABLE_WHEN_DONOR is off.",
        "Choose for donors with AVAILABLE_WHEN_DONOR; with three nodes a joiner and its donor leave one up.",
        more="CCHK; PCCHK",
    ),
    _gotcha(
        11,
        "clustercheck shows its password",
        "The password of the check stands in the process list.",
        "The script passes it on the command line.",
        "Give it an option file, by --defaults-extra-file.",
        look="ps -ef on a node while a check runs.",
        more="CCHK",
    ),
    _gotcha(
        12,
        "HAProxy's own mysql check cannot log in",
        "`option mysql-check` fails while clients log in well.",
        "It knows no caching_sha2_password; it needs an account without a password.",
        "Use `option httpchk` on clustercheck.",
        look="The check's answer tells the plugin: read it in the pane.",
        more="P80:haproxy",
    ),
    _gotcha(
        13,
        "every node answers 503",
        "No member is left, and all nodes are Synced.",
        "The account of the check is gone after a state transfer from a node without it, a disable file was "
        "left, xinetd's only_from, or the label of port 9200.",
        "curl -i NODE:9200 from a balancer, then put right what it says.",
        severity=Severity.CRITICAL,
    ),
    _gotcha(
        14,
        "a disable file was left behind",
        "One node answers 503 for days after its maintenance.",
        "The file clustercheck.disabled is still in /var/tmp.",
        "Remove it.",
        look="test -e /var/tmp/clustercheck.disabled on each node; the pane tells the 503.",
    ),
    _gotcha(
        15,
        "the floating address is there and shut",
        "The address does not answer from outside, and does from inside.",
        "The security group of the port behind it (old Neutron), or allowed_cidrs of the listener (Octavia).",
        "Open 3306 on that port's security group, or in --allowed-cidr.",
        look="nc -zv ADDRESS 3306 from a client's network.",
    ),
    _gotcha(
        16,
        "one network node carries the address",
        "The address is gone while a network node restarts.",
        "LBaaS v1 runs one HAProxy on one node.",
        "Move to Octavia, or run two balancers with a shared address.",
        look="neutron agent-list tells where it runs and whether it is alive.",
    ),
    _gotcha(
        17,
        "answers leave by another way",
        "Connections through the address hang, those to a node work.",
        "The kernel's reverse path check drops what comes in where it would not go out (RPF-08).",
        "rp_filter = 2 on that interface, in the namespace.",
        look="ip route get DESTINATION from SOURCE iif INTERFACE, in the balancer's namespace.",
    ),
    _gotcha(
        18,
        "a load balancer of Octavia is immutable",
        "Every change answers 409.",
        "It is in PENDING_UPDATE, or in ERROR.",
        "Wait for ACTIVE; from ERROR, openstack loadbalancer failover.",
        look="openstack loadbalancer show tells provisioning_status.",
        more="OCT docs",
    ),
    _gotcha(
        19,
        "the address is tried as root",
        "A test page or a script logs in as root through the address.",
        "root@'%' exists, so that it can.",
        "Drop root@'%'; try it with an account that has no right but to log in.",
        look="SELECT user, host FROM mysql.user WHERE user = 'root'.",
    ),
)
