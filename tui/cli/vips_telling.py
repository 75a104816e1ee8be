"""What the command line says of a virtual address: for people, for programs, as an exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.said import CRITICAL, NONE, UNREAD, WARNING

if TYPE_CHECKING:
    from runbooks.vips.look import Member, VipLook


def record(look: VipLook) -> dict[str, object]:
    """What is so with it, as `--json` prints it."""
    from runbooks.vips.look import members, verdict
    from systems.errors import SystemsError

    severity, sentence = verdict(look)
    return {
        "vip": look.name,
        "verdict": sentence,
        "severity": severity.name.lower(),
        "taken_at": look.taken_at.isoformat(),
        "balancers": [
            {
                "host": answer.host,
                "error": str(answer.answer) if isinstance(answer.answer, SystemsError) else None,
                "version": None if isinstance(answer.answer, SystemsError) else answer.answer.version,
            }
            for answer in look.balancers
        ],
        "members": [_member_record(member) for member in members(look)],
    }


def _member_record(member: Member) -> dict[str, object]:
    server, check = member.server, member.server.check
    return {
        "balancer": member.balancer,
        "backend": server.backend,
        "member": server.name,
        "host": member.host or None,
        "address": server.address,
        "port": server.port,
        "status": server.status,
        "serves": server.serves,
        "check": {"status": check.status, "code": check.code, "took_ms": check.took_ms},
        "sessions": server.sessions,
        "weight": server.weight,
        "is_backup": server.is_backup,
        "changed_s": server.changed_s,
        "severity": member.truth.severity.name.lower(),
        "agrees": member.truth.agrees,
        "truth": member.truth.sentence,
    }


_SIGNS = {0: "●", 1: "▲", 2: "✖"}


def lines_of(look: VipLook) -> list[str]:
    """What is so, for people."""
    from runbooks.vips.look import members, verdict
    from systems.errors import SystemsError
    from systems.text import visible

    severity, sentence = verdict(look)
    lines = [f"{_SIGNS[severity]} {look.name}: {sentence}"]
    lines += [
        f"  {_SIGNS[2]} {answer.host}  {answer.answer}"
        for answer in look.balancers
        if isinstance(answer.answer, SystemsError)
    ]
    for member in members(look):
        server = member.server
        numbers = f"{server.status:<9} {server.sessions:>4} sessions  weight {server.weight}"
        lines.append(
            f"  {_SIGNS[member.truth.severity]} {member.balancer:<6} {numbers:<34}  {member.truth.sentence}"
        )
    return [visible(line) for line in lines]


def status_of(look: VipLook) -> int:
    """The exit status that tells it."""
    from runbooks.vips.look import verdict
    from systems.errors import SystemsError

    if all(isinstance(answer.answer, SystemsError) for answer in look.balancers):
        return UNREAD
    return (NONE, WARNING, CRITICAL)[verdict(look)[0]]
