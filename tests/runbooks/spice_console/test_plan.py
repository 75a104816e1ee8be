"""What is planned for hosts in each state, and what is refused, each with its sentence."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from runbooks.engine.codec import decode_look, encode_look
from runbooks.engine.planning import defects_of
from runbooks.gotchas import CATALOGUE
from runbooks.library import RUNBOOKS
from runbooks.model import Look, Plan, Refusal
from runbooks.secret import Secrets
from runbooks.spice_console.walls import Way, inserted
from systems.errors import Refused, Unreachable
from systems.nova.options import Side
from systems.nova.readings import Firewall, NovaHost, Wall
from systems.nova.walls import iptables_rule
from tests.builders import NOON, a_survey
from tests.clouds import an_instance
from tests.nova_builders import (
    ADDRESSES,
    BASE_URL,
    COMPUTE_CONF,
    CONTROL_CONF,
    INSTANCE,
    a_compute,
    a_control,
    a_nova,
    a_screen,
    a_unit,
)

VALUES = {"control": "ctl1", "compute": "cmp1,cmp2", "instance": "web-1"}
PLAIN = "[DEFAULT]\ntransport_url = rabbit://nova:hidden@mq/\n[spice]\n# nothing yet\n"
REJECT = "-A INPUT -j REJECT --reject-with icmp-host-prohibited"
SHUT = Firewall(Wall.IPTABLES, (REJECT,), (REJECT,), "/etc/sysconfig/iptables", "5a" * 32, refuses=True)
RIGHT_SCREEN = a_screen(uuid=INSTANCE.id)


def look_at(*hosts: Any, **changed: Any) -> Look:
    return Look(a_survey(name="kilo").__class__("kilo", NOON, ()), found=a_nova(*hosts, **changed))


def made(*hosts: Any, values: Mapping[str, str] | None = None, **changed: Any) -> Plan | Refusal:
    return RUNBOOKS["spice-console"].plan(look_at(*hosts, **changed), {**VALUES, **(values or {})}, {})


def planned(*hosts: Any, values: Mapping[str, str] | None = None, **changed: Any) -> Plan:
    plan = made(*hosts, values=values, **changed)
    assert isinstance(plan, Plan), plan
    assert defects_of(plan, CATALOGUE, Secrets()) == ()
    return plan


def keys(plan: Plan) -> list[str]:
    return [step.key for step in plan.steps]


def right() -> tuple[NovaHost, NovaHost]:
    return a_control(), a_compute(screens=(RIGHT_SCREEN,))


PROOF = ["prove:screen", "prove:page", "prove:console"]


def test_where_all_is_right_nothing_is_changed_and_the_console_is_proven() -> None:
    plan = planned(*right())
    assert keys(plan) == ["survey", *PROOF]
    assert not any(step.acts for step in plan.steps)
    assert "every nova.conf is right" in plan.sentence


def test_fresh_hosts_are_put_right_in_order_and_the_instance_comes_last() -> None:
    plan = planned(
        a_control(text="[DEFAULT]\n"),
        a_compute(text=PLAIN, screens=()),
        a_compute("cmp2", text=PLAIN, screens=()),
    )
    assert keys(plan) == [
        "survey",
        "edit:cmp1",
        "restart:cmp1:nova-compute",
        "edit:cmp2",
        "restart:cmp2:nova-compute",
        "edit:ctl1",
        "restart:ctl1:nova-spicehtml5proxy",
        f"reboot:{INSTANCE.id}",
        *PROOF,
    ]


def test_the_diff_is_shown_and_no_password_of_the_file_is_in_the_plan() -> None:
    plan = planned(a_control(), a_compute(text=PLAIN))
    edit = next(step for step in plan.steps if step.key == "edit:cmp1")
    assert "/etc/nova/nova.conf [spice] + server_listen = 10.77.0.21" in edit.expects
    assert "/etc/nova/nova.conf [vnc] + enabled = False" in edit.expects
    assert f"+ html5proxy_base_url = {BASE_URL}" in edit.expects
    assert "hidden" not in repr(plan)


def test_kilo_is_told_by_its_old_name_and_its_units() -> None:
    compute = a_compute(
        text=PLAIN, release=11, units=(a_unit("openstack-nova-compute"),), screens=(RIGHT_SCREEN,)
    )
    control = a_control(
        release=11,
        units=(
            a_unit("openstack-nova-spicehtml5proxy", active="inactive", enabled="disabled", started_at=None),
            a_unit("openstack-nova-consoleauth", active="inactive", enabled="disabled", started_at=None),
        ),
    )
    plan = planned(control, compute)
    edit = next(step for step in plan.steps if step.key == "edit:cmp1")
    assert "[DEFAULT] + vnc_enabled = False" in edit.expects
    lines = [act.command.line for step in plan.steps for act in step.acts if "systemctl" in act.command.line]
    assert lines == [
        "systemctl restart openstack-nova-compute",
        "systemctl enable openstack-nova-consoleauth",
        "systemctl restart openstack-nova-consoleauth",
        "systemctl enable openstack-nova-spicehtml5proxy",
        "systemctl restart openstack-nova-spicehtml5proxy",
    ]


def test_a_service_that_was_not_restarted_is_all_that_is_done() -> None:
    """SPICE-10: the files are right, and a program runs by older ones."""
    stale = a_compute(units=(a_unit("nova-compute", started_at=1.0),), screens=(RIGHT_SCREEN,))
    assert keys(planned(a_control(), stale)) == ["survey", "restart:cmp1:nova-compute", *PROOF]


@pytest.mark.parametrize(
    "screens",
    [None, (), (a_screen(uuid=INSTANCE.id, kind="vnc"),), (a_screen(uuid=INSTANCE.id, listen="127.0.0.1"),)],
)
def test_an_instance_whose_screen_is_not_right_is_rebooted_and_its_name_is_typed(screens: Any) -> None:
    plan = planned(a_control(), a_compute(screens=screens))
    reboot = next(step for step in plan.steps if step.key.startswith("reboot:"))
    assert reboot.confirm == "web-1"
    (act,) = reboot.acts
    assert act.command.line == f'POST /servers/{INSTANCE.id}/action {{"reboot": {{"type": "HARD"}}}}'
    assert ("prove:screen" in keys(plan)) is (screens is not None)


def test_screens_are_opened_to_the_proxy_alone_and_the_proxy_to_the_users() -> None:
    plan = planned(
        a_control(firewall=SHUT),
        a_compute(firewall=SHUT, screens=(RIGHT_SCREEN,)),
        values={"users": "192.0.2.0/24"},
    )
    screens, users = (step for step in plan.steps if step.key.startswith("open:"))
    assert screens.key == "open:cmp1"
    assert screens.acts[0].command.line.endswith(
        "iptables -I INPUT -s 10.77.0.10/32 -p tcp -m tcp --dport 5900:6923 -j ACCEPT"
    )
    assert users.key == "open:ctl1"
    assert iptables_rule("6082", "192.0.2.0/24") in (users.acts[1].command.stdin or "")
    assert "/etc/sysconfig/iptables" in users.undo[1].command.line


SAVED = """\
*nat
:INPUT ACCEPT [0:0]
-A POSTROUTING -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
{}-A INPUT -i lo -j ACCEPT
-A INPUT -j REJECT
COMMIT
"""


def test_two_proxies_are_let_in_by_one_change_of_the_saved_rules() -> None:
    compute = a_compute(firewall=SHUT, screens=(RIGHT_SCREEN,))
    plan = planned(a_control(), a_control("ctl2"), compute, values={"control": "ctl1,ctl2"})
    (step,) = (step for step in plan.steps if step.key.startswith("open:"))
    assert len([act for act in step.acts if act.command.stdin]) == 1
    script = step.acts[-1].command.stdin
    rules = [iptables_rule("5900:6923", f"{ADDRESSES[host]}/32") for host in ("ctl1", "ctl2")]
    done = subprocess.run(
        ["sed", "-e", script or ""], input=SAVED.format(""), capture_output=True, text=True, check=True
    )
    assert done.stdout == SAVED.format("".join(f"{rule}\n" for rule in rules))


def test_saved_rules_with_counters_get_the_new_one_before_those_that_refuse() -> None:
    saved = "*filter\n:INPUT ACCEPT [0:0]\n{}[12:34] -A INPUT -j REJECT\nCOMMIT\n"
    rule = iptables_rule("6082", "192.0.2.0/24")
    done = subprocess.run(
        ["sed", "-e", inserted([rule])], input=saved.format(""), capture_output=True, text=True, check=True
    )
    assert done.stdout == saved.format(f"{rule}\n")


def test_what_firewalld_let_in_before_is_let_in_after_an_undo() -> None:
    users = {"users": "192.0.2.0/24"}
    fresh = Firewall(Wall.FIREWALLD, zone="public", refuses=True)
    plan = planned(a_control(firewall=fresh), right()[1], values=users)
    step = next(step for step in plan.steps if step.key.startswith("open:"))
    assert len(step.undo) == 2
    rule = Way("6082", 6082, "192.0.2.0/24").rich_rule
    for_now = Firewall(Wall.FIREWALLD, (rule,), (), zone="public", refuses=True)
    plan = planned(a_control(firewall=for_now), right()[1], values=users)
    step = next(step for step in plan.steps if step.key.startswith("open:"))
    (undo,) = (act.command.line for act in step.undo)
    assert undo.startswith("firewall-cmd --permanent --zone=public --remove-rich-rule=")


@pytest.mark.parametrize(
    ("now", "saved"),
    [((), ("6082/tcp",)), (('rule family="ipv4" port port="6082" protocol="tcp" reject',),) * 2],
)
def test_a_port_that_firewalld_opens_only_later_or_refuses_is_opened(
    now: tuple[str, ...], saved: tuple[str, ...]
) -> None:
    wall = Firewall(Wall.FIREWALLD, now, saved, zone="public", refuses=True)
    plan = planned(a_control(firewall=wall), right()[1], values={"users": "192.0.2.0/24"})
    assert "open:ctl1" in keys(plan)


def test_firewalld_is_told_twice_so_that_it_lasts() -> None:
    wall = Firewall(Wall.FIREWALLD, zone="public", refuses=True)
    plan = planned(a_control(firewall=wall), right()[1], values={"users": "192.0.2.0/24"})
    step = next(step for step in plan.steps if step.key.startswith("open:"))
    assert [act.command.line.split(" --add")[0] for act in step.acts] == [
        "firewall-cmd --permanent --zone=public",
        "firewall-cmd --zone=public",
    ]


def test_an_all_in_one_keeps_its_screens_on_its_loopback() -> None:
    """SPICE-03: nobody but its own proxy has to reach them."""
    one = a_compute(
        text=PLAIN,
        host="one",
        sides=(Side.CONTROL, Side.COMPUTE),
        units=(a_unit("nova-compute"), a_unit("nova-spicehtml5proxy")),
        screens=None,
    )
    survey = a_nova(one, control=("one",), computes=("one",))
    plan = RUNBOOKS["spice-console"].plan(Look(look_at().survey, found=survey), VALUES, {})
    assert isinstance(plan, Plan)
    edit = next(step for step in plan.steps if step.key == "edit:one")
    assert "server_listen = 127.0.0.1" in edit.expects
    assert keys(plan)[:4] == [
        "survey",
        "edit:one",
        "restart:one:nova-compute",
        "restart:one:nova-spicehtml5proxy",
    ]


def test_an_open_listen_address_is_narrowed_unless_a_firewall_stands_before_it() -> None:
    text = COMPUTE_CONF.replace("server_listen = {address}", "server_listen = 0.0.0.0")
    open_one = planned(a_control(), a_compute(text=text, screens=(RIGHT_SCREEN,)))
    assert "+ server_listen = 10.77.0.21" in open_one.steps[1].expects
    filtered = planned(
        a_control(),
        a_compute(text=text, firewall=SHUT, screens=(a_screen(uuid=INSTANCE.id, listen="0.0.0.0"),)),
    )
    assert "edit:cmp1" not in keys(filtered)


def test_a_wildcard_of_ipv6_does_not_stay_before_a_firewall_of_ipv4() -> None:
    text = COMPUTE_CONF.replace("server_listen = {address}", "server_listen = ::")
    narrowed = planned(a_control(), a_compute(text=text, firewall=SHUT, screens=(RIGHT_SCREEN,)))
    edit = next(step for step in narrowed.steps if step.key == "edit:cmp1")
    assert "+ server_listen = 0.0.0.0" in edit.expects
    both = Firewall(Wall.FIREWALLD, zone="public", refuses=True)
    kept = planned(a_control(), a_compute(text=text, firewall=both, screens=(RIGHT_SCREEN,)))
    assert "edit:cmp1" not in keys(kept)


def test_guests_that_lose_their_console_by_the_change_are_told_before_it() -> None:
    plan = planned(a_control(), a_compute(text=PLAIN, screens=(RIGHT_SCREEN, a_screen("old", "vnc"))))
    assert any("old get SPICE" in line and "no console from the change on" in line for line in plan.evidence)


def test_an_instance_of_a_host_by_another_name_is_told_before_its_power_is_cut() -> None:
    words = "web-1 runs on cmp9 by Nova; that is taken to be cmp1"
    elsewhere = planned(*right(), instance=an_instance("web-1", host="cmp9"))
    assert any(words in line for line in elsewhere.evidence)
    assert not any("taken to be" in line for line in planned(*right()).evidence)


def test_old_instances_are_listed_and_left_alone() -> None:
    plan = planned(a_control(), a_compute(screens=(RIGHT_SCREEN, a_screen("old", "vnc"))))
    assert any("old get SPICE by a hard reboot each" in line for line in plan.evidence)
    assert not any("old" in step.key for step in plan.steps)


def test_the_undo_of_an_edit_puts_the_file_back_before_it_restarts_what_ran_by_it() -> None:
    plan = planned(a_control(), a_compute(text=PLAIN))
    edit = next(step for step in plan.steps if step.key == "edit:cmp1")
    back, again = (act.command.line for act in edit.undo)
    assert "mv -f" in back
    assert again == "systemctl restart nova-compute"


def refused(*hosts: Any, values: Mapping[str, str] | None = None, **changed: Any) -> Refusal:
    refusal = made(*hosts, values=values, **changed)
    assert isinstance(refusal, Refusal), refusal
    return refusal


SSL_ONLY = CONTROL_CONF.replace("[DEFAULT]", "[DEFAULT]\nssl_only = True")
NO_UNITS: dict[str, Any] = {"units": ()}


@pytest.mark.parametrize(
    ("hosts", "more", "words"),
    [
        ((a_control(), ("cmp1", Unreachable("cmp1: no route"))), {}, "cmp1 could not be looked at"),
        (
            (a_control(), a_compute(text="nonsense")),
            {},
            "Nova cannot read its own file: /etc/nova/nova.conf: line 1",
        ),
        ((a_control(), a_compute(spice_capable=False)), {}, "cmp1 cannot give guests a SPICE screen"),
        (
            (a_control(), a_compute(**NO_UNITS)),
            {},
            "cmp1 has no unit nova-compute, nor openstack-nova-compute",
        ),
        ((a_control(**NO_UNITS), a_compute()), {}, "ctl1 has no unit nova-spicehtml5proxy"),
        (
            (a_control(page_exists=False), a_compute()),
            {},
            "ctl1 has no /usr/share/spice-html5/spice_auto.html",
        ),
        (
            right(),
            {"instance": Refused("kilo has no instances that are called 'x'")},
            "cannot be used: kilo has no",
        ),
        (right(), {"instance": an_instance("web-1", "BUILD", host="cmp1")}, "cannot prove a console now"),
        ((*right(), a_compute("cmp2")), {"instance": an_instance("web-1", host="cmp9")}, "runs on cmp9"),
        (right(), {"values": {"addresses": "cmp1=172.16.10.100"}}, "172.16.10.100 is no address of cmp1"),
        ((a_control(), a_compute(addresses=("127.0.0.1",))), {}, "cmp1 has no address that another host"),
        (right(), {"base_url": BASE_URL.replace("http:", "https:")}, "ctl1 has no certificate for it (E11)"),
        ((a_control(text=SSL_ONLY), right()[1]), {}, "ctl1 takes TLS only (ssl_only)"),
        (right(), {"base_url": "http://ctl1:6082/"}, "does not end in /spice_auto.html"),
        (right(), {"values": {"key": "/etc/nova/k.pem"}}, "a key is given, and no certificate"),
        ((a_control(clock_s=NOON.timestamp() - 300), right()[1]), {}, "the clock of ctl1 is -300 s off"),
        ((a_control(firewall=SHUT), right()[1]), {}, "the firewall of ctl1 lets nobody reach port 6082"),
    ],
)
def test_a_refusal_is_one_clear_sentence_with_a_way_on(hosts: Any, more: dict[str, Any], words: str) -> None:
    refusal = refused(*hosts, **more)
    assert words in refusal.sentence
    assert refusal.way_on
    assert "\n" not in refusal.sentence


def test_screens_that_are_open_to_everybody_are_refused() -> None:
    rule = iptables_rule("5900:6923", "0.0.0.0/0")
    wall = Firewall(
        Wall.IPTABLES, (rule, REJECT), (rule, REJECT), "/etc/sysconfig/iptables", "5a" * 32, refuses=True
    )
    assert "to everybody" in refused(a_control(), a_compute(firewall=wall)).sentence
    other = Firewall(Wall.FIREWALLD, ("22/tcp", "5900-6923/tcp"), (), zone="public", refuses=True)
    assert "to everybody" in refused(a_control(), a_compute(firewall=other)).sentence


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        (Firewall(Wall.NFTABLES, refuses=True), "filters by nftables of its own"),
        (Firewall(Wall.IPTABLES, (REJECT,), refuses=True), "keeps no rules for its next boot"),
        (Firewall(Wall.IPTABLES, ("-A INPUT -j ufw-user-input",), refuses=True), "filters by ufw"),
    ],
)
def test_a_firewall_that_cannot_be_changed_for_good_is_refused(wall: Firewall, words: str) -> None:
    refusal = refused(a_control(firewall=wall), right()[1], values={"users": "192.0.2.0/24"})
    assert words in refusal.sentence
    assert refusal.gotchas == ("SPICE-07",)


def test_a_look_at_hosts_is_kept_and_makes_the_same_plan_again() -> None:
    whole = look_at(a_control(), a_compute(text=PLAIN))
    assert decode_look(encode_look(whole)) == whole
    again = decode_look(encode_look(look_at(*right(), ("cmp2", Unreachable("cmp2: no route")))))
    assert again.hosts == ("ctl1", "cmp1", "cmp2")
    assert again.answering == ("ctl1", "cmp1")


def test_nothing_is_planned_from_a_look_at_a_cluster() -> None:
    plan = RUNBOOKS["spice-console"].plan(Look(a_survey()), VALUES, {})
    assert isinstance(plan, Refusal)
