"""Copying over SSH: OSC 52 where the terminal takes it, a private file where it may not, and a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

OSC52_MOST_BYTES = 74_994
"""Terminals cut off what is longer than 100,000 characters of base64."""


def state_dir() -> Path:
    """The operator's folder of things that the console leaves behind: $XDG_STATE_HOME/quarterdeck."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "quarterdeck"


def copy(
    text: str,
    to_terminal: Callable[[str], None],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Copy `text` and say where it went."""
    env = os.environ if environment is None else environment
    size = len(text.encode("utf-8", "replace"))
    what = f"{text.count(chr(10)) + 1} lines" if "\n" in text else f"{len(text)} characters"
    fits = size <= OSC52_MOST_BYTES and env.get("TERM", "") not in ("", "dumb", "linux")
    if fits:
        to_terminal(text)
    if fits and not (env.get("TMUX") or env.get("STY")):
        return f"Copied {what}."
    try:
        path = _write(text, folder or state_dir())
    except OSError as error:
        return f"Not copied: {error.strerror or error}."
    if fits:
        return f"Copied {what}; tmux passes it on only with set-clipboard on, so it is in {path} too."
    return f"This terminal takes no copy of {what}: it is in {path}."


def _write(text: str, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "copied.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
    return path
