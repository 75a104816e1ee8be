"""The private folder by which a console finds the practice estate.

FOLDER/                 0700
  estate.toml           name it with --estate
  ssh_config            Host db1 ... Port, HostKeyAlias, UserKnownHostsFile, IdentityFile
  known_hosts           the hosts' own keys
  id_ed25519            a throw-away client key, 0600
  monitor.pw            the password of the SQL account, 0600
  clouds.yaml           the way to the cloud, where the estate has one, 0600
  control               the control socket, 0600
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh

from practice.haproxy.balancer import PORT
from practice.haproxy.outfit import ADDRESS
from practice.sshd import Sshd

if TYPE_CHECKING:
    from practice.cloud.keystone import Account

CONTROL = "control"
_FILES = ("estate.toml", "ssh_config", "known_hosts", "id_ed25519", "monitor.pw", "clouds.yaml", CONTROL)


class FolderTaken(Exception):
    """The folder cannot be used; the text is a sentence for the operator."""


def make_folder(folder: Path) -> bool:
    """Make the private folder, or take one that is empty; returns whether it was made here."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        status = folder.lstat()
        is_private = folder.is_dir() and not folder.is_symlink() and status.st_uid == os.getuid()
        if not is_private or any(folder.iterdir()):
            raise FolderTaken(
                f"{folder}: it is no empty folder of your own; name one that is not there yet with --folder"
            ) from None
        folder.chmod(0o700)
        return False
    except OSError as error:
        raise FolderTaken(
            f"{folder}: the folder cannot be made: {error.strerror}; name another with --folder"
        ) from error
    return True


def clear_folder(folder: Path, *, was_made: bool) -> None:
    """Take away what was put there; a folder that was made here goes whole, with what a console left."""
    if was_made:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)


def write_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


def write_access(folder: Path, key: asyncssh.SSHKey, hosts: Iterable[Sshd], *, user: str = "ops") -> None:
    """Write the client key, ssh_config and known_hosts."""
    write_file(folder / "id_ed25519", key.export_private_key("openssh").decode())
    place = str(folder).replace('"', "")
    blocks = [
        f"Host {sshd.machine.name}\n"
        f"  HostName 127.0.0.1\n  Port {sshd.port}\n  HostKeyAlias practice-{sshd.machine.name}\n"
        for sshd in hosts
    ]
    common = (
        f'Host *\n  User {user}\n  IdentityFile "{place}/id_ed25519"\n  IdentitiesOnly yes\n'
        f'  IdentityAgent none\n  UserKnownHostsFile "{place}/known_hosts"\n'
        "  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n  ConnectTimeout 4\n"
    )
    write_file(folder / "ssh_config", "".join(blocks) + common)


def write_known_hosts(folder: Path, hosts: Iterable[Sshd]) -> None:
    """Write the hosts' own keys."""
    lines = [
        f"practice-{sshd.machine.name} {sshd.host_key.export_public_key('openssh').decode().strip()}\n"
        for sshd in hosts
    ]
    write_file(folder / "known_hosts", "".join(lines))


def write_estate(
    folder: Path,
    clusters: dict[str, tuple[str, ...]],
    *,
    password: str,
    balancers: tuple[str, ...] = (),
    cloud: str = "",
    token_ttl_s: float = 0.0,
) -> None:
    """Write the estate file.

    `balancers`: hosts of the load balancers before the first cluster; `cloud`: one that clouds.yaml has, and
    whose consoles' tokens are good for so long.
    """
    write_file(folder / "monitor.pw", f"{password}\n")
    tables = [
        f'\n[[galera]]\nname = "{name}"\nnodes = "{_node_set(nodes)}"\n'
        f'sql = {{ user = "monitor", password = "file:{folder}/monitor.pw", via = "ssh" }}\n'
        for name, nodes in clusters.items()
    ]
    if balancers:
        name = next(iter(clusters))
        tables.append(
            f'\n[[haproxy]]\nname = "{name}-vip"\nhosts = "{_node_set(balancers)}"\nbackend = "{name}"\n'
            f'serves = "{name}"\naddress = "{ADDRESS}:{PORT}"\n'
            f'probe = {{ user = "probe", password = "file:{folder}/monitor.pw" }}\n'
        )
    if cloud:
        tables.append(
            f'\n[[cloud]]\nname = "{cloud}"\nclouds_file = "clouds.yaml"\ntoken_ttl_s = {token_ttl_s:g}\n'
        )
    head = '[estate]\nname = "practice"\ncolor = "green"\nssh_config = "ssh_config"\n'
    write_file(folder / "estate.toml", head + "".join(tables))


def write_clouds(folder: Path, auth_url: str, accounts: Mapping[str, Account], *, region: str) -> None:
    """Write clouds.yaml; `accounts`: by the name that the cloud has there for each."""
    clouds = {
        name: {
            "auth": {
                "auth_url": auth_url,
                "username": account.name,
                "password": account.password,
                "project_name": account.project.name,
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "region_name": region,
        }
        for name, account in accounts.items()
    }
    write_file(folder / "clouds.yaml", json.dumps({"clouds": clouds}, indent=2) + "\n")


def _node_set(nodes: tuple[str, ...]) -> str:
    numbers = [re.fullmatch(r"([a-z]+)(\d+)", node) for node in nodes]
    stems = {match.group(1) for match in numbers if match}
    values = [int(match.group(2)) for match in numbers if match]
    if len(stems) == 1 and values == list(range(values[0], values[0] + len(nodes))) and len(nodes) > 1:
        return f"{stems.pop()}[{values[0]}-{values[-1]}]"
    return ",".join(nodes)
