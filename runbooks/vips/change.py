"""Changes a member of a virtual address: a wish, the line that carries it out on each balancer, its undo.

HAProxy answers a wish with an empty line, and refuses one with status 0 and a sentence: so nothing counts as
done until the balancer, asked again, says so.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runbooks.vips.look import Member
from runbooks.words import count
from systems.errors import SystemsError
from systems.haproxy.readings import Admin, BalancerAnswer, BalancerReading, Server, ServerState
from systems.haproxy.socket import StatsSocket, set_state, set_weight
from systems.shell import Hands

VERIFY_S = 5.0
_EVERY_S = 0.3


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member shall be: ready, drain or maint, or another weight."""

    word: str
    weight: int | None = None

    @classmethod
    def of(cls, text: str) -> Wish:
        """Read "ready", "drain", "maint" or "weight=N"; raises `ValueError`."""
        if text in ("ready", "drain", "maint"):
            return cls(text)
        name, equals, number = text.partition("=")
        if name == "weight" and equals and number.isascii() and number.isdigit() and int(number) <= 256:
            return cls("weight", int(number))
        raise ValueError(f"{text!r} is none of ready, drain, maint, weight=0 to weight=256")

    def __str__(self) -> str:
        return self.word if self.weight is None else f"weight={self.weight}"

    @property
    def takes_out(self) -> bool:
        """Whether the member gets no new session after it."""
        return self.word in ("drain", "maint") or self.weight == 0

    def line(self, server: Server) -> str:
        """What the stats socket is told."""
        if self.weight is not None:
            return set_weight(server.backend, server.name, self.weight)
        if self.word == "drain":
            return set_state(server.backend, server.name, "drain")
        return set_state(server.backend, server.name, "maint" if self.word == "maint" else "ready")

    def holds(self, server: Server) -> bool:
        """Whether the balancer says that it is so."""
        if self.weight is not None:
            return server.weight == self.weight
        if self.word == "maint":
            return server.state is ServerState.MAINT
        admin = server.admin
        if self.word == "drain":
            return server.state is ServerState.DRAIN or bool(admin and admin & Admin.FORCED_DRAIN)
        forced = Admin.FORCED_MAINT | Admin.FORCED_DRAIN
        return not (admin & forced) if admin is not None else server.state is not ServerState.MAINT

    def undo(self, before: Server) -> Wish:
        """What puts back how it was."""
        if self.weight is not None:
            return Wish("weight", before.weight if before.weight is not None else 1)
        admin = before.admin or Admin.NONE
        if admin & Admin.FORCED_MAINT:
            return Wish("maint")
        return Wish("drain" if admin & Admin.FORCED_DRAIN else "ready")


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a wish on one balancer; `problem` empty: its own word is that it is so."""

    balancer: str
    wish: Wish
    undo: Wish
    sessions: int
    """Open on that member when it was verified."""
    problem: str = ""


def why_refused(wish: Wish, targets: Sequence[Member], members: Sequence[Member]) -> str:
    """Why a wish must not be carried out without the member's name typed; empty: it may.

    To take out the last member of a backend that serves leaves its clients with nothing. `members`: all of
    the balancers that the targets are on.
    """
    if not wish.takes_out:
        return ""
    for target in targets:
        left = [one for one in members if _place(one) == _place(target) and one.server.serves]
        if [one.server.name for one in left] == [target.server.name]:
            name = target.server.name
            return f"{name} is the last member that serves on {target.balancer}: without it nobody is served"
    return ""


def _place(one: Member) -> tuple[str, str]:
    return one.balancer, one.server.backend


async def carry_out(
    wish: Wish,
    targets: Sequence[Member],
    sockets: Mapping[str, StatsSocket],
    hands: Callable[[str], Hands],
) -> list[Changed]:
    """Do it on each balancer in turn, and ask each until it says so; one that fails ends it there."""
    done: list[Changed] = []
    for member in targets:
        socket, before = sockets[member.balancer], member.server
        try:
            command = socket.command(wish.line(before))
            job = f"vip-{secrets.token_hex(6)}"
            output = await hands(member.balancer).change(command, job=job)
            said = output.stdout.strip() or (output.stderr.strip() if output.status else "")
        except SystemsError as error:
            done.append(Changed(member.balancer, wish, wish.undo(before), before.sessions, str(error)))
            return done
        done.append(await _verified(wish, member, socket, said))
        if done[-1].problem:
            return done
    return done


async def sessions_left(member: Member, socket: StatsSocket) -> int | None:
    """How many sessions the member has on its balancer now; None: it was not told."""
    server = _server(await socket.look(), member.server)
    return server.sessions if server is not None else None


async def _verified(wish: Wish, member: Member, socket: StatsSocket, said: str) -> Changed:
    undo, sessions = wish.undo(member.server), member.server.sessions
    end = asyncio.get_running_loop().time() + VERIFY_S
    while True:
        answer = await socket.look()
        server = _server(answer, member.server)
        if server is not None and wish.holds(server):
            return Changed(member.balancer, wish, undo, server.sessions)
        if asyncio.get_running_loop().time() >= end:
            break
        await asyncio.sleep(_EVERY_S)
    state = f"it still says {server.status}" if server is not None else f"it does not answer: {answer.answer}"
    told = f"{member.balancer} answered {said!r}, and {state}" if said else f"{member.balancer}: {state}"
    return Changed(member.balancer, wish, undo, sessions, f"{told}; nothing more was changed")


def _server(answer: BalancerAnswer, like: Server) -> Server | None:
    if not isinstance(answer.answer, BalancerReading):
        return None
    backend = answer.answer.backend(like.backend)
    return next((one for one in backend.servers if one.name == like.name), None) if backend else None


def left_words(sessions: int | None) -> str:
    """How many sessions are left, in words."""
    if sessions is None:
        return "how many sessions are left is not told"
    return "no session is left" if not sessions else f"{count(sessions, 'session')} left"
