"""The acts on an instance: start, stop, soft and hard reboot. Each is proven by reading, not by HTTP 202."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from runbooks.clock import Clock, SystemClock
from runbooks.journal.entries import Draft, Kind
from runbooks.journal.port import Journal
from systems.errors import LinkLost, NotUnderstood, Refused, SystemsError, TimedOut, Unreachable
from systems.openstack.asking import Order
from systems.openstack.cloud import CloudReader
from systems.openstack.decoding import Asked
from systems.openstack.hands import CloudHands
from systems.openstack.readings import Instance, Power

EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class InstanceAct:
    """One act: what is sent, what it means for the guest, what proves it, what takes it back."""

    name: str
    title: str
    body: Mapping[str, object]
    brief: str
    """What it does, in a few words."""
    means: str
    """What happens to the guest, in a sentence."""
    begins_in: tuple[str, ...]
    """Statuses in which Nova takes it (nova/compute/api.py)."""
    is_done: Callable[[Instance, Instance], bool]
    """Of the instance before and now: it worked."""
    deadline_s: float
    undo: str = ""
    """Name of the act that takes it back; empty: there is none."""

    def order(self, instance: Instance) -> Order:
        """What is sent."""
        return Order(instance.id, self.body)

    def why_not(self, instance: Instance) -> str:
        """Why it cannot be done now, completing "Not now: "; empty: it can."""
        if instance.is_locked:
            return f"{instance.name} is locked: ask whoever locked it"
        if instance.task:
            return f"Nova is at work on {instance.name}: {instance.task}"
        if instance.status not in self.begins_in:
            needed = " or ".join(self.begins_in)
            return f"{instance.name} is {instance.status}, and to {self.title.lower()} it must be {needed}"
        return ""


def _runs(_before: Instance, now: Instance) -> bool:
    return now.status == "ACTIVE" and not now.task and now.power is Power.RUNNING


def _is_off(_before: Instance, now: Instance) -> bool:
    return now.status == "SHUTOFF" and not now.task


def _runs_anew(before: Instance, now: Instance) -> bool:
    return _runs(before, now) and now.updated_at != before.updated_at


START = InstanceAct(
    name="start",
    title="Start",
    body={"os-start": None},
    brief="boots from its disk",
    means="The guest boots from its disk.",
    begins_in=("SHUTOFF",),
    is_done=_runs,
    deadline_s=120.0,
    undo="stop",
)
STOP = InstanceAct(
    name="stop",
    title="Stop",
    body={"os-stop": None},
    brief="asks the guest to shut down, then cuts its power",
    means="The guest is asked to shut down (ACPI), and its power is cut when it has not within "
    "[DEFAULT] shutdown_timeout, 60 s by default.",
    begins_in=("ACTIVE", "ERROR"),
    is_done=_is_off,
    deadline_s=150.0,
    undo="start",
)
REBOOT = InstanceAct(
    name="reboot",
    title="Soft reboot",
    body={"reboot": {"type": "SOFT"}},
    brief="asks the guest to shut down, then boots it",
    means="The guest is asked to shut down and boots again; libvirt cuts its power when it has not within "
    "two minutes. Its devices stay as they are: SPICE that was enabled since is still not there (SPICE-01).",
    begins_in=("ACTIVE",),
    is_done=_runs_anew,
    deadline_s=240.0,
)
HARD_REBOOT = InstanceAct(
    name="hard-reboot",
    title="Hard reboot",
    body={"reboot": {"type": "HARD"}},
    brief="cuts its power; devices are written anew",
    means="Its power is cut: what the guest has not written to its disk is lost. Its devices are written "
    "anew, so this is what brings SPICE to an old instance (SPICE-01).",
    begins_in=("ACTIVE", "SHUTOFF", "ERROR", "PAUSED", "SUSPENDED", "REBOOT", "HARD_REBOOT"),
    is_done=_runs_anew,
    deadline_s=240.0,
)
ACTS: Mapping[str, InstanceAct] = {act.name: act for act in (START, STOP, REBOOT, HARD_REBOOT)}


MakesHands: TypeAlias = Callable[[InstanceAct, Instance], CloudHands]
"""Makes the hands of a cloud for one act, with a permit of an armed session."""


@dataclass(frozen=True, slots=True)
class ActResult:
    """What came of an act."""

    kind: Kind
    """VERIFIED, UNVERIFIED, FAILED, or BLOCKED: then nothing was sent."""
    sentence: str
    instance: Instance
    """As it was last read."""

    @property
    def is_verified(self) -> bool:
        return self.kind is Kind.VERIFIED


async def carry_out(
    act: InstanceAct,
    instance: Instance,
    reader: CloudReader,
    make_hands: MakesHands,
    tell: Callable[[str], object] = lambda _: None,
    *,
    clock: Clock | None = None,
) -> ActResult:
    """Read the instance anew, send the order once, and read until it is done or the time is over.

    Raises what the first reading raises, `NotArmed` and journal errors. An answer that did not come
    is no failure: the instance is read, and says what became of it.
    """
    time = clock or SystemClock()
    before = await reader.instance(instance)
    if why := act.why_not(before):
        return ActResult(Kind.BLOCKED, f"Nothing was sent: {why}.", before)
    asked = Asked(f"to {act.title.lower()} {before.name}", before.name, before.host or "", before.status)
    hands = make_hands(act, before)
    unseen = ""
    try:
        await hands.change(act.order(before), asked, job=f"{act.name}-{before.id}")
    except (TimedOut, LinkLost, NotUnderstood) as error:
        unseen = f" Whether Nova took the order was not seen: {error}"
        tell(unseen.strip())
    except (Refused, Unreachable) as error:
        return ActResult(Kind.FAILED, str(error), before)
    result = await _watch(act, before, reader, tell, time)
    if result.kind is Kind.UNVERIFIED:
        return replace(result, sentence=result.sentence + unseen)
    return result


async def _watch(
    act: InstanceAct,
    before: Instance,
    reader: CloudReader,
    tell: Callable[[str], object],
    time: Clock,
) -> ActResult:
    begun_s, now, said = time.steady_s(), before, ""
    while True:
        try:
            now = await reader.instance(before)
            state = f"{now.status}{f', {now.task}' if now.task else ''}, power {now.power.value}"
        except SystemsError as error:
            state = str(error)
        took_s = time.steady_s() - begun_s
        if act.is_done(before, now):
            return ActResult(Kind.VERIFIED, f"{now.name} is {state} after {took_s:.0f} s.", now)
        if now.status == "ERROR" and before.status != "ERROR" and not now.task:
            why = f": {now.fault.message}" if now.fault else ""
            return ActResult(Kind.FAILED, f"{now.name} went into ERROR{why}", now)
        if took_s >= act.deadline_s:
            words = f"{now.name} is {state} after {took_s:.0f} s; nobody knows what it will become."
            return ActResult(Kind.UNVERIFIED, words, now)
        if state != said:
            said = state
            tell(f"{now.name}: {state}")
        await time.sleep(EVERY_S)


def journal_result(
    journal: Journal, hide: Callable[[str], str], cloud: str, act: str, result: ActResult
) -> None:
    """Write what was proven beside the entries of the change; blocks."""
    data = {"sentence": hide(result.sentence), "instance": result.instance.name, "id": result.instance.id}
    journal.append(
        Draft(result.kind, system=cloud, host=cloud, step=f"{act} {result.instance.name}", data=data)
    )
