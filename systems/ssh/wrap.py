"""Turns a line as an operator would type it into what sshd is asked to run, and reads the answer of several.

Pure text in, text out. The login shell may be any (sh, bash, csh, fish), so it only gets `exec`, words and
single quotes. The line itself is always read by `sh`, with the system's directories on PATH; a probe runs in
the C locale.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from systems.shell import Stream
from systems.shellwords import split_commands

SHELL = "exec env LC_ALL=C sh -s"
"""What sshd is asked to run for probes; the script comes over standard input."""
PATH_FIRST = "PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; "
_BUILT_IN = frozenset({"command", "type", "ulimit", "umask", "wait", "cd", "exit", "export", "."})


def for_streaming(line: str, *, by_sudo: bool) -> str:
    """Return what sshd is to run for the stream of a probe."""
    sudo = "sudo -n -- " if by_sudo else ""
    return f"exec env LC_ALL=C {sudo}sh -c {shlex.quote(ends_with_its_channel(PATH_FIRST + line))}"


def ends_with_its_channel(line: str) -> str:
    """Return a script that ends `line` when its own standard input ends, which it does with the channel.

    sshd passes no signal on for a root login, and a closed channel ends no program: so the script watches.
    The watcher reads descriptor 3, for a shell gives its background commands an empty standard input.
    `timeout` stands for its process group: it ends the pipeline as a whole.
    """
    return (
        f"exec 3<&0 </dev/null; timeout 3650d sh -c {shlex.quote(line)} 3<&- & p=$!; "
        "( while read -r x <&3; do :; done; kill $p ) >/dev/null 2>&1 & w=$!; "
        "exec 3<&-; wait $p; s=$?; kill $w 2>/dev/null; exit $s"
    )


def one_line(script: str) -> str:
    """Return a command that has `sh` run a script of many lines, in words that every login shell knows."""
    plain = script.replace("\\", "\\0134").replace("'", "\\0047").replace("\n", "\\n")
    return f"""sh -c 'eval "$(printf %b "$1")"' sh '{plain}'"""


def _for_reading(line: str, *, by_sudo: bool, limit_s: float) -> str:
    """Return the part of the script for one probe, which ends over there by itself when its time is over.

    sshd passes no signal on for a root login, and a closed channel ends no program: a limit on the host does.
    The line comes as a here-document, not as an argument: else a probe such as `pgrep -f` would find itself.
    A lone program behind sudo has no limit, so that a rule in sudoers for just this program is enough.
    """
    if by_sudo and (words := _one_program(line)):
        return f"sudo -n -- {shlex.join(words)} </dev/null"
    end = f"end-{secrets.token_hex(12)}"
    run = f"timeout -k 1 {limit_s + 1:.0f} sh /dev/fd/3"
    text = f"\n{PATH_FIRST}{line}\n{end}"
    if by_sudo:
        return f"sudo -n -- sh -c 'exec {run} 3<&0 </dev/null' <<'{end}'{text}"
    return f"{run} </dev/null 3<<'{end}'{text}"


def _one_program(line: str) -> tuple[str, ...] | None:
    """Return the words of a line that sudo can run itself, so that a narrow rule in sudoers is enough."""
    try:
        commands = split_commands(line)
    except ValueError:
        return None
    if len(commands) != 1 or commands[0].is_redirected or commands[0].then:
        return None
    words = commands[0].words
    first = words[0].text
    if "=" in first or first in _BUILT_IN or any(word.glob_at is not None for word in words):
        return None
    if any(word.text.startswith("~") for word in words):
        return None
    return tuple(word.text for word in words)


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several commands wrote."""

    stdout: bytes
    stderr: bytes
    status: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """One or several probes as one script, for a shell that goes on after it.

    A mark is written to both streams before the first probe, so that what a talkative shell profile wrote, or
    what an earlier probe left behind, is told apart; then after each of them, on standard output with its
    exit status. It is random, and the script holds it only in two halves: no output that looks like it, not
    even this very script, can be taken for it. One more on standard output says that all of it is there.
    """

    script: str
    """To be read by `SHELL` from its standard input, which need not end."""
    mark: bytes
    count: int

    @classmethod
    def of(cls, lines: Sequence[tuple[str, bool]], *, limit_s: float) -> Bundle:
        """Bundle pairs of line and whether sudo runs it; `limit_s` is for all of them together.

        They run in the login's home. Meanwhile the shell is elsewhere, so that it holds up no unmounting.
        """
        left, right = secrets.token_hex(12), secrets.token_hex(12)
        begin = f"a={left} b={right}; cd 2>/dev/null; s=0"
        mark = "printf '\\n%s%s %d\\n' $a $b $s; printf '\\n%s%s\\n' $a $b >&2"
        end = "cd /; printf '\\n%s%s 0\\n' $a $b"
        probes = [_for_reading(line, by_sudo=by_sudo, limit_s=limit_s) for line, by_sudo in lines]
        script = "\n".join([begin, mark, *(f"{probe}\ns=$?; {mark}" for probe in probes), end, ""])
        return cls(script, f"\n{left}{right}".encode(), len(lines))

    def parse(self, stdout: bytes, stderr: bytes) -> tuple[Part, ...]:
        """Return the parts that are complete, in order."""
        outs = [piece.partition(b"\n") for piece in stdout.split(self.mark)[1:]]
        outs = [out for out in outs if out[1]]
        errs = [piece.removeprefix(b"\n") for piece in stderr.split(self.mark)[1:]]
        ends = [int(out[0]) for out in outs[1:]]
        parts = [Part(out[2], err, end) for out, err, end in zip(outs, errs, ends, strict=False)]
        return tuple(parts[: self.count])


class Reply:
    """What comes back for a bundle, up to a limit over both streams (a `Taker` of `systems.ssh.channel`)."""

    def __init__(self, bundle: Bundle, limit_bytes: int) -> None:
        self.left = limit_bytes
        self._bundle = bundle
        self._chunks: dict[Stream, list[bytes]] = {Stream.STDOUT: [], Stream.STDERR: []}
        self._missing = {Stream.STDOUT: bundle.count + 2, Stream.STDERR: bundle.count + 1}
        """Marks that have not come yet."""
        self._end = {Stream.STDOUT: b"", Stream.STDERR: b""}
        """The newest bytes, fewer than a mark has."""

    @property
    def is_whole(self) -> bool:
        """Whether everything is there."""
        return not any(self._missing.values())

    def take(self, stream: Stream, chunk: bytes) -> bool:
        """Take what came; False when it is too much."""
        self.left -= len(chunk)
        if self.left < 0:
            return False
        self._chunks[stream].append(chunk)
        data, mark = self._end[stream] + chunk, self._bundle.mark
        self._missing[stream] -= data.count(mark)
        self._end[stream] = data[1 - len(mark) :]
        return True

    def parts(self) -> tuple[Part, ...]:
        """Return the parts that are complete, in order."""
        return self._bundle.parse(
            *(b"".join(self._chunks[stream]) for stream in (Stream.STDOUT, Stream.STDERR))
        )
