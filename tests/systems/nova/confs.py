"""What tests of nova.conf share: files from their text."""

from __future__ import annotations

import hashlib

from systems.nova.conf import ConfFile, NovaConf, conf_file

MAIN = "/etc/nova/nova.conf"

SEED_COMPUTE = """\
[DEFAULT]
# vnc is on by default
vnc_enabled = False
transport_url = rabbit://nova:hidden@mq/
web=/usr/share/spice-html5

[spice]
html5proxy_base_url=https://192.168.1.100:6082/spice_auto.html
server_listen=0.0.0.0
server_proxyclient_address=172.16.10.100
# Enable spice related features (boolean value)
enabled=True
agent_enabled=true
keymap=en-us

[database]
connection = mysql+pymysql://nova:hidden@db/nova
"""
"""The compute host's file as an old howto has it, its slip in the address included (E10)."""


def a_file(text: str, path: str = MAIN, *, mtime: float = 1000.0) -> ConfFile:
    return conf_file(path, text, sha256=hashlib.sha256(text.encode()).hexdigest(), mtime=mtime)


def a_conf(*texts: str) -> NovaConf:
    """The main file, then drop-ins, in the order in which Nova reads them."""
    paths = [MAIN, *(f"{MAIN}.d/{number:02}.conf" for number in range(1, len(texts)))]
    return NovaConf(tuple(a_file(text, path) for text, path in zip(texts, paths, strict=True)))
