"""Which pictures there are: a scene, the keys that lead to a page of it, and what must stand there."""

from __future__ import annotations

from dataclasses import dataclass

SMALL, WIDE = (80, 24), (160, 50)
"""The terminals that every page must look well on."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture."""

    scene: str
    """Its name in `tests.scenes.SCENES`."""
    steps: tuple[tuple[str, str], ...] = ()
    """Keys, separated by blanks, each followed by a text to wait for."""
    sizes: tuple[tuple[int, int], ...] = (SMALL, WIDE)


TO_THE_LAST_STEP = (
    ("7", "Runbooks"),
    ("end enter", "must tell"),
    ("enter", "touch /srv/prepared touch /srv/counted then"),
    ("enter", "on db2 recover-position"),
    ("enter", "on db1 galera_new_cluster"),
)

SHOTS: dict[str, Shot] = {
    "watch": Shot("one-node-down", (("", "2 of 3 in the cluster"),)),
    "watch-healthy": Shot("healthy", (("", "3 of 3 Synced"),)),
    "watch-asking": Shot("asking", (("", "asking 3 nodes"),), (SMALL,)),
    "watch-two-clusters": Shot("two-clusters", (("", "billing"),), (SMALL,)),
    "watch-nothing": Shot("nothing-to-watch", (("", "names no system"),), (SMALL,)),
    "watch-ascii": Shot("plain-signs", (("", "2 of 3 in the cluster"),)),
    "nodes": Shot("one-node-down", (("1", "answer b"),)),
    "nodes-lost": Shot("one-host-lost", (("1", "no answer"),)),
    "nodes-held": Shot("held-writes", (("1", "holds"),)),
    "nodes-differ": Shot("disagreement", (("1", "server version"),)),
    "nodes-hostile": Shot("hostile-text", (("1", "no answer"),), (SMALL,)),
    "node": Shot("healthy", (("1", "db1"), ("enter", "last committed"))),
    "why": Shot("one-node-down", (("w", "evidence"),), (SMALL,)),
    "hosts": Shot("one-node-down", (("6", "web1"), ("end", "port 22"))),
    "runbooks": Shot("one-node-down", (("b", "answers what you came from"),), (SMALL,)),
    "stream": Shot("one-node-down", (("1", "db2"), ("down l", "4 lines"))),
    "palette": Shot("one-node-down", (("colon d b", "node db1"),), (SMALL,)),
    "keys": Shot("one-node-down", (("question_mark", "Why"),), (SMALL,)),
    "arm": Shot("one-node-down", (("A", "This console is read-only"),), (SMALL,)),
    "plan": Shot("wizard-plan", (("b", "answers"), ("enter", "systemctl start"))),
    "step": Shot(
        "wizard-armed", (("b", "answers"), ("enter", "systemctl start"), ("enter", "Enter does it"))
    ),
    "no-return": Shot("no-return", TO_THE_LAST_STEP),
    "type-the-name": Shot("no-return", (*TO_THE_LAST_STEP, ("enter", "There is no way back")), (SMALL,)),
    "journal": Shot("wizard-armed", (("8", "armed for 15 min"),), (SMALL,)),
    "tiny": Shot("one-node-down", (("", "2 of 3 in the"),), ((40, 10),)),
}
