"""A shell on a host: the operator's own ssh in this terminal, the console behind it going on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from systems.errors import SystemsError
from tui.arming import ensure_armed

if TYPE_CHECKING:
    from textual.app import App

    from tui.desk import Desk
    from tui.works import Works


async def open_shell(app: App[Any], desk: Desk, host: str) -> None:
    """Open it; armed only, since nobody can tell what is typed there, and journalled. For a worker."""
    works = desk.works
    if not host or not await ensure_armed(app, desk) or works is None:
        return
    try:
        status = await _run(app, works, host)
    except (SystemsError, OSError, SuspendNotSupported) as error:
        app.notify(f"No shell on {host}: {error}", severity="error", markup=False)
        return
    app.notify(f"The shell on {host} ended with status {status}.", markup=False)


def shell_argv(host: str, ssh_config: str) -> list[str]:
    """What is run: OpenSSH itself, so that everything is as the operator knows it."""
    return ["ssh", *(["-F", ssh_config] if ssh_config else []), "-t", "--", host]


async def _run(app: App[Any], works: Works, host: str) -> int:
    from runbooks.journal.entries import Kind
    from systems.shell import Command, Output
    from tui.desk import utc_now

    argv = shell_argv(host, works.ssh_config)
    command = Command.of(*argv, as_root=False)
    permit = works.arming.permit(works.redact, kind=Kind.EXEC)
    entry = await works.aside(permit.before, host, command, "")
    with app.batch_update(), app.suspend():
        print(f"quarterdeck: a shell on {host}; exit goes back to the console.", flush=True)  # noqa: T201
        process = await asyncio.create_subprocess_exec(*argv)
        status = await process.wait()
    await works.aside(permit.after, entry, Output("", "", status, utc_now()))
    return status
