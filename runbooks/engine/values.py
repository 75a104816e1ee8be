"""Checks the inputs of a run one by one, and parts the secret ones from the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from runbooks.model import Input, InputKind, Refusal, Runbook
from runbooks.secret import Secrets, marker, refuse_unfit

YES, NO = "yes", "no"
_SWITCH = {"yes": YES, "true": YES, "on": YES, "1": YES, "no": NO, "false": NO, "off": NO, "0": NO, "": NO}


def problem_of(wanted: Input, value: str, hosts: Collection[str] | None = None) -> str:
    """What is wrong with a value, as a sentence, or nothing. `hosts`: those of the target's inventory."""
    if not value:
        return f"{wanted.name} ({wanted.title}) is not given" if wanted.required else ""
    if wanted.pattern and not re.fullmatch(wanted.pattern, value):
        shown = "the value" if wanted.kind is InputKind.SECRET else repr(value)
        return f"{wanted.name}: {shown} does not have the form {wanted.pattern}"
    return _PROBLEMS[wanted.kind](wanted, value, hosts)


def _text(wanted: Input, value: str, _: Collection[str] | None) -> str:
    return "" if value.isprintable() else f"{wanted.name}: holds characters that cannot be shown"


def _host(wanted: Input, value: str, hosts: Collection[str] | None) -> str:
    if hosts is None or value in hosts:
        return ""
    return f"{wanted.name}: {value!r} is not in the inventory, which has {', '.join(sorted(hosts))}"


def _choice(wanted: Input, value: str, _: Collection[str] | None) -> str:
    return (
        "" if value in wanted.choices else f"{wanted.name}: {value!r} is none of {', '.join(wanted.choices)}"
    )


def _number(wanted: Input, value: str, _: Collection[str] | None) -> str:
    return "" if re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII) else f"{wanted.name}: {value!r} is no number"


def _switch(wanted: Input, value: str, _: Collection[str] | None) -> str:
    return "" if value.lower() in _SWITCH else f"{wanted.name}: {value!r} is neither yes nor no"


def _secret(wanted: Input, value: str, _: Collection[str] | None) -> str:
    try:
        refuse_unfit(wanted.name, value)
    except ValueError as error:
        return str(error)
    return ""


_PROBLEMS = {
    InputKind.TEXT: _text,
    InputKind.HOST: _host,
    InputKind.CHOICE: _choice,
    InputKind.NUMBER: _number,
    InputKind.SWITCH: _switch,
    InputKind.SECRET: _secret,
}


def settle_values(
    runbook: Runbook, given: Mapping[str, str], hosts: Collection[str] | None = None
) -> tuple[dict[str, str], Secrets] | Refusal:
    """Defaults put in, switches as "yes" or "no", secrets apart; or a refusal that names every problem."""
    inputs = {wanted.name: wanted for wanted in runbook.inputs}
    full = {name: given.get(name) or wanted.default for name, wanted in inputs.items()}
    problems = [f"{name}: {runbook.name} has no such input" for name in given if name not in inputs]
    problems += [
        problem for name, value in full.items() if (problem := problem_of(inputs[name], value, hosts))
    ]
    if problems:
        known = ", ".join(inputs) or "none"
        sentence = f"{runbook.name} cannot be planned: {problems[0]}"
        return Refusal(sentence, tuple(problems), f"give it as --set NAME=VALUE; its inputs: {known}")
    secret = {name for name, wanted in inputs.items() if wanted.kind is InputKind.SECRET}
    values = {
        name: _SWITCH[value.lower()] if inputs[name].kind is InputKind.SWITCH else value
        for name, value in full.items()
        if name not in secret
    }
    return values, Secrets({name: full[name] for name in secret if full[name]})


def plan_values(values: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """What a runbook's `plan` is given: of a secret that was given, its marker."""
    return {**values, **{name: marker(name) for name in secrets.values}}
