"""The end of every plan: who is expected to be in the cluster, and the steps that prove it."""

from __future__ import annotations

from collections.abc import Sequence

from runbooks.galera_recover.situation import Situation
from runbooks.membership import counts
from runbooks.model import Step
from runbooks.steps.prove import prove_steps


def proof_steps(seen: Situation, hosts: Sequence[str]) -> tuple[Step, ...]:
    """Prove that these hosts make one cluster; those that cannot be commanded are only counted."""
    order = {host: index for index, host in enumerate(seen.hosts)}
    nodes = [node for host in sorted(set(hosts), key=lambda host: order[host]) if (node := seen.node(host))]
    if not nodes:
        return ()
    return prove_steps(nodes, seen.look, beside=_beside(seen, [node.host for node in nodes]))


def _beside(seen: Situation, proven: Sequence[str]) -> int:
    """Members that the cluster counts and that are not proven, since nobody can reach them."""
    if len(seen.found.groups) != 1:
        return 0
    group = seen.found.groups[0]
    rest = [host for host in seen.hosts if host not in proven]
    return sum(1 for host in rest if counts(seen.look.survey, group, host))
