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
    ("b", "answers what you came from"),
    ("enter", "survey all nodes"),
    ("enter", "on db1 install -d"),
    ("", "s shell q stop here"),
    ("enter", "on db1 sed -i"),
    ("", "s shell q stop here"),
)

SHOTS: dict[str, Shot] = {
    "watch": Shot("one-node-down", (("", "2 of 3 in the cluster"),)),
    "watch-healthy": Shot("healthy", (("", "3 of 3 Synced"),)),
    "watch-asking": Shot("asking", (("", "asking 3 nodes"),), (SMALL,)),
    "watch-two-clusters": Shot("two-clusters", (("", "billing"),), (SMALL,)),
    "watch-nothing": Shot("nothing-to-watch", (("", "names no system"),), (SMALL,)),
    "watch-ascii": Shot("plain-signs", (("", "2 of 3 in the cluster"),)),
    "nodes": Shot("one-node-down", (("1", "R-1C"),)),
    "nodes-lost": Shot("one-host-lost", (("1", "no login"),)),
    "nodes-held": Shot("held-writes", (("1", "holds"),)),
    "nodes-differ": Shot("disagreement", (("1", "server version"),)),
    "nodes-hostile": Shot("hostile-text", (("1", "no answer"),), (SMALL,)),
    "node": Shot("healthy", (("1", "db1"), ("enter", "last committed"))),
    "why": Shot("one-node-down", (("w", "evidence"),), (SMALL,)),
    "hosts": Shot("one-node-down", (("6", "web1"), ("end", "port 22"))),
    "host": Shot("one-node-down", (("6 down", "web1"), ("enter", "load, one minute")), (SMALL,)),
    "runbooks": Shot("one-node-down", (("b", "answers what you came from"),), (SMALL,)),
    "stream": Shot("one-node-down", (("1", "db2"), ("space space space l", "7 lines"))),
    "palette": Shot("one-node-down", (("colon d b", "node db1"),), (SMALL,)),
    "keys": Shot("one-node-down", (("question_mark", "Why"),), (SMALL,)),
    "arm": Shot("one-node-down", (("A", "This console is read-only"),), (SMALL,)),
    "plan": Shot("wizard-plan", (("b", "answers"), ("enter", "systemctl start"))),
    "step": Shot(
        "wizard-armed",
        (
            ("b", "answers"),
            ("enter", "systemctl start"),
            ("enter", "Enter does it"),
            ("", "s shell q stop here"),
        ),
    ),
    "no-return": Shot("power-loss", TO_THE_LAST_STEP),
    "type-the-name": Shot("power-loss", (*TO_THE_LAST_STEP, ("enter", "There is no way back")), (SMALL,)),
    "journal": Shot("power-loss", (*TO_THE_LAST_STEP, ("escape", "Runbooks"), ("8", "step keep verified"))),
    "watch-cloud": Shot("cloud", (("", "6 instances"),), (SMALL,)),
    "watch-vips": Shot("vips", (("", "orders-vip"),), (SMALL,)),
    "vips": Shot("vips", (("2", "VIP-03"),)),
    "vips-healthy": Shot("vips-healthy", (("2", "3 of 3 members serve"),), (SMALL,)),
    "vips-rejecting": Shot("vips-rejecting", (("2", "VIP-01"),)),
    "vips-none": Shot("healthy", (("2", "No load balancer"),), (SMALL,)),
    "member": Shot("vips", (("2 down down", "sessions left"), ("enter", "lb1 says"))),
    "ladder": Shot("vips", (("2 w", "VIP-03"), ("w", "db2 is red because"))),
    "vips-probe": Shot("vips-healthy", (("2 p", "9 fresh connections"),), (SMALL,)),
    "vips-act": Shot("vips", (("2 end", "node says"), ("a", "drain on lb1")), (SMALL,)),
    "consoles": Shot("cloud", (("3", "The scheduler found"),)),
    "consoles-compute-down": Shot("cloud-compute-down", (("3", "nova-compute is down"),), (SMALL,)),
    "consoles-lost": Shot("cloud-lost", (("3", "connection refused"),), (SMALL,)),
    "watch-octavia": Shot("octavia", (("", "4 load balancers"),), (SMALL,)),
    "balancers": Shot("octavia", (("3", "6 instances"), ("o", "mail is in ERROR"))),
    "balancers-lost": Shot("octavia-lost", (("3", "6 instances"), ("o", "lacks a role")), (SMALL,)),
    "balancers-old": Shot("octavia-old", (("3", "6 instances"), ("o", "not managed")), (SMALL,)),
    "balancer": Shot(
        "octavia",
        (("3", "6 instances"), ("o down", "fails its checks"), ("enter down down", "member db2")),
    ),
    "failover": Shot(
        "octavia",
        (
            ("3", "6 instances"),
            ("o", "mail is in ERROR"),
            ("a", "This console is read-only"),
            ("t i c k e t enter", "Type the load"),
        ),
        (SMALL,),
    ),
    "consoles-none": Shot("healthy", (("3", "No cloud is named"),), (SMALL,)),
    "instance": Shot("cloud", (("3", "web-7"), ("enter", "web-1 login:"))),
    "console-access": Shot(
        "cloud", (("3 end", "web-1"), ("c", "in a browser, by SPICE"), ("enter", "Good for"))
    ),
    "guest-serial": Shot("cloud", (("3 end", "web-1"), ("t", "login:"))),
    "guest-screen": Shot("cloud", (("3 end", "web-1"), ("d", "Give root password"))),
    "guest-spice": Shot("cloud", (("3 end", "web-1"), ("d", "by VNC"), ("v", "by SPICE")), (SMALL,)),
    "act": Shot(
        "cloud",
        (
            ("3", "web-7"),
            ("a", "Hard reboot"),
        ),
        (SMALL,),
    ),
    "tiny": Shot("one-node-down", (("", "2 of 3 in the"),), ((40, 10),)),
}

GALLERY: dict[str, tuple[int, int]] = {
    "watch": (112, 16),
    "nodes": (100, 22),
    "vips": (120, 18),
    "guest-screen": (100, 14),
    "no-return": (100, 39),
    "stream": (132, 16),
    "journal": (100, 24),
}
"""Those that README shows, each in the size that suits it; they stand in `screenshots/pictures`."""
