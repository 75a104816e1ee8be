"""Opens the way to a cloud and to its APIs. Imports openstacksdk: imported by the first request's thread."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import keystoneauth1.exceptions as errors
from keystoneauth1.adapter import Adapter
from openstack.config import OpenStackConfig
from openstack.exceptions import ConfigException

from systems.errors import SystemsError
from systems.openstack.access import OLDEST, Api, CloudAccess, Endpoint, Tried, Way
from systems.openstack.bounded import MOST_REDIRECTS, BoundedAdapter
from systems.openstack.failures import in_a_line, named, not_in_catalogue

if TYPE_CHECKING:
    from openstack.config.cloud_region import CloudRegion

LOGIN_S = 15.0
_SECRETS = ("password", "token", "passcode", "application_credential_secret", "client_secret", "access_token")
_RAISED = (errors.ClientException, ConfigException, OSError, ValueError)

# These warn through logging, which without a handler writes to the terminal: into the middle of a screen.
for _name in ("keystoneauth", "openstack", "urllib3", "stevedore"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
for _module in ("openstack", "keystoneauth1"):
    warnings.filterwarnings("ignore", module=_module)


def open_way(access: CloudAccess, hide: Callable[[str], None], timeout_s: float) -> Way:
    """Log in; blocks. Raises a `SystemsError`."""
    region = _region(access, timeout_s)
    for secret in _secrets_of(region):
        hide(secret)
    auth_url = str(region.config.get("auth", {}).get("auth_url", "")) or "the auth_url of clouds.yaml"
    keystone = Tried(access.cloud, "Keystone", auth_url, timeout_s)
    try:
        session = region.get_session()
        session.redirect = MOST_REDIRECTS
        for scheme in ("http://", "https://"):
            session.mount(scheme, BoundedAdapter(access.cloud))
        hide(str(session.get_token() or ""))
    except _RAISED as error:
        raise named(error, keystone) from error
    return Way(session, region, keystone)


def reach(way: Way, api: Api, timeout_s: float) -> Endpoint:
    """Find an API in the catalogue, once; blocks. Raises `NotInCatalogue`, or another `SystemsError`."""
    if api not in way.endpoints:
        way.endpoints[api] = _find(way, api, timeout_s)
    return way.endpoints[api]


def _find(way: Way, api: Api, timeout_s: float) -> Endpoint:
    adapter = Adapter(
        session=way.session,
        service_type=api.value,
        interface=way.region.get_interface(api.value),
        region_name=way.region.get_region_name(api.value),
    )
    try:
        where = str(adapter.get_endpoint() or "")
    except errors.CatalogException as error:
        raise not_in_catalogue(way.keystone, api, in_a_line(error)) from error
    except _RAISED as error:
        raise named(error, way.keystone) from error
    if not where:
        said = f"it has no endpoint of it in {adapter.region_name or 'any region'}"
        raise not_in_catalogue(way.keystone, api, said)
    if api is Api.COMPUTE:
        nova = Tried(way.keystone.cloud, api.service, where, timeout_s)
        return Endpoint(adapter, where, _newest(adapter, nova))
    where = f"{_VERSION.sub('', where)}/v2.0"
    adapter.endpoint_override = where
    return Endpoint(adapter, where)


_VERSION = re.compile(r"(/v2(\.\d+)?)?/*$", re.ASCII)
"""Octavia's and Neutron's endpoints stand in catalogues with and without it."""


def _region(access: CloudAccess, timeout_s: float) -> CloudRegion:
    files = [access.clouds_file] if access.clouds_file else None
    try:
        config = OpenStackConfig(config_files=files)
        login_s = min(timeout_s, LOGIN_S)
        return config.get_one(cloud=access.cloud, api_timeout=login_s, region_name=access.region)
    except _RAISED as error:
        place = access.clouds_file or "clouds.yaml (., ~/.config/openstack, /etc/openstack)"
        raise SystemsError(
            f"{access.cloud}: {place} cannot be used for this cloud: {in_a_line(error)}. Name in the "
            "estate a cloud that stands there, or set clouds_file."
        ) from error


def _secrets_of(region: CloudRegion) -> Iterator[str]:
    for name in _SECRETS:
        value = region.config.get("auth", {}).get(name)
        if isinstance(value, str) and value:
            yield value


def _newest(compute: Adapter, nova: Tried) -> tuple[int, int]:
    """The newest microversion: a cloud that tells none has none, and is asked without."""
    try:
        data = compute.get_endpoint_data()
    except _RAISED as error:
        raise named(error, nova) from error
    newest = data.max_microversion if data is not None else None
    return (int(newest[0]), int(newest[1])) if newest else OLDEST
