"""Steps that write the option files and prove that the server takes them (GOTCHAS A.3 step 2, PXC-35)."""

from __future__ import annotations

from posixpath import dirname

from runbooks.galera_bootstrap.options import CERTIFICATE_FILES, lint, option_file
from runbooks.galera_bootstrap.setup import Member, Setup
from runbooks.model import Act, Check, Context, Sighting, Step, no, unknown, yes
from runbooks.steps.checks import all_of, down, host_answers, nothing_to_check
from runbooks.words import listed
from systems.galera.preparation import PreparationReading
from systems.put import put, put_back
from systems.shell import Probe

_GOTCHAS = ("PXC-01", "PXC-02", "PXC-05", "PXC-06", "PXC-07", "PXC-13", "PXC-14", "PXC-22", "PXC-28")


def configure_step(setup: Setup, member: Member) -> Step:
    """Write one node's option file whole; what stood there is kept beside it, and put back by the undo."""
    path, host = setup.option_file, member.host
    file = put(path, option_file(setup, member), mode="0640", owner="root:mysql", keeps_old=True)
    return Step(
        key=f"configure:{host}",
        title=f"write {path} on {host}",
        why=(
            f"{host} is {member.address}; it lists all {len(setup.members)} nodes, itself among them, and "
            f"copies by {setup.method}. The bootstrap command needs no empty list (PXC-02)."
        ),
        check=_can_be_written(setup, member),
        verify=_is_read(setup, member),
        acts=(Act(host, file),),
        expects=f"{path} on {host}, root:mysql 0640; read at the next start",
        gotchas=_GOTCHAS,
        answers=_GOTCHAS,
        verify_deadline_s=30.0,
        undo=(Act(host, put_back(path)),),
        undo_note=f"Puts back what {path} was before; where there was none, it goes.",
    )


def _can_be_written(setup: Setup, member: Member) -> Check:
    """The server is down, its library is there, and so are the certificates."""
    host, folder = member.host, dirname(setup.option_file)
    needed = [folder, setup.provider]
    if setup.certificates:
        needed += [f"{setup.certificates}/{file}" for file in CERTIFICATE_FILES]

    async def check(context: Context) -> Sighting:
        is_free = all_of(host_answers(host), down(host))(await context.look(max_age_s=5.0))
        if is_free.holds.value != "yes":
            return is_free
        probe = Probe.of("find", "-L", *needed, "-maxdepth", "0", as_root=True, accepts=None)
        there = (await context.reader(host).read(probe)).stdout.splitlines()
        if missing := [path for path in needed if path not in there]:
            return no(
                f"{host}: {listed(missing)} not found; inputs provider and certificates name them", host
            )
        return yes(f"{is_free.evidence}; {listed(needed)} found", host)

    return check


def _is_read(setup: Setup, member: Member) -> Check:
    async def verify(context: Context) -> Sighting:
        prepared = (await context.look(preparation=True)).preparation.get(member.host)
        if not isinstance(prepared, PreparationReading):
            return unknown(f"{member.host}: its option files could not be read: {prepared}", member.host)
        return lint(setup, member, prepared)

    return verify


def parse_step(setup: Setup) -> Step:
    """Have each server read its files and end: a typo found at the start would cost a full copy (PXC-35)."""
    return Step(
        key="parse",
        title="have each server read its option files",
        why="A name that the server does not know would fail the start, in the middle of the bootstrap.",
        check=nothing_to_check,
        verify=_are_parsed(setup),
        expects="nothing: it only reads",
        gotchas=("PXC-35",),
        answers=("PXC-35",),
        verify_deadline_s=60.0,
        lasting=False,
    )


def _are_parsed(setup: Setup) -> Check:
    async def verify(context: Context) -> Sighting:
        prints = []
        for member in setup.members:
            probe = Probe(f"{member.node.server} --verbose --help | tail -n 1", as_root=True, accepts=None)
            said = await context.reader(member.host).read(probe, timeout_s=20.0)
            wrong = [line for line in said.stderr.splitlines() if "[ERROR]" in line or "unknown" in line]
            if wrong or not said.stdout.strip():
                return no(f"{member.host}: {(wrong or [said.stderr.strip()])[0][:300]}", member.host)
            if setup.certificates:
                prints.append(await _fingerprint(context, setup, member))
        if len(set(prints)) > 1:
            return no(f"{setup.certificates}/ca.pem is not the same on all nodes (PXC-17)", *setup.hosts)
        return yes(f"{listed(setup.hosts)}: every option is known", *setup.hosts)

    return verify


async def _fingerprint(context: Context, setup: Setup, member: Member) -> str:
    path = f"{setup.certificates}/ca.pem"
    probe = Probe.of("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", path, as_root=True)
    return (await context.reader(member.host).read(probe)).stdout.strip()
