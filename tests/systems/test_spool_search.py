"""Filter, search, grouping and export of a spool, against naive models."""

import re
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.matching import Matcher
from systems.shell import Stream
from systems.spool import (
    ERRORS,
    AnswerGroup,
    Export,
    FilteredLines,
    Grouping,
    NoRoom,
    Scan,
    Search,
    Spool,
    group_answers,
)
from tests.examples import examples

AT_MS = 1_700_000_000_000
HOSTS = ["db1", "db2", "db3"]
FILTERS = [
    "ab",
    "AB",
    "b|c",
    "!ab",
    "~ac",
    "re:a[^b]*c",
    r"re:b\s+c",
    "re:^a",
    "re:a$",
    "re:^$",
    "re:x*",
    "!re:^a",
    "",
]

texts = st.lists(
    st.tuples(st.integers(0, 2), st.text("abcAB é\t", max_size=6)),
    max_size=60,
)


def filled(lines: list[tuple[int, str]]) -> Spool:
    spool = Spool()
    for host in HOSTS:
        spool.source(host, Stream.STDOUT)
    for number, (which, text) in enumerate(lines):
        spool.append(which, text.encode() + b"\n", AT_MS + number)
    return spool


def in_full(filtered: FilteredLines) -> list[int]:
    while not filtered.advance(0.0):
        pass
    return filtered.slice(0, len(filtered))


@pytest.mark.parametrize("filter_text", FILTERS)
@settings(deadline=None)
@given(lines=texts, half=st.integers(0, 60), only=st.none() | st.frozensets(st.integers(0, 2)))
def test_a_filter_keeps_the_lines_that_match_by_themselves(
    filter_text: str, lines: list[tuple[int, str]], half: int, only: frozenset[int] | None
) -> None:
    matcher = Matcher(filter_text)
    spool = filled(lines[:half])
    filtered = FilteredLines(spool, Scan.of(matcher), sources=None if only is None else only.__contains__)
    in_full(filtered)
    for number, (which, text) in enumerate(lines[half:], half):  # the rest streams in later
        spool.append(which, text.encode() + b"\n", AT_MS + number)
    expected = [
        number
        for number, (which, text) in enumerate(lines)
        if matcher.matches(text) and (only is None or which in only)
    ]
    assert in_full(filtered) == expected
    assert [line for line in range(len(lines)) if line in filtered] == expected
    filtered.close()
    spool.close()


@pytest.mark.parametrize("filter_text", FILTERS)
@settings(deadline=None)
@given(lines=texts, start=st.integers(0, 60))
def test_a_search_finds_the_nearest_line_in_its_direction(
    filter_text: str, lines: list[tuple[int, str]], start: int
) -> None:
    spool, matcher = filled(lines), Matcher(filter_text)
    hits = [number for number, (_, text) in enumerate(lines) if matcher.matches(text)]
    after = Search(spool, Scan.of(matcher), start=start)
    before = Search(spool, Scan.of(matcher), start=start, backwards=True)
    while not after.advance(0.0):
        pass
    while not before.advance(0.0):
        pass
    assert after.found == min((hit for hit in hits if hit >= start), default=None)
    assert before.found == max((hit for hit in hits if hit <= start), default=None)
    spool.close()


@examples(20)
@given(st.lists(st.integers(0, 150_000), min_size=1, max_size=12), st.data())
def test_search_and_filter_cross_blocks_and_lines_longer_than_one(
    sizes: list[int], data: st.DataObject
) -> None:
    spool = Spool()
    source = spool.source("db1", Stream.STDOUT)
    marked = data.draw(st.sets(st.integers(0, len(sizes) - 1)))
    for number, size in enumerate(sizes):
        spool.append(source, b"." * size + (b"needle" if number in marked else b"") + b"\n", AT_MS)
    scan = Scan.of(Matcher("needle"))
    assert in_full(FilteredLines(spool, scan)) == sorted(marked)
    back = Search(spool, scan, start=len(sizes), backwards=True)
    while not back.advance(0.0):
        pass
    assert back.found == max(marked, default=None)
    spool.close()


def test_a_search_among_filtered_lines_skips_the_others() -> None:
    spool = filled([(0, "a x"), (0, "b"), (0, "b x"), (0, "a x")])
    only_b = FilteredLines(spool, Scan.of(Matcher("b")))
    in_full(only_b)
    search = Search(spool, Scan.of(Matcher("x")), start=0, among=only_b)
    assert search.advance(1.0)
    assert search.found == 2


def test_a_slice_of_a_filter_over_a_large_spool_returns_in_time() -> None:
    """200,000 lines, every one kept: the densest case. One slice is a step between two key presses."""
    spool = Spool()
    spool.append(spool.source("db1", Stream.STDOUT), b"an error\n" * 200_000, AT_MS)
    filtered = FilteredLines(spool, Scan.of(Matcher("error")))
    slices = []
    done = False
    while not done:
        began = time.perf_counter()
        done = filtered.advance(0.002)
        slices.append(time.perf_counter() - began)
    assert len(filtered) == 200_000
    assert len(slices) > 5
    assert sorted(slices)[len(slices) // 2] < 0.02


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2026-11-22 14:01:46 0 [ERROR] WSREP: could not open", True),
        ("mariadb.service: Failed with result 'signal'", True),
        ("ssh: connect to host db2: Connection refused", True),
        ("bash: mariadbd: command not found", True),
        ("java.lang.NullPointerException: x", True),
        ("OSError: [Errno 28] No space left on device", True),
        ("0 errors", False),
        ("no error", False),
        ("failed=0 changed=2", False),
        ("failover-enabled yes", False),
        ("error_log /var/log/mysql", False),
        ("critical path", True),
        ("all is well", False),
    ],
)
def test_the_lines_of_next_error_tell_of_trouble(text: str, wrong: bool) -> None:
    assert list(ERRORS.lines(text.encode() + b"\n", 7)) == ([7] if wrong else [])


def test_hosts_with_equal_answers_are_one_group_whatever_the_order_of_arrival() -> None:
    spool = Spool()
    for host in ("db1", "db2", "db3", "db4", "db5"):
        spool.source(host, Stream.STDOUT)
    for host, stream, chunk in [
        ("db1", Stream.STDOUT, b"one\ntwo\n"),
        ("db3", Stream.STDERR, b"one\ntwo\n"),
        ("db2", Stream.STDOUT, b"one\n"),
        ("db4", Stream.STDOUT, b"one\ntwo\n"),
        ("db2", Stream.STDOUT, b"two\n"),
    ]:
        spool.data(host, stream, chunk)
    spool.note("db2", "exit status 0")
    assert group_answers(spool) == [
        AnswerGroup(("db1", "db2", "db4"), 2),
        AnswerGroup(("db3",), 2),
        AnswerGroup(("db5",), 0),
    ]


@settings(deadline=None)
@given(texts)
def test_grouping_in_slices_agrees_with_comparing_whole_outputs(lines: list[tuple[int, str]]) -> None:
    spool = filled(lines)
    whole = {host: [text for which, text in lines if HOSTS[which] == host] for host in HOSTS}
    grouping = Grouping(spool)
    while not grouping.advance(0.0):
        pass
    together = [{host for host in HOSTS if whole[host] == output} for output in whole.values()]
    assert all(set(group.hosts) in together for group in grouping.groups)
    assert sum(len(group.hosts) for group in grouping.groups) == len(HOSTS)
    spool.close()


def test_an_export_has_time_host_stream_and_the_text_as_it_came(tmp_path: Path) -> None:
    spool = Spool()
    spool.append(spool.source("db1", Stream.STDERR), b"\x1b[31mred\xff\n", AT_MS + 7)
    spool.append(spool.source("db2", Stream.STDOUT), b"plain\n", AT_MS + 8)
    export = Export(spool, tmp_path / "out.txt")
    while not export.advance(0.0):
        pass
    assert export.path.read_bytes() == (
        b"2023-11-14T22:13:20.007Z db1 err | \x1b[31mred\xff\n2023-11-14T22:13:20.008Z db2 out | plain\n"
    )
    assert stat.S_IMODE(export.path.stat().st_mode) == 0o600


def test_an_export_can_be_of_filtered_lines_only(tmp_path: Path) -> None:
    spool = filled([(n % 3, f"line {n}") for n in range(3000)])
    filtered = FilteredLines(spool, Scan.of(Matcher("re:7$")))
    in_full(filtered)
    export = Export(spool, tmp_path / "out.txt", only=filtered)
    assert export.advance(5.0)
    texts_out = re.findall(r"\| (line \d+)", export.path.read_text())
    assert texts_out == [f"line {n}" for n in range(3000) if n % 10 == 7]


def test_an_export_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("precious")
    with pytest.raises(NoRoom, match=r"out\.txt exists and is not overwritten"):
        Export(Spool(), tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "precious"
