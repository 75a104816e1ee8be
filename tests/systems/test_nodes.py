"""Sets of nodes: the order of the inventory is kept, nonsense is refused with a sentence."""

from __future__ import annotations

from contextlib import suppress

import pytest
from ClusterShell.NodeSet import NodeSet
from hypothesis import given
from hypothesis import strategies as st

from systems.nodes import NodesNotUnderstood, expand_nodes


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("db[1-3]", "db1 db2 db3"),
        ("db3,db1,db2", "db3 db1 db2"),
        ("db[08-10].north", "db08.north db09.north db10.north"),
        ("b[1-2], a[1-2]", "b1 b2 a1 a2"),
        ("db[1,3]", "db1 db3"),
        ("db[1-4]!db2", "db1 db3 db4"),
        ("r[1-2]n[1-2]", "r1n1 r1n2 r2n1 r2n2"),
        ("idm01.example.test", "idm01.example.test"),
    ],
)
def test_a_set_is_told_node_by_node(text: str, nodes: str) -> None:
    assert " ".join(expand_nodes(text)) == nodes


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        (" , ", "no"),
        ("db[1-", "no node set"),
        ("db1,db1", "db1 twice"),
        ("db[1-999999999]", "more than 10000"),
        ("a[1-200]b[1-200]", "more than 10000"),
        ("-oProxyCommand=x", "no host name"),
        ("db 1", "no"),
        ("@nosuchgroup_anywhere", "no"),
    ],
)
def test_nonsense_is_refused_with_a_reason(text: str, word: str) -> None:
    with pytest.raises(NodesNotUnderstood, match=word):
        expand_nodes(text)


@given(
    st.integers(0, 999), st.integers(0, 120), st.sampled_from(["", "0", "00"]), st.sampled_from(["", ".x"])
)
def test_the_plain_form_agrees_with_clustershell(low: int, more: int, pad: str, tail: str) -> None:
    text = f"db[{pad}{low}-{pad}{low + more}]{tail}"
    try:
        expected = [str(node) for node in NodeSet(text)]
    except Exception:
        with pytest.raises(NodesNotUnderstood):
            expand_nodes(text)
    else:
        assert list(expand_nodes(text)) == expected


@given(st.one_of(st.text(), st.text(alphabet="db[]0-9,!&^@%{}*: /", max_size=20)))
def test_any_text_is_a_set_or_refused(text: str) -> None:
    with suppress(NodesNotUnderstood):
        assert expand_nodes(text)
