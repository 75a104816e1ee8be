"""The control socket of a practice estate: one JSON object a line in, one a line out.

    {"do": "list"}                                  every fault: name, what it is, and which are there now
    {"do": "break", "fault": NAME, "host": HOST}    break something; host may be left out
    {"do": "heal", "fault": NAME}                   take the cause away; without a fault: all of them
    {"do": "state"}                                 what is so now, told by the simulation itself
    {"do": "advance", "seconds": S}                 let simulated time pass at once
    {"do": "speed", "factor": X}                    how much faster than life durations run
    {"do": "load", "hosts": {HOST: FACTS}}          be another cluster, by its facts: practice/facts.py
    {"do": "stop"}                                  end the practice estate

An answer is {"ok": true, ...} or {"ok": false, "error": "one sentence"}.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from practice.facts import FactsWrong, read_facts
from practice.faults import FaultUnknown, apply, faults_on, heal, heal_all, kind_of
from practice.telling import state_of

if TYPE_CHECKING:
    from practice.serving import Serving

_LONGEST = 1 << 20
Answer = dict[str, object]


class Wrong(Exception):
    """An order that cannot be carried out; its text is a sentence."""


class Control:
    """Takes orders from whoever may open the socket: its owner."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._server: asyncio.Server | None = None
        self._orders: dict[str, Callable[[Answer], Awaitable[Answer]]] = {
            "list": self._list,
            "break": self._break,
            "heal": self._heal,
            "state": self._state,
            "advance": self._advance,
            "speed": self._speed,
            "load": self._load,
            "stop": self._stop,
        }

    async def start(self, path: Path) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._serve, str(path), limit=_LONGEST)
        os.chmod(path, 0o600)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await self.answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            return
        finally:
            writer.close()

    async def answer(self, line: bytes) -> Answer:
        """Carry out one order."""
        try:
            order = json.loads(line)
        except (ValueError, RecursionError):
            return {"ok": False, "error": "the order is not JSON"}
        if not isinstance(order, dict) or str(order.get("do")) not in self._orders:
            return {"ok": False, "error": f"an order says what to do: one of {', '.join(self._orders)}"}
        try:
            return {"ok": True, **await self._orders[str(order["do"])](order)}
        except (Wrong, FaultUnknown, FactsWrong) as error:
            return {"ok": False, "error": str(error)}

    async def _list(self, order: Answer) -> Answer:
        broken = self._serving.practice.broken
        known = faults_on(kind_of(self._serving)).values()
        faults = [{"name": one.name, "what": one.what, "is_there": one.name in broken} for one in known]
        return {"faults": faults}

    async def _break(self, order: Answer) -> Answer:
        host = order.get("host")
        target = await apply(self._serving, str(order.get("fault")), host=str(host) if host else None)
        return {"fault": order.get("fault"), "host": target}

    async def _heal(self, order: Answer) -> Answer:
        if order.get("fault"):
            await heal(self._serving, str(order["fault"]))
        else:
            await heal_all(self._serving)
        return {}

    async def _state(self, order: Answer) -> Answer:
        return {"state": state_of(self._serving.practice)}

    async def _advance(self, order: Answer) -> Answer:
        seconds = _number(order.get("seconds"), "seconds", most=86400.0)
        self._serving.practice.clock.advance(seconds)
        await self._serving.follow()
        return {"state": state_of(self._serving.practice)}

    async def _speed(self, order: Answer) -> Answer:
        factor = _number(order.get("factor"), "factor", most=1000.0)
        self._serving.practice.clock.set_speed(max(factor, 0.01))
        return {}

    async def _load(self, order: Answer) -> Answer:
        await self._serving.load(read_facts(order))
        return {"state": state_of(self._serving.practice)}

    async def _stop(self, order: Answer) -> Answer:
        self._serving.stopping.set()
        return {}


def _number(value: object, name: str, *, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise Wrong(f"{name} is a number from 0 to {most:g}")
    return float(value)
