"""galera-bootstrap: one bootstrap, on the first node, once every host was seen to hold nothing (A.3)."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.galera_bootstrap.accounts import account_steps, probe_account_steps
from runbooks.galera_bootstrap.configure import configure_step, parse_step
from runbooks.galera_bootstrap.first import (
    alone_step,
    aside_step,
    bootstrap_first,
    hosts_step,
    initialise_step,
    keep_first,
    what_holds,
)
from runbooks.galera_bootstrap.refusals import refuse, refuse_unseen
from runbooks.galera_bootstrap.rest import boot_step, join_step, restart_steps, tables_step
from runbooks.galera_bootstrap.setup import NAME, Setup, setup_of, version_of
from runbooks.model import Context, Look, Plan, Refusal, Step
from runbooks.steps.evidence import survey_step
from runbooks.steps.flags import clear_flags_step
from runbooks.steps.normal_unit import normal_unit_step, uses_bootstrap_unit
from runbooks.steps.prove import prove_steps
from runbooks.steps.start import stop_step
from runbooks.words import count, listed
from systems.galera.readings import Flavour


def plan(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """What to do about this look, or why no cluster may be made. Pure."""
    if unseen := refuse_unseen(look):
        return unseen
    setup = setup_of(look, values, facts)
    if refused := refuse(setup):
        return refused
    nodes = [member.node for member in setup.members]
    of_all = (
        *_joins(setup),
        *_leave_bootstrap_unit(setup),
        boot_step(setup),
        *prove_steps(nodes, look),
        *probe_account_steps(setup),
        tables_step(setup),
    )
    steps = (
        *(() if setup.is_made else _to_the_first(setup)),
        alone_step(setup),
        *account_steps(setup),
        *of_all,
        *restart_steps(setup, suspends=of_all),
    )
    return Plan(NAME, look.survey.name, _sentence(setup), steps, _evidence(setup))


def _to_the_first(setup: Setup) -> tuple[Step, ...]:
    """Everything up to the point of no return, which is planned once and not again after it."""
    running = [member.node for member in setup.members if member.node.evidence.is_running]
    clear = clear_flags_step([member.node for member in setup.members], chosen=setup.first.host, saved=True)
    return (
        _survey_first(setup),
        hosts_step(setup),
        *keep_first(setup),
        *(stop_step(node, why="Its package started it; it belongs to no cluster.") for node in running),
        *(aside_step(setup, member) for member in setup.moved_aside),
        *(configure_step(setup, member) for member in setup.members),
        parse_step(setup),
        *((clear,) if clear else ()),
        *(() if setup.is_initialised else (initialise_step(setup),)),
        bootstrap_first(setup),
    )


def _survey_first(setup: Setup) -> Step:
    def telling(_: Context, look: Look) -> str:
        seen = [node.host for node in look.survey.nodes if node.answers_ssh]
        return f"{listed(seen)} answer over SSH"

    why = (
        "Ask every node before one is touched: a cluster that lives must not get a second beside it (PXC-09)."
    )
    return survey_step(setup.look, telling, twice=False, why=why)


def _joins(setup: Setup) -> tuple[Step, ...]:
    there = [setup.first]
    steps = []
    for member in setup.joiners:
        steps.append(join_step(setup, member, tuple(there)))
        there.append(member)
    return tuple(steps)


def _leave_bootstrap_unit(setup: Setup) -> tuple[Step, ...]:
    """MariaDB's bootstrap is a flag of one start: there is no unit to leave."""
    if not uses_bootstrap_unit(setup.first.node):
        return ()
    return (normal_unit_step(setup.first.node, tuple(member.host for member in setup.joiners)),)


def _sentence(setup: Setup) -> str:
    number = count(len(setup.members), "node")
    if setup.is_made:
        return f"{setup.cluster_name}: {setup.first.host} is its first node; {number} in the end"
    return (
        f"{setup.cluster_name}: {number} of {setup.flavour.value}, {setup.first.host} first, "
        f"full copies by {setup.method}"
    )


def _evidence(setup: Setup) -> tuple[str, ...]:
    """The readings that decided it."""
    found = [
        f"{member.host}: {member.address}, {member.node.datadir} is {member.prepared.datadir_state.value}, "
        f"{'.'.join(map(str, version_of(member.node)))}"
        for member in setup.members
    ]
    if len(setup.members) == 2:
        found.append("two nodes: when one is lost the other has no quorum; an arbitrator (garbd) gives one")
    if not setup.certificates:
        found.append("traffic between the nodes is not encrypted (PXC-17)")
    elif setup.flavour is Flavour.MARIADB:
        found.append("full copies are not encrypted, only the traffic of the group (PXC-17)")
    return (*found, *what_holds(setup.look))
