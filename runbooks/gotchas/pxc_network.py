"""Gotchas of addresses, names and ports (GOTCHAS A.4)."""

from __future__ import annotations

from runbooks.gotchas.detectors import config
from runbooks.model import Gotcha, Severity

PXC_NETWORK = (
    Gotcha(
        id="PXC-05",
        title="a node announces the wrong address",
        symptom="A join hangs, the donor cannot connect to the joiner, or an IST goes nowhere.",
        cause=(
            "wsrep_node_address is not set, so the first interface "
            "was taken: NAT, a floating IP, a second network."
        ),
        fix="Set wsrep_node_address on every node; behind NAT the receive addresses of SST and IST too.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-05; P80:wsrep-system-index; GDOC mysql-wsrep-options",
        detector=config.wrong_address,
    ),
    Gotcha(
        id="PXC-06",
        title="another cluster name",
        symptom='A node never joins; logs speak of "my group" and "peer group".',
        cause="wsrep_cluster_name is not the same on all nodes.",
        fix="Give all nodes the same name; changing it stops only the node that is changed.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-06; GSRC:gcomm/src/gmcast_proto.cpp",
        detector=config.other_name,
        blocks=True,
    ),
    Gotcha(
        id="PXC-07",
        title="not every node is in the list",
        symptom="A node that restarts while its only listed peer is down finds nobody and exits.",
        cause="wsrep_cluster_address names one node, or an old set of them.",
        fix="List all nodes on all nodes; a node's own address may stand there.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-07; P80:configure-nodes; section 0.4 E9",
        detector=config.incomplete_list,
    ),
    Gotcha(
        id="PXC-15",
        title="port 4444 is filtered",
        symptom="The SST begins, nothing happens, both sides time out, and the joiner ends with 32.",
        cause="The joiner listens on TCP 4444 and the donor connects to it; the way is closed.",
        fix="Open 4444 between all nodes, both ways.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-15; PSST14; PSST",
        why_no_detector="Only during a transfer: ss -ltnp on the joiner, nc -zv JOINER 4444 from the donor.",
    ),
    Gotcha(
        id="PXC-31",
        title="UDP 4567 as well",
        symptom="Nodes do not find one another although TCP 4567 is open.",
        cause="gmcast.mcast_addr is set, and multicast uses UDP on the same port.",
        fix="Open UDP 4567 too, or remove the multicast address.",
        severity=Severity.INFO,
        source="GOTCHAS A.4 PXC-31; GDOC firewall-settings",
        detector=config.multicast,
    ),
    Gotcha(
        id="PXC-33",
        title="a notify command in the way",
        symptom="A node stalls at every change of members.",
        cause="wsrep_notify_cmd runs inside the handling of the view, and waits for its script.",
        fix="Let the script put its work into the background and return at once.",
        severity=Severity.INFO,
        source="GOTCHAS A.4 PXC-33; GDOC notification-cmd",
        detector=config.notify_command,
    ),
)
"""The gotchas of A.4 that are about the network."""
