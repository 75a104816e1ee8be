"""The estate file: read when it is right; when it is wrong, one sentence with file, line and key."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from systems.estate import EstateError, LoadedEstate, load

GOOD = """\
hosts = "bak1,db1"

[estate]
name = "north"
color = "red"
ssh_config = "ssh_config"

[[galera]]
name = "orders"
nodes = "db[1-3]"
service = "mysql"
sql = { user = "monitor", password = "file:orders.pw", via = "ssh" }
arbitrators = 1

[[galera]]
name = "stock"          # the second one
nodes = "st2,st1"
datadir = "/srv/%h/data"

[galera.sql]
port = 3307
socket = "/run/%h.sock"
"""


def a_file(folder: Path, text: str) -> Path:
    (folder / "ssh_config").touch()
    path = folder / "estate.toml"
    path.write_text(text)
    return path


def problem(folder: Path, text: str) -> str:
    with pytest.raises(EstateError) as caught:
        load(a_file(folder, text))
    return str(caught.value)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    estate = load(a_file(tmp_path, GOOD))
    assert estate.settings.name == "north"
    assert estate.ssh_config == tmp_path / "ssh_config"
    assert [cluster.name for cluster in estate.clusters] == ["orders", "stock"]
    assert estate.cluster("orders").nodes == ("db1", "db2", "db3")
    assert estate.cluster("stock").nodes == ("st2", "st1")
    assert estate.hosts == ("db1", "db2", "db3", "st2", "st1", "bak1")
    assert estate.cluster("stock").settings.sql.port == 3307
    with pytest.raises(KeyError):
        estate.cluster("none")


def test_a_node_has_its_own_paths(tmp_path: Path) -> None:
    on_st1 = load(a_file(tmp_path, GOOD)).cluster("stock").settings.on("st1")
    assert (on_st1.datadir, on_st1.sql.socket) == ("/srv/st1/data", "/run/st1.sock")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('color = "red"', 'colour = "red"', 5, "estate.colour is not known; did you mean color?"),
        ('name = "north"', "", 3, "lacks name"),
        ('name = "north"', 'name = ""', 4, "estate.name is empty"),
        ('name = "north"', "name = 5", 4, "is a whole number; expected a text in quotes"),
        ('"db[1-3]"', '"db[1-"', 10, "galera[0].nodes is 'db[1-', which is no node set"),
        ('"db[1-3]"', '""', 10, "galera[0].nodes is empty"),
        ('service = "mysql"', 'service = "oracle"', 11, 'expected "mariadb" or "mysql"'),
        ('"file:orders.pw"', '"S3cret"', 12, "galera[0].sql.password is no reference"),
        ("arbitrators = 1", "arbitrators = -1", 13, "expected 0 or more"),
        ("arbitrators = 1", "every_s = 0", 13, "expected 0.2 to 3600"),
        ("arbitrators = 1", "zzz = 1", 13, "galera[0].zzz is not known; known here: name, nodes"),
        ('name = "stock" ', 'name = "orders" ', 16, "galera[1].name is 'orders' again"),
        ('"st2,st1"', '"st2,db2"', 17, "names db2, which is a node of 'orders'"),
        ("port = 3307", "port = 70000", 21, "galera[1].sql.port is 70000"),
        ("port = 3307", 'port = "x"', 21, "galera[1].sql.port is a text in quotes; expected a whole number"),
        ("port = 3307", "prot = 3307", 21, "did you mean port?"),
        ("port = 3307", 'via = "tcp"', 21, "needs a user"),
        ('via = "ssh"', 'via = "tcp"', 12, 'needs ca = "FILE"'),
        ('via = "ssh"', 'via = "tcp", tls = "off"', 12, 'expected "unverified" or "verified"'),
        ('via = "ssh"', 'via = "ssh", tls = "unverified"', 12, 'is for via = "tcp" without ca'),
        ('ssh_config = "ssh_config"', 'ssh_config = "gone"', 6, "no such file"),
        ('"bak1,db1"', '"bak1,,]"', 1, "hosts"),
        ('via = "ssh"', 'via = "udp"', 12, 'expected "ssh" or "tcp"'),
    ],
)
def test_what_is_wrong_names_line_and_key(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    said = problem(tmp_path, GOOD.replace(old, new))
    assert said.startswith(f"{tmp_path}/estate.toml, line {line}: ")
    assert words in said
    assert "\n" not in said


def test_whom_it_is_encrypted_to_is_checked_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    checked = load(a_file(tmp_path, GOOD.replace('via = "ssh"', 'via = "tcp", ca = "ca.pem"')))
    assert checked.cluster("orders").settings.sql.ca == str(tmp_path / "ca.pem")
    by_word = load(a_file(tmp_path, GOOD.replace('via = "ssh"', 'via = "tcp", tls = "unverified"')))
    assert by_word.cluster("orders").settings.sql.tls == "unverified"


def test_a_password_in_the_file_is_never_repeated(tmp_path: Path) -> None:
    assert "S3cret" not in problem(tmp_path, GOOD.replace('"file:orders.pw"', '"S3cret"'))


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in problem(tmp_path, 'a = 1\nb = "')


def test_a_missing_table_says_what_the_file_needs(tmp_path: Path) -> None:
    assert "needs estate" in problem(tmp_path, "")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(EstateError, match="no such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(EstateError, match="cannot be read"):
        load(tmp_path)


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "estate.toml"
    path.write_bytes(b"name = \xff\xfe")
    with pytest.raises(EstateError, match="UTF-8"):
        load(path)


def test_a_key_in_a_long_text_is_no_key(tmp_path: Path) -> None:
    text = GOOD.replace('color = "red"', 'color = """\nname = 1\n"""').replace("arbitrators = 1", "x = 1")
    assert ", line 15: galera[0].x" in problem(tmp_path, text)


_LINES = r"""
[estate]
[[galera]]
[galera]
[galera.sql]
name = "a"
nodes = "db[1-3]"
nodes = 1
hosts = "x,y"
every_s = nan
every_s = 1e999
sql = { via = "tcp" }
name = [
name = "\u0000"
estate.name = 1979-05-27
= 1
"" = 1
a.b.c = 1
ssh_config = "~nobody_/x"
ssh_config = "\u0000"
"""
_TOML_LIKE = st.lists(st.sampled_from(_LINES.splitlines()), max_size=8).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(), _TOML_LIKE))
def test_any_text_is_an_estate_or_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "estate.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(EstateError):
        assert isinstance(load(path), LoadedEstate)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary())
def test_any_bytes_are_an_estate_or_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "estate.toml"
    path.write_bytes(data)
    with pytest.raises(EstateError):
        load(path)


CLOUD = GOOD + '[[cloud]]\nname = "kilo"\nclouds_file = "clouds.yaml"\nregion = "north"\n'


def test_a_cloud_is_named_as_in_clouds_yaml(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").touch()
    estate = load(a_file(tmp_path, CLOUD))
    kilo = estate.cloud("kilo")
    assert kilo.clouds_file == str(tmp_path / "clouds.yaml")
    assert (kilo.region, kilo.all_projects, kilo.token_ttl_s) == ("north", True, 600.0)
    with pytest.raises(KeyError):
        estate.cloud("none")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"kilo"', '" "', "cloud[0].name is empty; give the name that the cloud has in clouds.yaml"),
        ('"kilo"', '"orders"', "cloud[0].name is 'orders', as another system is called"),
        ('region = "north"', "every_s = 0.1", "cloud[0].every_s is 0.1; expected 1 to 3600"),
        ('region = "north"', "token_ttl_s = 0", "cloud[0].token_ttl_s is 0; expected 1 to 86400"),
        ('region = "north"', 'regoin = "north"', "did you mean region?"),
        ('"clouds.yaml"', '"gone.yaml"', "no such file"),
    ],
)
def test_what_is_wrong_with_a_cloud_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "clouds.yaml").touch()
    assert words in problem(tmp_path, CLOUD.replace(old, new))


VIP = """
[[haproxy]]
name = "orders-vip"
hosts = "lb[1-2]"
serves = "orders"
"""


def test_load_balancers_are_told_one_by_one_and_are_hosts_too(tmp_path: Path) -> None:
    estate = load(a_file(tmp_path, GOOD + VIP))
    assert estate.vip("orders-vip").hosts == ("lb1", "lb2")
    assert estate.vip("orders-vip").settings.socket == "/run/haproxy/admin.sock"
    assert estate.hosts == ("db1", "db2", "db3", "st2", "st1", "lb1", "lb2", "bak1")
    with pytest.raises(KeyError):
        estate.vip("orders")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('serves = "orders"', 'serves = "ordres"', "is 'ordres', which is no [[galera]] here"),
        ('"orders-vip"', '"two words"', "expected one word"),
        ('serves = "orders"', 'address = "10.77.0.100"', "expected host:port"),
        ('serves = "orders"', 'address = "10.77.0.100:99999"', "expected host:port"),
        ('serves = "orders"', 'probe = { user = "root" }', "never let in over the network (LB-19)"),
        ('serves = "orders"', 'probe = { user = "p", password = "hunter2" }', "is no reference"),
        ('serves = "orders"', 'socket = "/run/x y"', "without blanks"),
        ('serves = "orders"', 'socket = "/run/x;reboot"', "expected a path"),
        ('serves = "orders"', 'backend = "a b"', "expected the name of a backend"),
        ('serves = "orders"', "every_s = 0.0", "expected 0.2 to 3600"),
        ('serves = "orders"', 'sockets = "x"', "did you mean socket?"),
        ('"lb[1-2]"', '""', "expected a node set"),
        (VIP, VIP + VIP, "is 'orders-vip' again"),
    ],
)
def test_a_wrong_table_of_load_balancers_is_told(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    said = problem(tmp_path, GOOD + VIP.replace(right, wrong))
    assert told in said
    assert "haproxy[" in said
