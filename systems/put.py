"""Puts a file on a host as a `Command`, so that it goes the way of every other change."""

from __future__ import annotations

import re
import shlex

from systems.shell import Command

_MODE = re.compile(r"[0-7]{3,4}")
_OWNER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(:[A-Za-z_][A-Za-z0-9_.-]*)?")

_KEPT = ".bak.${QUARTERDECK_JOB%%.*}"
"""Names what was there before a run: a job is named by its run, up to the first dot."""

_ON_DISK = '{ sync "$n" 2>/dev/null || sync; }'
"""The new file, before it takes the old one's name; an old `sync` takes no file."""

_IS_OURS = (
    '{ [ ! -e "$k.made" ] || cmp -s "$f" "$k" || [ "$(sha256sum <"$f")" = "$(cat "$k.made")" ] || '
    '{ echo "$f was written by somebody else since this run: take the changes of this run out by hand; '
    'what was there before them is $k" >&2; false; }; }'
)
"""A run that was cut off between its digest and its file has left the old one there, which is ours, too."""


def put(
    path: str,
    content: str,
    *,
    mode: str,
    owner: str | None = None,
    keeps_old: bool = False,
    as_root: bool = True,
) -> Command:
    """Return the command that writes `content` to `path`, whole or not at all.

    The content comes over standard input into a new file beside the old one, which then takes its name.
    `mode` is octal, `owner` is `user[:group]`; without an owner it is the writer's. With `keeps_old` the file
    that was there before this run is kept as PATH.bak.RUN, for `put_back`. A link is not followed: the new
    file takes its place.
    Raises `ValueError` for a path that is not absolute, or a mode or owner that is none.
    """
    target = _quoted(path)
    if not _MODE.fullmatch(mode):
        raise ValueError(f"a mode is octal, such as 0644: {mode!r} is none")
    if owner is not None and not _OWNER.fullmatch(owner):
        raise ValueError(f"an owner is user or user:group: {owner!r} is none")
    steps = [f"t={target}", 'n=$(mktemp "$t.XXXXXX")', 'cat >"$n"', f'chmod {mode} "$n"']
    if owner is not None:
        steps.append(f'chown {owner} "$n"')
    if keeps_old:
        steps.append(
            f'k="$t{_KEPT}" && {{ [ -e "$k" ] || [ -e "$k-none" ] || if [ -e "$t" ]; then '
            'cp -p "$t" "$k.new" && mv -f "$k.new" "$k"; else touch "$k-none"; fi; }'
        )
    steps += [_ON_DISK, 'mv -f "$n" "$t" || { rm -f "$n"; false; }']
    return Command(" && ".join(steps), as_root=as_root, stdin=content)


def rewrite(path: str, sha256: str, script: str) -> Command:
    """Return the command that changes lines of a file by a script for sed, whole or not at all.

    Only a file of that digest is changed: one that somebody wrote meanwhile is left alone. The new file is
    made as a copy with the old one's owner, mode and label, and takes its name; the old one is kept for
    `put_back`, and the new one's digest, so that this takes nobody else's later change away. The script
    comes over standard input; what else the file holds never leaves its host. Raises `ValueError` for a path
    that is not absolute.
    """
    target, check = _quoted(path), shlex.quote(f"{sha256}  {path}")
    steps = (
        f'f={target}; k="$f{_KEPT}"; {{ echo {check} | sha256sum -c --status || '
        '{ echo "$f is not as it was read: look at it, and begin again" >&2; false; }; }',
        '{ [ -e "$k" ] || { cp -a "$f" "$k.new" && mv -f "$k.new" "$k"; }; }',
        'n=$(mktemp "$f.XXXXXX") && cp -a "$f" "$n"',
        f'{{ sed -f /dev/stdin "$f" >"$n" && {_ON_DISK} '
        '&& sha256sum <"$n" >"$k.made" && mv -f "$n" "$f" '
        '|| { rm -f "$n"; false; }; }',
    )
    return Command(" && ".join(steps), stdin=script)


def put_with(path: str, addition: str, *, proof: str) -> Command:
    """Return the command that puts lines at the end of a file that is there, or leaves it as it was.

    `proof` is a program with its options: it is run on the new file before that takes the old one's name, and
    must end well. What was there before this run is kept for `put_back`, and is what the lines are added to:
    done twice, they stand there once. Mode and owner stay. Raises `ValueError` for a path that is not
    absolute.
    """
    line = (
        f't={_quoted(path)} && k="$t{_KEPT}"'
        ' && { [ -e "$k" ] || { cp -p "$t" "$k.new" && mv -f "$k.new" "$k"; }; }'
        f' && n=$(mktemp "$t.XXXXXX") && cp -p "$k" "$n" && cat >>"$n" && {proof} "$n"'
        f' && {_ON_DISK} && mv -f "$n" "$t" || {{ rm -f "$n"; false; }}'
    )
    return Command(line, stdin=addition)


def take_out(path: str, addition: str, *, proof: str) -> Command:
    """Undo of `put_with`, which spares what others wrote since.

    A file that is as this run left it becomes what it was, byte for byte. From any other only the lines from
    the first to the last of `addition` go, which must both be there, each a line that stands there once;
    `proof` must take what is left. When this run has put nothing there, nothing happens. Raises `ValueError`
    for a path that is not absolute, or an addition of fewer than two lines.
    """
    target, lines = _quoted(path), [line for line in addition.splitlines() if line]
    if len(lines) < 2:
        raise ValueError(f"lines are taken out between two that mark them: {addition!r} has no two")
    first, last = shlex.quote(lines[0]), shlex.quote(lines[-1])
    line = (
        f't={target} && k="$t{_KEPT}" && if [ ! -e "$k" ]; then :; '
        'elif cat "$k" - | cmp -s - "$t" || cmp -s "$k" "$t"; then mv -f "$k" "$t"; else '
        f'b={first} && e={last} && [ "$(grep -cxF -e "$b" "$t")" = 1 ] && [ "$(grep -cxF -e "$e" "$t")" = 1 ]'
        ' && n=$(mktemp "$t.XXXXXX") && cp -p "$t" "$n"'
        ' && B=$b E=$e awk \'$0 == ENVIRON["B"] {d=1} !d {print} $0 == ENVIRON["E"] {d=0}\''
        f' "$t" >"$n" && {proof} "$n" && {_ON_DISK} && mv -f "$n" "$t"'
        ' && rm -f "$k"'
        ' || { rm -f "$n"; echo "$t was changed since: take the lines out by hand" >&2; false; }; fi'
    )
    return Command(line, stdin=addition)


def put_back(path: str, *, as_root: bool = True) -> Command:
    """Undo of `put` with `keeps_old`: what was there before this run; where there was nothing, the file goes.

    When this run has put nothing there, nothing happens, whatever other runs have kept. It fails, and leaves
    the file alone, when somebody has written what `rewrite` made since then. Raises `ValueError` for a path
    that is not absolute.
    """
    return Command(
        f'f={_quoted(path)}; k="$f{_KEPT}"; if [ -e "$k" ]; then {_IS_OURS} && mv -f "$k" "$f" && '
        'rm -f "$k.made"; elif [ -e "$k-none" ]; then rm -f "$f" "$k-none"; fi',
        as_root=as_root,
    )


def _quoted(path: str) -> str:
    """For a shell; raises `ValueError` for what is no absolute path of a file."""
    if not path.startswith("/") or path.endswith("/") or "\n" in path or "\0" in path:
        raise ValueError(f"a file is put at an absolute path: {path!r} is none")
    return shlex.quote(path)
