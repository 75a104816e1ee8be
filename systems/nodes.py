"""Sets of hosts as ClusterShell writes them: db[1-3],web4. The order of the parts is kept."""

from __future__ import annotations

import re
from math import prod

_MOST_NODES = 10_000
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_RANGE = re.compile(r"(\d+)-(\d+)", re.ASCII)
_COMMA = re.compile(r",(?![^\[]*\])")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*", re.ASCII)
_PLAIN = re.compile(r"([A-Za-z0-9_.-]*)\[(\d+)-(\d+)\]([A-Za-z_.-][A-Za-z0-9_.-]*|)", re.ASCII)
_OPERATORS = frozenset("!&^")


class NodesNotUnderstood(ValueError):
    """The text is no set of nodes; its message completes a sentence that begins with the key."""


def expand_nodes(text: str) -> tuple[str, ...]:
    """Tell the nodes one by one, each once, in the order of the parts; inside brackets by number.

    Raises `NodesNotUnderstood`, also for names that ssh would not take.
    """
    if not text.strip():
        raise NodesNotUnderstood("is empty; expected a node set such as db[1-3]")
    _refuse_huge(text)
    parts = [text] if _OPERATORS & set(text) else _COMMA.split(text)
    nodes = [node for part in parts for node in _expand(part.strip(), text)]
    if not nodes:
        raise NodesNotUnderstood(f"is {text!r}, which holds no node; expected a node set such as db[1-3]")
    if len(nodes) > len(set(nodes)):
        twice = next(node for at, node in enumerate(nodes) if node in nodes[:at])
        raise NodesNotUnderstood(f"is {text!r}, which names {twice} twice; name it once")
    for node in nodes:
        if not _HOST.fullmatch(node) or len(node) > 253:
            raise NodesNotUnderstood(f"is {text!r}, which gives {node!r}: that is no host name")
    return tuple(nodes)


def _expand(part: str, text: str) -> list[str]:
    """One part. The two plain forms are told at once, all others by ClusterShell, whose import is slow."""
    if _HOST.fullmatch(part):
        return [part]
    plain = _PLAIN.fullmatch(part)
    if plain and len(plain[2]) <= len(plain[3]) and int(plain[2]) <= int(plain[3]):
        width = len(plain[2]) if plain[2].startswith("0") else 0
        if not width or len(plain[2]) == len(plain[3]):
            return [f"{plain[1]}{n:0{width}}{plain[4]}" for n in range(int(plain[2]), int(plain[3]) + 1)]
    from ClusterShell.NodeSet import NodeSet, NodeSetException
    from ClusterShell.NodeUtils import GroupResolverError, GroupSourceError

    try:
        return [str(node) for node in NodeSet(part)]
    except (NodeSetException, GroupResolverError, GroupSourceError) as error:
        raise NodesNotUnderstood(
            f"is {text!r}, which is no node set: {error}; expected one such as db[1-3]"
        ) from error


def _refuse_huge(text: str) -> None:
    """ClusterShell expands a range at once: db[1-999999999] would eat all memory."""
    sizes = [sum(_range_size(part) for part in inside.split(",")) for inside in _BRACKETS.findall(text)]
    if len(text) > 100_000 or prod(sizes) > _MOST_NODES:
        raise NodesNotUnderstood(f"is a set of more than {_MOST_NODES} nodes; expected fewer")


def _range_size(part: str) -> int:
    match = _RANGE.match(part.strip())
    if not match:
        return 1
    low, high = match.groups()
    if len(low) > 9 or len(high) > 9:
        return _MOST_NODES + 1
    return max(int(high) - int(low), 0) + 1
