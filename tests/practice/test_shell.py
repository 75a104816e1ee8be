"""The simulated shell answers as a shell does, and nothing that is typed crashes or hangs it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clock import Clock
from practice.estate import build
from practice.host.machine import Machine
from practice.shell.interpreter import Shell
from practice.shell.streams import Nothing, TextSink
from tests.examples import examples


def machine() -> Machine:
    return build(Clock(runs=False, started_at=1_800_000_000.0)).machines["db1"]


async def run(line: str, host: Machine | None = None) -> tuple[int, str, str]:
    """(exit status, standard output, standard error) of a line."""
    host = host or machine()
    process = host.processes.make(("sh",))
    process.env = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/root"}
    out, err = TextSink(), TextSink()
    process.set_fd(0, Nothing())
    process.set_fd(1, out)
    process.set_fd(2, err)
    status = await asyncio.wait_for(Shell(host, process).whole(line), 20)
    return status, bytes(out.data).decode("utf-8", "replace"), bytes(err.data).decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("echo a  b 'c  d' \"e  f\"", "a b c  d e  f\n"),
        ("x='a b'; for w in $x; do echo [$w]; done", "[a]\n[b]\n"),
        (
            "x=/a/b/c.txt; echo ${x##*/} ${x%/*} ${x%.txt} ${#x} ${y:-none} ${x:+set}",
            "c.txt /a/b /a/b/c 10 none set\n",
        ),
        ("set -- a 'b c'; for w in \"$@\"; do echo $w; done; echo $# $2", "a\nb c\n2 b c\n"),
        ("f() { echo in $1; return 3; }; f x; echo $?", "in x\n3\n"),
        ("echo $((1 + 2 * 3)) $((7 / 2)) $((n = 4)) $n", "7 3 4 4\n"),
        ("case abc in x) echo x ;; a*|b) echo fits ;; esac", "fits\n"),
        ("printf '%s-%03d\\n' a 7 b 8", "a-007\nb-008\n"),
        ("cat <<E; echo after\nx $((1+1))\nE\n", "x 2\nafter\n"),
        ("cat <<'E'\nx $HOME\nE\n", "x $HOME\n"),
        ("echo one two | (read -r a b; echo $b $a)", "two one\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done", "1\n3\n"),
        ("false || echo no; true && echo yes; ! false; echo $?", "no\nyes\n0\n"),
        ("echo a >/tmp/f; echo b >>/tmp/f; wc -l </tmp/f; sed -i 's/a/c/' /tmp/f; cat /tmp/f", "2\nc\nb\n"),
        (
            "ls /etc/mysql/mariadb.conf.d/*.cnf",
            "/etc/mysql/mariadb.conf.d/50-server.cnf\n/etc/mysql/mariadb.conf.d/60-galera.cnf\n",
        ),
        ("(sleep 0.01; echo late) & p=$!; wait $p; echo $?", "late\n0\n"),
        ("x=$(printf 'a\\n\\n'); echo \"[$x]\"", "[a]\n"),
        ("(exit 5); echo $?; sh -c 'exit 6'; echo $?", "5\n6\n"),
    ],
)
async def test_a_line_writes_what_a_posix_shell_writes(line: str, out: str) -> None:
    assert (await run(line))[:2] == (0, out)


@pytest.mark.parametrize(
    ("line", "status", "err"),
    [
        ("nmap localhost", 127, "sh: 1: nmap: not found\n"),
        ("cat /nowhere", 1, "cat: /nowhere: No such file or directory\n"),
        ("echo x >/nowhere/f", 2, "sh: 1: cannot create /nowhere/f: Directory nonexistent\n"),
        ("if true", 2, "sh: 1: Syntax error: unexpected end of file\n"),
        ("systemctl start nothing", 5, "Failed to start nothing.service: Unit nothing.service not found.\n"),
        (
            "mariadb --host=10.20.0.99 --protocol=tcp --connect-timeout=3 -NB -e 'SELECT 1'",
            1,
            "ERROR 2002 (HY000): Can't connect to server on '10.20.0.99' (115)\n",
        ),
    ],
)
async def test_what_cannot_be_done_says_so(line: str, status: int, err: str) -> None:
    assert await run(line) == (status, "", err)


async def test_an_endless_loop_is_ended() -> None:
    assert (await run("while :; do :; done"))[0] == 137


async def test_a_full_disk_refuses_to_be_written_to() -> None:
    host = machine()
    host.files.write("/filler", b"").hole_bytes = host.files.free_bytes(host.files.mount_of("/"))
    status, _, err = await run("head -c 65536 /dev/zero >/var/log/x", host)
    assert (status, err) == (1, "head: write error: No space left on device\n")


WORDS = (
    "echo cat a $x ${x#*a} $( ) ( { } ; && || | & ' \" ` \\ > < 2>&1 if then fi while do done case in esac "
    ";; for * [!a]* $(( )) 1/0 f() exec read set -e ! # grep sed s/(/\\1/ find -exec printf %d%s test -eq "
    "[ ] sleep 0 sh -c eval /etc .. $@ kill $$ -9"
)
PIECES = st.sampled_from((*WORDS.split(), "\n", "<<E\n", "E\n"))


@examples(150)
@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=60))
def test_whatever_is_typed_neither_crashes_nor_hangs_it(line: str) -> None:
    status, _, _ = asyncio.run(run(line, HOST))
    assert 0 <= status <= 255


HOST = machine()
