"""The estate file: all that one console watches, read with a schema; errors name the line and the key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from systems.errors import SystemsError
from systems.estate_balancers import Balancers, balancers_of
from systems.estate_lines import line_of
from systems.estate_schema import Cloud, Estate, Galera, Settings, Sql
from systems.nodes import NodesNotUnderstood, expand_nodes
from systems.secrets import flaw_of_reference


class EstateError(SystemsError):
    """The estate file cannot be used: one sentence with file, line, key, what was expected and what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster of the estate, its nodes told one by one."""

    name: str
    nodes: tuple[str, ...]
    """In inventory order."""
    settings: Galera


@dataclass(frozen=True, slots=True)
class LoadedEstate:
    """An estate file that was read and holds together; paths are absolute."""

    path: Path
    settings: Settings
    clusters: tuple[Cluster, ...]
    hosts: tuple[str, ...]
    """All hosts: the nodes of all clusters, the load balancers, then the others, each once."""
    clouds: tuple[Cloud, ...] = ()
    balancers: tuple[Balancers, ...] = ()

    @property
    def ssh_config(self) -> Path | None:
        """None: the operator's own."""
        return Path(self.settings.ssh_config) if self.settings.ssh_config else None

    def cluster(self, name: str) -> Cluster:
        """The cluster of that name; raises `KeyError`."""
        for cluster in self.clusters:
            if cluster.name == name:
                return cluster
        raise KeyError(name)

    def cloud(self, name: str) -> Cloud:
        """The cloud of that name; raises `KeyError`."""
        for cloud in self.clouds:
            if cloud.name == name:
                return cloud
        raise KeyError(name)

    def vip(self, name: str) -> Balancers:
        """The load balancers of that name; raises `KeyError`."""
        for balancers in self.balancers:
            if balancers.name == name:
                return balancers
        raise KeyError(name)


def load(path: Path | str) -> LoadedEstate:
    """Read an estate file, or raise an `EstateError`."""
    file = Path(path).expanduser().absolute()
    text = _read(file)
    estate = _convert(file, text, _parse(file, text))
    checker = _Checker(file, text)
    clusters = tuple(checker.cluster(at, galera) for at, galera in enumerate(estate.galera))
    checker.refuse_twins(clusters)
    clouds = tuple(checker.cloud(at, cloud, clusters, estate.cloud) for at, cloud in enumerate(estate.cloud))
    if not estate.estate.name.strip():
        raise checker.error("estate.name", "is empty; give the estate a name")
    names = [cluster.name for cluster in clusters]
    balancers = balancers_of(estate.haproxy, names, checker.nodes, checker.error)
    systems: tuple[Cluster | Balancers, ...] = (*clusters, *balancers)
    named = [host for one in systems for host in (one.nodes if isinstance(one, Cluster) else one.hosts)]
    more = checker.nodes("hosts", estate.hosts) if estate.hosts.strip() else ()
    return LoadedEstate(
        path=file,
        settings=checker.settings(estate.estate),
        clusters=clusters,
        clouds=clouds,
        hosts=tuple(dict.fromkeys((*named, *more))),
        balancers=balancers,
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise EstateError(
            f"{file}: there is no such file; write one, or name another with --estate"
        ) from error
    except UnicodeDecodeError as error:
        raise EstateError(
            f"{file}: it is not text in UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise EstateError(f"{file}: it cannot be read: {reason}") from error


def _parse(file: Path, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise EstateError(f"{file}: it is not TOML that can be read: it is nested too deeply") from error
    except ValueError as error:
        place = str(error).replace("at end of document", f"at line {len(text.splitlines())}, its last")
        raise EstateError(f"{file}: it is not TOML: {place}") from error


def _convert(file: Path, text: str, table: Mapping[str, object]) -> Estate:
    try:
        return msgspec.convert(table, Estate)
    except msgspec.ValidationError as error:
        from systems.estate_errors import explain

        key, sentence = explain(str(error), Estate)
        raise EstateError(_sentence(file, text, key, sentence)) from error


def _sentence(file: Path, text: str, key: str, problem: str) -> str:
    line = line_of(text, key)
    where = f"{file}, line {line}" if line else f"{file}"
    return f"{where}: {key} {problem}" if key else f"{where}: {problem}"


class _Checker:
    """What a schema cannot say: names, nodes, references, numbers, paths."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text

    def error(self, key: str, problem: str) -> EstateError:
        return EstateError(_sentence(self._file, self._text, key, problem))

    def settings(self, settings: Settings) -> Settings:
        resolved = self._path("estate.ssh_config", settings.ssh_config)
        return msgspec.structs.replace(settings, ssh_config=resolved)

    def cluster(self, at: int, galera: Galera) -> Cluster:
        key = f"galera[{at}]"
        if not galera.name.strip():
            raise self.error(f"{key}.name", "is empty; give the cluster a name")
        if not 0.2 <= galera.every_s <= 3600.0:
            raise self.error(f"{key}.every_s", f"is {galera.every_s:g}; expected 0.2 to 3600 seconds")
        if galera.arbitrators < 0:
            raise self.error(f"{key}.arbitrators", f"is {galera.arbitrators}; expected 0 or more")
        nodes = self.nodes(f"{key}.nodes", galera.nodes)
        sql = self._sql(f"{key}.sql", galera.sql)
        return Cluster(galera.name, nodes, msgspec.structs.replace(galera, sql=sql))

    def cloud(self, at: int, cloud: Cloud, clusters: Sequence[Cluster], clouds: Sequence[Cloud]) -> Cloud:
        key = f"cloud[{at}]"
        if not cloud.name.strip():
            raise self.error(f"{key}.name", "is empty; give the name that the cloud has in clouds.yaml")
        taken = {cluster.name for cluster in clusters} | {one.name for one in clouds[:at]}
        if cloud.name in taken:
            raise self.error(f"{key}.name", f"is {cloud.name!r}, as another system is called; name it once")
        if not 1.0 <= cloud.every_s <= 3600.0:
            raise self.error(f"{key}.every_s", f"is {cloud.every_s:g}; expected 1 to 3600 seconds")
        if not 1.0 <= cloud.token_ttl_s <= 86400.0:
            raise self.error(f"{key}.token_ttl_s", f"is {cloud.token_ttl_s:g}; expected 1 to 86400 seconds")
        file = self._path(f"{key}.clouds_file", cloud.clouds_file)
        return msgspec.structs.replace(cloud, clouds_file=file)

    def refuse_twins(self, clusters: tuple[Cluster, ...]) -> None:
        names: dict[str, int] = {}
        owners: dict[str, str] = {}
        for at, cluster in enumerate(clusters):
            if cluster.name in names:
                first = names[cluster.name] + 1
                raise self.error(
                    f"galera[{at}].name",
                    f"is {cluster.name!r} again, as cluster {first} has it; give it another",
                )
            names[cluster.name] = at
            for node in cluster.nodes:
                if node in owners:
                    problem = f"names {node}, which is a node of {owners[node]!r}; take it out of one"
                    raise self.error(f"galera[{at}].nodes", problem)
                owners[node] = cluster.name

    def nodes(self, key: str, text: str) -> tuple[str, ...]:
        try:
            return expand_nodes(text)
        except NodesNotUnderstood as error:
            raise self.error(key, str(error)) from error

    def _sql(self, key: str, sql: Sql) -> Sql:
        if not 1 <= sql.port <= 65535:
            raise self.error(f"{key}.port", f"is {sql.port}; expected 1 to 65535")
        flaw = flaw_of_reference(sql.password) if sql.password else ""
        if flaw:
            raise self.error(f"{key}.password", flaw)
        if sql.via == "tcp" and not sql.user:
            raise self.error(f"{key}.via", 'is "tcp", which needs a user; add user = "NAME" beside it')
        if sql.via == "tcp" and sql.tls == "verified" and not sql.ca:
            problem = (
                'is "tcp", which needs ca = "FILE", the authority that signs the servers, since the password '
                'goes there; or say tls = "unverified", and it goes to whoever answers at that address'
            )
            raise self.error(f"{key}.via", problem)
        if sql.tls == "unverified" and (sql.via != "tcp" or sql.ca):
            raise self.error(
                f"{key}.tls", 'is "unverified", which is for via = "tcp" without ca; leave it out'
            )
        return msgspec.structs.replace(sql, ca=self._path(f"{key}.ca", sql.ca))

    def _path(self, key: str, value: str) -> str:
        """Absolute, relative ones from the estate file's folder; it must be there."""
        if not value:
            return ""
        try:
            path = self._file.parent / Path(value).expanduser()
            is_there = path.is_file()
        except (OSError, ValueError, RuntimeError) as error:
            raise self.error(key, f"is no path that can be used: {error}") from error
        if not is_there:
            raise self.error(key, f"names {path}, where there is no such file; correct the path")
        return str(path)
