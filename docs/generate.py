"""Writes the pages that must never disagree with the code: runbooks, gotchas, keys.

python -m docs.generate            write them
python -m docs.generate --check    say which are stale, and end with 1 if any is
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from docs.examples import EXAMPLES, Example
from runbooks.engine.text import plan_text, refusal_text
from runbooks.gotchas import CATALOGUE
from runbooks.library import RUNBOOKS
from runbooks.model import Gotcha, Input, InputKind, Plan, Runbook
from runbooks.sources import spelled

FOLDER = Path(__file__).resolve().parent
NOTE = "<!-- Generated from the code by `python -m docs.generate`; do not edit. -->\n"


def cell(text: str) -> str:
    """Text that stays in its cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = tuple(heads)
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def input_row(item: Input) -> tuple[str, str, str, str]:
    """One input as a row of its runbook's table."""
    kind = "secret, asked for" if item.kind is InputKind.SECRET else item.kind.value
    kind = " / ".join(item.choices) or kind
    default = f"`{item.default}`" if item.default else ("required" if item.required else "-")
    return f"`{item.name}`", kind, default, item.help


def gotcha_text(gotcha: Gotcha) -> str:
    """One gotcha as a section."""
    seen = (
        "The console sees it by itself"
        if gotcha.detector
        else f"The console cannot see it: {gotcha.why_no_detector.rstrip('.')}"
    )
    blocks = "; a step that lists it does not start while it holds" if gotcha.blocks else ""
    return (
        f"### {gotcha.id} {gotcha.title}\n\n"
        f"*{gotcha.severity.name.lower()}.* {seen}{blocks}.\n\n"
        f"- **Symptom:** {gotcha.symptom}\n- **Cause:** {gotcha.cause}\n- **Fix:** {gotcha.fix}\n"
        f"- **Source:** {spelled(gotcha.source)}\n"
    )


def example_text(runbook: Runbook, example: Example) -> str:
    """The steps, on an example: what `runbook plan` prints there."""
    made = runbook.plan(example.look, example.values, {})
    printed = plan_text(made) if isinstance(made, Plan) else refusal_text(made)
    given = "".join(f" --set {name}={value}" for name, value in example.values.items())
    target = made.target if isinstance(made, Plan) else example.look.survey.name
    command = f"quarterdeck runbook plan {runbook.name} --target {target}{given}"
    return f"{example.story} `{command}` answers:\n\n```text\n{printed}```\n"


def runbook_page(runbook: Runbook, catalogue: Mapping[str, Gotcha], example: Example) -> str:
    """The page of one runbook: purpose, inputs, steps, gotchas."""
    inputs = table(("input", "what", "default", "meaning"), map(input_row, runbook.inputs))
    found = [catalogue[name] for name in runbook.gotchas]
    at_a_glance = "".join(f"- [{gotcha.id}](#{anchor(gotcha)}) {gotcha.title}\n" for gotcha in found)
    gotchas = "\n".join(map(gotcha_text, found))
    name, target = runbook.name, runbook.about.name
    return (
        f"{NOTE}\n# {runbook.title}\n\n{runbook.purpose}\n\n"
        "In the console: `b` on what is selected, or `:` and the runbook's name. From a shell:\n\n"
        f"```sh\nquarterdeck runbook plan {name} --target {target}      # changes nothing\n"
        f'quarterdeck runbook run {name} --target {target} --arm "why" --yes-to NAME\n```\n\n'
        f"## Inputs\n\n{inputs if runbook.inputs else 'None.'}\n"
        "## Steps\n\nThe plan is made from what all nodes say at that moment, so it differs from one "
        "situation to the next. It is shown before anything is done, with every command word for word.\n\n"
        f"{example_text(runbook, example)}\n"
        f"## What goes wrong here\n\n{at_a_glance}\n{gotchas}"
    )


def anchor(gotcha: Gotcha) -> str:
    """Where a Markdown reader puts the heading of a gotcha."""
    kept = "".join(sign for sign in f"{gotcha.id} {gotcha.title}".lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")


def index_page(runbooks: Mapping[str, Runbook]) -> str:
    """The list of all runbooks."""
    rows = ((f"[{name}]({name}.md)", runbook.title, runbook.purpose) for name, runbook in runbooks.items())
    return f"{NOTE}\n# Runbooks\n\n{table(('name', 'title', 'what it is for'), rows)}"


def pages() -> dict[Path, str]:
    """Every generated page by its place."""
    from tui.keys_page import keys_page

    found = {FOLDER / "runbooks" / "README.md": index_page(RUNBOOKS)}
    for name, runbook in RUNBOOKS.items():
        found[FOLDER / "runbooks" / f"{name}.md"] = runbook_page(runbook, CATALOGUE, EXAMPLES[name])
    found[FOLDER / "keys.md"] = f"{NOTE}\n{keys_page()}"
    return found


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check name those that are stale."""
    stale = 0
    for path, text in pages().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" in arguments:
            sys.stdout.write(f"stale: {path.relative_to(FOLDER.parent)}\n")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
