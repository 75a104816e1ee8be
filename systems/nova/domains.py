"""What libvirt tells: the screens of running guests, and whether its QEMU can do SPICE at all. Pure."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Tree

from systems.nova.readings import Screen
from systems.shell import Output
from systems.text import visible

_LARGEST = 1 << 20
_NONE_SINCE = (
    (
        re.compile(
            r'(?ms)^ID="?(rhel|centos|rocky|almalinux|ol)"?$.*^VERSION_ID="?(9|1\d)|'
            r'^VERSION_ID="?(9|1\d).*^ID="?(rhel|centos|rocky|almalinux|ol)"?$'
        ),
        "Enterprise Linux 9 and later",
    ),
    (
        re.compile(
            r'(?ms)^ID="?ubuntu"?$.*^VERSION_ID="?(2[4-9]|[3-9]\d)\.|'
            r'^VERSION_ID="?(2[4-9]|[3-9]\d)\..*^ID="?ubuntu"?$'
        ),
        "Ubuntu 24.04 and later",
    ),
)
"""Distributions whose QEMU is built without SPICE (NOVAM release notes; GOTCHAS E.2-1)."""


def parse_screens(xml: str) -> tuple[Screen, ...]:
    """The graphics devices of one domain; nothing of what is no XML of a domain."""
    root = _parsed(xml)
    if root is None:
        return ()
    name, uuid = root.findtext("name") or "", root.findtext("uuid") or ""
    found = []
    for device in root.iterfind("./devices/graphics"):
        listen = device.get("listen") or next(
            (one.get("address", "") for one in device.iterfind("listen")), ""
        )
        port = device.get("port", "")
        number = int(port) if re.fullmatch(r"\d{1,5}", port) else None
        found.append(
            Screen(visible(name), visible(uuid), visible(device.get("type", "")), visible(listen), number)
        )
    return tuple(found)


def capability(answer: Output | Exception, os_release: str) -> tuple[bool | None, str]:
    """Whether guests there can have SPICE, and whence that is known: libvirt's word before the release's."""
    root = _parsed(answer.stdout) if isinstance(answer, Output) and answer.status == 0 else None
    if root is not None and (graphics := root.find("./devices/graphics")) is not None:
        kinds = [one.text or "" for one in graphics.iterfind("./enum[@name='type']/value")]
        listed = ", ".join(visible(kind) for kind in kinds) or "none"
        return "spice" in kinds, f"virsh domcapabilities lists graphics: {listed}"
    for pattern, name in _NONE_SINCE:
        if pattern.search(os_release):
            return False, f"{name} build QEMU without SPICE, and libvirt does not say otherwise"
    return None, "libvirt does not say: virsh is not there, or its daemon does not run"


def _parsed(xml: str) -> Tree.Element | None:
    """None: it is no XML, too large, or declares entities, which no domain does."""
    if len(xml) > _LARGEST or "<!" in xml.replace("<!--", ""):
        return None
    try:
        return Tree.fromstring(xml)  # noqa: S314 - bounded, and without entities, as seen above
    except Tree.ParseError:
        return None
