"""Which instance a command of `quarterdeck cloud` means, and what it notes in the journal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from tui.cli.said import USAGE, fail

if TYPE_CHECKING:
    from systems.openstack.cloud import CloudReader
    from systems.openstack.readings import Instance
    from tui.access import Access

INSTANCE = click.argument("instance")


async def note(access: Access, place: str | None, cloud: str, sentence: str) -> None:
    """Write into the journal what was handed out; raises `JournalError`, and then it is not."""
    from runbooks.journal.entries import Draft, Kind
    from runbooks.journal.place import open_journal

    def write() -> None:
        name = access.estate.settings.name
        journal = open_journal(place, estate=name, redact=access.redactor.redact)
        journal.append(Draft(Kind.NOTE, system=cloud, host=cloud, data={"sentence": sentence}))
        journal.close()

    await asyncio.to_thread(write)


async def found_instance(reader: CloudReader, named: str) -> Instance:
    """The instance of that id, or the only one of that name; ends with a sentence for anything else."""
    instances = (await reader.instances()).instances
    found = [one for one in instances if named == one.id] or [one for one in instances if one.name == named]
    if len(found) > 1:
        ids = ", ".join([one.id for one in found[:5]])
        fail(f"{reader.name} has {len(found)} instances named {named!r}; give the id of one: {ids}", USAGE)
    if not found:
        fail(f"{reader.name} shows this account no instance {named!r}; see `quarterdeck cloud list`", USAGE)
    return found[0]
