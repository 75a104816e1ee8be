"""One virtual address as the console knows it: what each balancer said last, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from systems.errors import SystemsError
from tui.changes import Change

if TYPE_CHECKING:
    from datetime import datetime

    from runbooks.model import Finding
    from runbooks.vips.findings import VipVerdict
    from runbooks.vips.look import Member
    from systems.haproxy.readings import BalancerAnswer, BalancerReading
    from tui.source import Vip


@dataclass(slots=True, eq=False)
class VipView:
    """What each balancer said last; of one that does not answer the last good reading stays."""

    name: str
    plan: Vip
    answers: dict[str, BalancerAnswer] = field(default_factory=dict)
    readings: dict[str, BalancerReading] = field(default_factory=dict)
    """The last good one of each balancer."""
    addresses: dict[str, str] = field(default_factory=dict)
    """Address of a node -> its host, as nodes told them at any time: a dead one tells none."""
    verdict: VipVerdict | None = None
    known: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    """Balancer -> its members, as they were when it answered last."""

    def take(self, answer: BalancerAnswer) -> tuple[Change, ...]:
        """Take a balancer's newest answer, and tell what changed since its last ones."""
        before = self.answers.get(answer.host)
        found = tuple(_changes(before, self.readings.get(answer.host), answer))
        self.answers[answer.host] = answer
        if not isinstance(answer.answer, SystemsError):
            self.readings[answer.host] = answer.answer
        return found

    def take_verdict(self, verdict: VipVerdict) -> None:
        """Take what follows from all of it."""
        self.verdict = verdict
        for host in self.answers:
            if self.error(host) is None:
                self.known[host] = tuple(one for one in verdict.members if one.balancer == host)

    @property
    def members(self) -> tuple[Member, ...]:
        """All members of all balancers, in the estate's order."""
        return tuple(one for host in self.plan.hosts for one in self.known.get(host, ()))

    def member(self, balancer: str, backend: str, name: str) -> Member | None:
        """One member; None: that balancer has none of that name."""
        for one in self.known.get(balancer, ()):
            if (one.server.backend, one.server.name) == (backend, name):
                return one
        return None

    def of_host(self, host: str) -> tuple[Member, ...]:
        """The members that are the node on a host."""
        return tuple(one for one in self.members if host and one.host == host)

    def error(self, balancer: str) -> SystemsError | None:
        """Why it did not answer the last time; None: it did, or was never asked."""
        answer = self.answers.get(balancer)
        return answer.answer if answer is not None and isinstance(answer.answer, SystemsError) else None

    def findings_against(self, member: str) -> tuple[Finding, ...]:
        """What is found against a member, on whichever balancer; worst first."""
        return self.verdict.against.get(member, ()) if self.verdict is not None else ()

    @property
    def unasked(self) -> tuple[str, ...]:
        """Balancers that have not answered or failed yet."""
        return tuple(host for host in self.plan.hosts if host not in self.answers)

    @property
    def sentence(self) -> str:
        """The verdict; what is not known yet is told."""
        if self.verdict is None:
            return f"asking {', '.join(self.plan.hosts)}"
        waits = f"; {', '.join(self.unasked)} not asked yet" if self.unasked else ""
        return self.verdict.sentence + waits

    def oldest_at(self) -> datetime | None:
        """When the oldest reading that is shown was taken."""
        return min([one.taken_at for one in self.readings.values()], default=None)


def _changes(
    last: BalancerAnswer | None, before: BalancerReading | None, after: BalancerAnswer
) -> Iterator[Change]:
    if last is None:
        return
    if isinstance(after.answer, SystemsError):
        if not isinstance(last.answer, SystemsError):
            yield Change(after.at, after.host, "HAProxy does not answer any more", 2)
        return
    if isinstance(last.answer, SystemsError):
        yield Change(after.at, after.host, "HAProxy answers again", -1)
    old = {(one.backend, one.name): one for own in (before.backends if before else ()) for one in own.servers}
    for backend in after.answer.backends:
        for now in backend.servers:
            was = old.get((now.backend, now.name))
            if was is None or was.state is now.state:
                continue
            from runbooks.vips.checks import check_words

            check = check_words(now.check)
            why = f" ({check})" if check else ""
            sentence = f"{now.backend}/{now.name} {was.status} to {now.status}{why}"
            yield Change(after.at, after.host, sentence, -1 if now.serves else 1)
