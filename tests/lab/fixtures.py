"""Fixtures for tests on real servers: `lab`, `shared_lab`, `blank_lab` (root) and `light` (anyone).

A session makes what it needs when the first test asks for it, and takes it down at the end; with LAB_KEEP=1
it stays up, which saves the next session 15 s. Processes that run at the same time never share an instance.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.guest import Guest
from tests.lab.lab import Lab
from tests.lab.light import Light
from tests.lab.octavia import Octavia
from tests.lab.openstack import OpenStack
from tests.lab.scripts import SCRIPTS, LabError
from tests.lab.slots import cache_folder, slot

_FIRST_LIGHT_NET = 101
_FIRST_OPENSTACK_PORT = 25100
_FIRST_GUEST_PORT = 29100


def why_no_lab() -> str:
    """Why this machine cannot host the lab; empty when it can."""
    said = subprocess.run(
        [str(SCRIPTS / "machine.sh"), "can-lab"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() if said.returncode else ""


def _keeps() -> bool:
    return bool(os.environ.get("LAB_KEEP"))


@contextmanager
def _instance(kind: str, **form: str) -> Iterator[Lab]:
    if why := why_no_lab():
        pytest.skip(f"this machine cannot host the lab: {why}")
    with slot(kind) as number:
        lab = Lab(f"{kind}{number}", cache_folder(), **{"LAB_FAST": "1", **form})
        is_kept = lab.run_folder.exists()
        lab.up()
        lab.is_dirty = is_kept  # an earlier session may have changed what up.sh does not look at
        try:
            yield lab
        finally:
            if not _keeps():
                lab.down()


@contextmanager
def _clean(lab: Lab) -> Iterator[Lab]:
    if lab.is_dirty:
        lab.reset()
    with lab.at_the_desk():
        yield lab


@pytest.fixture(scope="session")
def _lab_instance() -> Iterator[Lab]:
    with _instance("qdtest") as lab:
        yield lab


@pytest.fixture(scope="session")
def _patient_instance() -> Iterator[Lab]:
    with _instance("qdslow", LAB_FAST="", SST="mariabackup") as lab:
        yield lab


@pytest.fixture(scope="session")
def _blank_instance() -> Iterator[Lab]:
    with _instance("qdblank", LAB_BLANK="1") as lab:
        yield lab


@pytest.fixture
def lab(_lab_instance: Lab) -> Iterator[Lab]:
    """Hosts db1 db2 db3, 3 Synced nodes, as fresh as after up.sh; the test runs in the lab's network."""
    with _clean(_lab_instance) as lab:
        lab.is_dirty = True
        yield lab


@contextmanager
def _with_balancers(instance: Lab, verb: str) -> Iterator[Lab]:
    with _clean(instance) as lab:
        lab.is_dirty = True
        lab.script("haproxy", verb)
        try:
            yield lab
        finally:
            lab.script("haproxy", "down")


@pytest.fixture
def balanced_lab(_lab_instance: Lab) -> Iterator[Lab]:
    """As `lab`, with load balancers lb1 and lb2 before it; they go with the test."""
    with _with_balancers(_lab_instance, "up") as lab:
        yield lab


@pytest.fixture
def bare_balancers_lab(_lab_instance: Lab) -> Iterator[Lab]:
    """As `lab`, with HAProxy on lb1 and lb2 as its package configures it, and no check on the nodes."""
    with _with_balancers(_lab_instance, "bare") as lab:
        yield lab


@pytest.fixture
def shared_lab(_lab_instance: Lab) -> Iterator[Lab]:
    """As `lab`, for tests that change nothing: no reset before the next test, unless `sh` or `sql` ran."""
    with _clean(_lab_instance) as lab:
        yield lab


@pytest.fixture
def patient_lab(_patient_instance: Lab) -> Iterator[Lab]:
    """As `lab`, with Galera's own timeouts (a lost node is noticed in 5 to 15 s) and SST by mariabackup."""
    with _clean(_patient_instance) as lab:
        lab.is_dirty = True
        yield lab


@pytest.fixture
def blank_lab(_blank_instance: Lab) -> Iterator[Lab]:
    """Hosts db1 db2 db3 with the packages installed and nothing configured."""
    with _clean(_blank_instance) as lab:
        lab.is_dirty = True
        yield lab


def _fetch_programs() -> None:
    said = subprocess.run([str(SCRIPTS / "fetch.sh")], capture_output=True, text=True, check=False)
    if said.returncode:
        pytest.skip(
            f"MariaDB and Galera are not here, and could not be fetched: {said.stderr.strip()[-300:]}"
        )


def _light_net(number: int) -> str:
    return f"127.0.{_FIRST_LIGHT_NET + number}"


def _is_quiet(number: int) -> bool:
    """Whether nobody listens at the first node's SQL port."""
    with socket.socket() as probe:
        return probe.connect_ex((f"{_light_net(number)}.1", 3306)) != 0


@pytest.fixture(scope="session")
def _light_instance() -> Iterator[Light]:
    _fetch_programs()
    with slot("light", _is_quiet) as number:
        light = Light(cache_folder() / "light" / f"test{number}", _light_net(number))
        light.reset()
        try:
            yield light
        finally:
            light.down()


@pytest.fixture
def light(_light_instance: Light) -> Light:
    """A light cluster of three Synced nodes; put back before a test when one before it changed something."""
    if _light_instance.is_dirty:
        _light_instance.reset()
    return _light_instance


def _openstack_port(number: int) -> int:
    return _FIRST_OPENSTACK_PORT + 10 * number


def _is_free(number: int) -> bool:
    """Whether nobody listens where this one's Keystone would."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", _openstack_port(number))) != 0


@pytest.fixture(scope="session")
def _openstack_instance() -> Iterator[OpenStack]:
    with slot("openstack", _is_free) as number:
        cloud = OpenStack(cache_folder() / "openstack" / f"test{number}", _openstack_port(number))
        try:
            cloud.install()
        except LabError as error:
            pytest.skip(f"OpenStack's services could not be installed: {str(error).strip()[-300:]}")
        cloud.up()
        try:
            yield cloud
        finally:
            cloud.down()


@pytest.fixture
def openstack_cloud(_openstack_instance: OpenStack) -> OpenStack:
    """A real Keystone, Placement, Glance and Nova, on its own fake driver; all consoles are on."""
    return _openstack_instance


@pytest.fixture(scope="session")
def guest() -> Iterator[Guest]:
    """A real guest in QEMU, without a cloud around it."""
    with slot("guest") as number:
        made = Guest(cache_folder() / "guest" / f"test{number}", _FIRST_GUEST_PORT + 10 * number)
        try:
            made.fetch()
        except LabError as error:
            pytest.skip(f"QEMU could not be fetched: {str(error).strip()[-300:]}")
        made.up()
        try:
            yield made
        finally:
            made.down()


@pytest.fixture(scope="session")
def octavia(_openstack_instance: OpenStack) -> Iterator[Octavia]:
    """A real Octavia beside that cloud; tests share it, and name what they make by names of their own."""
    octavia = Octavia(_openstack_instance)
    try:
        octavia.install()
    except LabError as error:
        pytest.skip(f"Octavia could not be installed: {str(error).strip()[-300:]}")
    octavia.up()
    try:
        yield octavia
    finally:
        octavia.down()
