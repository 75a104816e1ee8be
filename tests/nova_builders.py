"""Control and compute hosts of Nova as tests need them: right in all, but for what a test changes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

from systems.errors import SystemsError
from systems.nova.conf import NovaConf, conf_file
from systems.nova.options import Side
from systems.nova.readings import Firewall, NovaHost, NovaUnit, Screen, Wall
from systems.nova.survey import NovaSurvey
from systems.openstack.readings import Answer, Instance
from tests.builders import NOON
from tests.clouds import an_instance

MAIN = "/etc/nova/nova.conf"
BASE_URL = "http://ctl1.example.test:6082/spice_auto.html"
ADDRESSES = {"ctl1": "10.77.0.10", "ctl2": "10.77.0.12", "cmp1": "10.77.0.21", "cmp2": "10.77.0.22"}
WRITTEN_S, STARTED_S = 1_000.0, 2_000.0

COMPUTE_CONF = """\
[DEFAULT]
transport_url = rabbit://nova:hidden@mq/
[vnc]
enabled = False
[spice]
enabled = True
html5proxy_base_url = {url}
server_listen = {address}
server_proxyclient_address = {address}
"""
CONTROL_CONF = "[DEFAULT]\nweb = /usr/share/spice-html5\n[spice]\nhtml5proxy_host = 0.0.0.0\nenabled = True\n"
INSTANCE = an_instance("web-1", host="cmp1")


def a_conf_of(text: str, *, mtime: float = WRITTEN_S) -> NovaConf:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return NovaConf((conf_file(MAIN, text, sha256=digest, mtime=mtime),))


def a_unit(name: str, **changed: Any) -> NovaUnit:
    return replace(NovaUnit(name, "active", "enabled", 77, STARTED_S), **changed)


def a_screen(domain: str = "instance-1", kind: str = "spice", **changed: Any) -> Screen:
    return replace(Screen(domain, f"uuid-of-{domain}", kind, ADDRESSES["cmp1"], 5900), **changed)


def _host(name: str, side: Side, conf: str, unit: str, **changed: Any) -> NovaHost:
    host = NovaHost(
        host=name,
        taken_at=NOON,
        sides=(side,),
        clock_s=NOON.timestamp(),
        addresses=("127.0.0.1", ADDRESSES[name]),
        conf=a_conf_of(conf),
        main=MAIN,
        units=(a_unit(unit),),
        release=33,
        packages=("nova-common 3:33.0.0-1", "spice-html5 0.3.0"),
        system="Debian GNU/Linux 13",
        spice_capable=True,
        capable_word="virsh domcapabilities lists graphics: vnc, spice",
        web_exists=True,
        page_exists=True,
        cert_exists=False,
        key_exists=False,
        listeners=(),
        screens=(a_screen(),) if side is Side.COMPUTE and name == "cmp1" else (),
        firewall=Firewall(Wall.NONE),
    )
    return replace(host, **changed)


def a_control(name: str = "ctl1", *, text: str = CONTROL_CONF, **changed: Any) -> NovaHost:
    return _host(name, Side.CONTROL, text, "nova-spicehtml5proxy", **changed)


def a_compute(name: str = "cmp1", *, text: str = COMPUTE_CONF, **changed: Any) -> NovaHost:
    conf = text.replace("{url}", BASE_URL).replace("{address}", ADDRESSES[name])
    return _host(name, Side.COMPUTE, conf, "nova-compute", **changed)


def a_nova(
    *hosts: NovaHost | tuple[str, SystemsError], instance: Answer[Instance] = INSTANCE, **changed: Any
) -> NovaSurvey:
    """A survey of these hosts; without any, of one control and two compute hosts. A pair is one not read."""
    told = hosts or (a_control(), a_compute(), a_compute("cmp2"))
    answers: dict[str, Answer[NovaHost]] = dict(
        one if isinstance(one, tuple) else (one.host, one) for one in told
    )
    survey = NovaSurvey(
        cloud="kilo",
        taken_at=NOON + timedelta(seconds=1),
        control=tuple(name for name in answers if name.startswith("ctl")),
        computes=tuple(name for name in answers if name.startswith("cmp")),
        answers=answers,
        instance=instance,
        base_url=BASE_URL,
    )
    return replace(survey, **changed)
