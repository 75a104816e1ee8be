"""Orders to a practice estate over its control socket: one JSON object a line out, one a line in.

The practice estate is another program. All that is shared with it is this socket and its estate file.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from systems.errors import SystemsError

ANSWER_S = 10.0
_LONGEST = 1 << 20


class PracticeFailed(SystemsError):
    """The practice estate did not start, did not answer, or ended."""


class OrderRefused(PracticeFailed):
    """The practice estate cannot do what it was told, such as break what it does not have."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can be broken."""

    name: str
    what: str
    """What happens, in a sentence."""
    is_there: bool = False


class Faults(Protocol):
    """Who breaks and heals: a practice estate, or a script in tests."""

    async def listed(self) -> tuple[Fault, ...]:
        """Every fault there is; raises `PracticeFailed`, as the others do."""
        ...

    async def break_(self, name: str) -> str:
        """Break something; returns the host that it befalls."""
        ...

    async def heal_all(self) -> None:
        """Take away the causes of all faults that are there."""
        ...


@dataclass(frozen=True, slots=True)
class Control:
    """`Faults` of the practice estate that listens at `socket`."""

    socket: Path

    async def listed(self) -> tuple[Fault, ...]:
        answer = await self.order(do="list")
        faults = answer.get("faults")
        if not isinstance(faults, list):
            raise PracticeFailed("The practice estate did not tell its faults.")
        return tuple(
            Fault(str(one.get("name")), str(one.get("what")), bool(one.get("is_there")))
            for one in faults
            if isinstance(one, dict)
        )

    async def break_(self, name: str) -> str:
        return str((await self.order(do="break", fault=name)).get("host") or "")

    async def heal_all(self) -> None:
        await self.order(do="heal")

    async def state(self) -> dict[str, object]:
        """What is so now, told by the simulation itself."""
        state = (await self.order(do="state")).get("state")
        if not isinstance(state, dict):
            raise PracticeFailed("The practice estate did not tell its state.")
        return state

    async def order(self, **order: object) -> dict[str, object]:
        """Give one order and return the answer; raises `PracticeFailed`."""
        try:
            async with asyncio.timeout(ANSWER_S):
                line = await self._exchange(json.dumps(order).encode() + b"\n")
            answer = json.loads(line)
        except TimeoutError as error:
            raise PracticeFailed(f"The practice estate did not answer within {ANSWER_S:g} s.") from error
        except OSError as error:
            words = error.strerror or str(error)
            raise PracticeFailed(f"The practice estate is gone: {self.socket}: {words}.") from error
        except ValueError as error:
            raise PracticeFailed(f"The practice estate gave an answer that is not JSON: {error}.") from error
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            said = answer.get("error") if isinstance(answer, dict) else None
            raise OrderRefused(f"The practice estate refused: {said or 'it gave no reason'}.")
        return answer

    async def _exchange(self, line: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=_LONGEST)
        try:
            writer.write(line)
            await writer.drain()
            return await reader.readline()
        finally:
            writer.close()
