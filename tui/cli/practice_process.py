"""The practice estate as a child process, in a private folder that goes with it.

The folder holds everything: what the practice estate needs, and the settings, state and journal of the demo.
The child makes it and removes it, whatever becomes of this process: it ends when its parent does.
"""

from __future__ import annotations

import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from tui.demo.control import Control, PracticeFailed

READY_S = 60.0
"""A machine that is busy may take long to start it; one that is not takes a second."""
END_S = 5.0
NEEDS = ("practice", "asyncssh", "mysql_mimic")
"""Modules that it consists of."""
_LONGEST_SOCKET = 100
"""Bytes of a socket's path; the kernel takes 107."""


class PracticeProcess:
    """One practice estate. Made by `practice_estate`."""

    def __init__(self, folder: Path, child: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.folder = folder
        self._child = child
        self._errors = errors

    @property
    def estate(self) -> Path:
        """Its estate file; there once `wait_ready` has returned."""
        return self.folder / "estate.toml"

    @property
    def journal(self) -> Path:
        """The journal of the console on it, which goes with the folder."""
        return self.folder / "journal.sqlite"

    @property
    def control(self) -> Path:
        """Its control socket."""
        return self.folder / "control"

    def wait_ready(self) -> None:
        """Return when it serves; raises `PracticeFailed` with the last thing that it said."""
        out = self._child.stdout
        until = time.monotonic() + READY_S
        said = b""
        while out is not None and b"\n" not in said and (left_s := until - time.monotonic()) > 0:
            if not select.select([out], [], [], left_s)[0]:
                break
            part = os.read(out.fileno(), 4096)
            if not part:
                with suppress(subprocess.TimeoutExpired):
                    self._child.wait(END_S)
                break
            said += part
        if b"\n" not in said:
            raise PracticeFailed(f"The practice estate did not start: {self._why()}.")

    def _why(self) -> str:
        """The last line that it wrote to stderr, or that it was too slow."""
        if self._child.poll() is None:
            return f"it was not ready within {READY_S:g} s"
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        last = lines[-1].rstrip(".") if lines else "it said nothing"
        return f"{last} (exit status {self._child.returncode})"

    def wait_ended(self) -> None:
        """Return when it has ended, for whatever reason."""
        self._child.wait()

    def break_(self, faults: Sequence[str]) -> None:
        """Break these before anybody looks; raises `PracticeFailed`, for a fault that there is not, too."""
        if not faults:
            return
        import asyncio

        async def one_by_one() -> None:
            for fault in faults:
                await Control(self.control).break_(fault)

        asyncio.run(one_by_one())

    def end(self) -> None:
        """End it, and leave no file."""
        for how in (self._child.terminate, self._child.kill):
            with suppress(ProcessLookupError):
                how()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(END_S)
                break
        shutil.rmtree(self.folder, ignore_errors=True)

    def private_environment(self) -> dict[str, str]:
        """What keeps a console's settings, state and journal in the folder, out of the operator's own."""
        places = {name: str(self.folder / name.lower()) for name in _XDG}
        return {**places, "QUARTERDECK_JOURNAL": str(self.journal)}


_XDG = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


@contextmanager
def practice_estate(*, seed: int, speed: float, blank: bool = False) -> Iterator[PracticeProcess]:
    """Start a practice estate; it ends with the block. It is not ready yet: see `wait_ready`.

    `blank`: hosts where nothing is configured, in place of a cluster. Raises `PracticeFailed`.
    """
    _complain_of_what_is_missing()
    folder = _free_folder()
    command = [sys.executable, "-m", "practice", "--folder", str(folder)]
    command += ["--with-parent", str(os.getpid()), "--seed", str(seed), "--speed", str(speed)]
    command += ["--blank"] if blank else []
    with tempfile.TemporaryFile() as errors:
        try:
            child = subprocess.Popen(
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the console, which ends it in its turn
            )
        except OSError as error:
            raise PracticeFailed(f"The practice estate cannot be started: {error.strerror}.") from error
        process = PracticeProcess(folder, child, errors)
        try:
            yield process
        finally:
            process.end()
            if child.stdout is not None:
                child.stdout.close()


def listed_faults(*, blank: bool = False) -> str:
    """Every fault in a line, as the practice estate tells them; raises `PracticeFailed`."""
    _complain_of_what_is_missing()
    done = subprocess.run(
        [sys.executable, "-m", "practice", "--list", *(["--blank"] if blank else [])],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_S,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise PracticeFailed(f"The practice estate does not tell its faults: {last[0]}.")
    return done.stdout


def _environment() -> Mapping[str, str]:
    """This environment, with the place that our own modules came from: an unpacked copy is as good as any."""
    home = str(Path(__file__).parents[2])
    path = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


def _complain_of_what_is_missing() -> None:
    for module in NEEDS:
        if find_spec(module) is None:
            raise PracticeFailed(
                f"The practice estate needs the module {module}, which is not here: install quarterdeck with "
                "its extra `practice`, such as by uv tool install 'quarterdeck[practice]'."
            )


def _free_folder() -> Path:
    """A name of which there is nothing yet, short enough for a socket below it."""
    name = f"quarterdeck-demo-{secrets.token_hex(4)}"
    for place in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - a private folder in it
        folder = place.absolute() / name
        if len(os.fsencode(folder / "control")) <= _LONGEST_SOCKET:
            return folder
    raise PracticeFailed(f"{tempfile.gettempdir()}: its name is too long for a socket; set TMPDIR anew.")
