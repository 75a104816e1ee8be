"""The proof: what libvirt, the page and the guest say; and each refusal as E.4 decodes it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from runbooks.engine.api import Ending, Skip
from runbooks.engine.eyes import Eyes
from runbooks.library import RUNBOOKS
from runbooks.model import Holds, Look, Plan, Sighting, Step
from systems.errors import LinkLost, Refused, Unreachable
from systems.nova.readings import NovaHost
from systems.nova.survey import NovaSurvey
from tests.builders import NOON
from tests.clouds import FakeClouds, FakeNova
from tests.guest_links import FakeLink
from tests.nova_builders import BASE_URL, INSTANCE, a_compute, a_control, a_nova, a_screen, a_unit
from tests.runbooks.doubles import World
from tests.runbooks.rigs import Rig
from tests.runbooks.spice_console.test_plan import RIGHT_SCREEN, VALUES, look_at

BOOK = RUNBOOKS["spice-console"]
GREETING = struct.pack("<4sIIII", b"REDQ", 2, 2, 178, 0) + bytes(174)


@pytest.fixture
def clouds() -> FakeClouds:
    return FakeClouds(FakeNova.of(INSTANCE, in_list=True))


@pytest.fixture
def rig(tmp_path: Path, clouds: FakeClouds) -> Rig:
    rig = Rig(tmp_path, World("ctl1", "cmp1"))
    rig.use(rig.hosts, clouds)
    return rig


def step_of(key: str, *hosts: Any) -> Step:
    plan = BOOK.plan(look_at(*hosts), VALUES, {})
    assert isinstance(plan, Plan), plan
    return next(step for step in plan.steps if step.key.startswith(key))


class Seen(Eyes):
    """Eyes that see hosts as a test has them now."""

    now: tuple[NovaHost, ...] = ()

    async def look(self, *, max_age_s: float = 0.0, preparation: bool = False) -> Look:
        return look_at(*self.now)


def eyes(rig: Rig, *hosts: NovaHost) -> Seen:
    seen = Seen(rig.context(BOOK, "kilo")._work)
    seen.now = hosts
    return seen


async def ask(rig: Rig, step: Step, *hosts: NovaHost) -> Sighting:
    return await eyes(rig, *hosts).ask(step.verify)


PLAIN = (a_control(), a_compute(screens=()))


async def test_a_guest_that_greets_back_behind_the_websocket_is_the_proof(
    rig: Rig, clouds: FakeClouds
) -> None:
    clouds.links = [FakeLink(GREETING)]
    answer = await ask(rig, step_of("prove:console", *PLAIN))
    assert answer.holds is Holds.YES
    assert "101" in answer.evidence
    assert "SPICE 2.2" in answer.evidence
    assert clouds.made[0][1].is_closed


@pytest.mark.parametrize(
    ("link", "holds", "words"),
    [
        (Refused("lab: [spice] enabled = False", status=400), Holds.NO, "[spice] enabled = False"),
        (FakeLink(b"RFB 003.008\n"), Holds.UNKNOWN, "no SPICE server"),
        (
            Unreachable("nova-spicehtml5proxy at ctl1:6082 cannot be reached"),
            Holds.UNKNOWN,
            "cannot be reached",
        ),
    ],
)
async def test_what_is_no_proof_is_told_as_it_is_decoded(
    rig: Rig, clouds: FakeClouds, link: Any, holds: Holds, words: str
) -> None:
    clouds.links = [link]
    answer = await ask(rig, step_of("prove:console", *PLAIN))
    assert answer.holds is holds
    assert words in answer.evidence


async def test_a_link_that_is_cut_before_the_guest_says_anything_is_no_proof(
    rig: Rig, clouds: FakeClouds
) -> None:
    link = FakeLink()
    link.cut(LinkLost("the connection is cut"))
    clouds.links = [link]
    answer = await ask(rig, step_of("prove:console", *PLAIN))
    assert answer.holds is Holds.UNKNOWN
    assert link.is_closed


async def test_the_page_must_answer_200(rig: Rig, clouds: FakeClouds) -> None:
    step = step_of("prove:page", *PLAIN)
    assert (await ask(rig, step)).holds is Holds.NO
    clouds.served = {BASE_URL}
    assert (await ask(rig, step)).holds is Holds.YES
    assert clouds.pages == [("kilo", BASE_URL)] * 2


@pytest.mark.parametrize(
    ("screens", "holds"),
    [
        ((RIGHT_SCREEN,), Holds.YES),
        ((a_screen(uuid=INSTANCE.id, kind="vnc"), RIGHT_SCREEN), Holds.NO),
        ((a_screen(uuid=INSTANCE.id, listen="0.0.0.0"),), Holds.NO),
        ((), Holds.NO),
    ],
)
async def test_what_libvirt_runs_counts(rig: Rig, screens: Any, holds: Holds) -> None:
    step = step_of("prove:screen", *PLAIN)
    assert (await ask(rig, step, a_control(), a_compute(screens=screens))).holds is holds


PROXY = "restart:ctl1"
IDLE = a_unit("nova-spicehtml5proxy", active="inactive", started_at=None)
NOW_S = NOON.timestamp()


@pytest.mark.parametrize(
    ("unit", "ports", "words"),
    [
        ({"active": "failed", "started_at": None}, (6082,), "is failed: journalctl"),
        ({"started_at": 1.0}, (6082,), "began before its file was written"),
        ({"started_at": NOW_S - 1}, (6082,), "runs since 1.0 s"),
        ({"started_at": NOW_S - 9}, (), "does not listen on port 6082"),
        ({"started_at": NOW_S - 9}, (6082,), "is active, begun after its file was written, port 6082"),
    ],
)
async def test_a_restart_is_proven_by_its_start_and_its_port(
    rig: Rig, unit: dict[str, Any], ports: tuple[int, ...], words: str
) -> None:
    from systems.nova.readings import Listener

    step = step_of(PROXY, a_control(units=(IDLE,)), a_compute(screens=()))
    listeners = tuple(Listener("0.0.0.0", port) for port in ports)
    now = a_control(units=(a_unit("nova-spicehtml5proxy", **unit),), listeners=listeners)
    answer = await ask(rig, step, now, a_compute(screens=()))
    assert words in answer.evidence


async def test_an_edit_holds_only_when_every_option_does(rig: Rig) -> None:
    step = step_of("edit:cmp1", a_control(), a_compute(text="[spice]\n", screens=()))
    before = await ask(rig, step, a_control(), a_compute(text="[spice]\n", screens=()))
    assert "does not hold yet" in before.evidence
    assert (await ask(rig, step, *PLAIN)).holds is Holds.YES
    check = await eyes(rig, a_control(), a_compute(text="[spice]\n# touched\n")).ask(step.check)
    assert "is not as it was when this was planned" in check.evidence


async def test_an_instance_that_somebody_else_is_at_work_on_is_not_rebooted(tmp_path: Path) -> None:
    from dataclasses import replace

    busy = replace(INSTANCE, task="rebooting")
    rig = Rig(tmp_path, World("ctl1"))
    rig.use(rig.hosts, FakeClouds(FakeNova.of(busy)))
    step = step_of("reboot:", *PLAIN)
    answer = await eyes(rig, *PLAIN).ask(step.check)
    assert answer.holds is Holds.NO
    assert "Nova is at work" in answer.evidence


async def test_the_survey_asks_hosts_and_cloud_and_names_what_is_missing(rig: Rig) -> None:
    """Hosts of the double say nothing, which is an answer, too."""
    work = rig.context(BOOK, "kilo")._work
    work.values = {**VALUES, "compute": "cmp1", "instance": "no-such"}
    assert BOOK.survey is not None
    found = await BOOK.survey(Eyes(work), "kilo")
    assert isinstance(found, NovaSurvey)
    assert found.hosts == ("ctl1", "cmp1")
    assert isinstance(found.instance, Refused)
    assert "no instances that are called 'no-such'" in str(found.instance)


async def test_without_an_answering_host_the_run_is_refused(rig: Rig) -> None:
    steering = rig.steering(confirms={"": [Skip("never asked")]})
    result = await rig.engine.run(BOOK, "kilo", {**VALUES, "compute": "cmp1"}, steering)
    assert result.ending is Ending.REFUSED
    assert "could not be looked at" in result.sentence
    assert a_nova().unread == {}
