"""The gotcha catalogue: everything of GOTCHAS K, A, B, C, D and E that goes wrong, with its detector."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from runbooks.gotchas.host import HOST
from runbooks.gotchas.lb import LB
from runbooks.gotchas.pxc_data import PXC_DATA
from runbooks.gotchas.pxc_network import PXC_NETWORK
from runbooks.gotchas.pxc_security import PXC_SECURITY
from runbooks.gotchas.pxc_start import PXC_START
from runbooks.gotchas.pxc_transfer import PXC_TRANSFER
from runbooks.gotchas.rec_bootstrap import REC_BOOTSTRAP
from runbooks.gotchas.rec_position import REC_POSITION
from runbooks.gotchas.rec_running import REC_RUNNING
from runbooks.gotchas.rec_split import REC_SPLIT
from runbooks.gotchas.rec_transfer import REC_TRANSFER
from runbooks.gotchas.rolling import ROLLING
from runbooks.gotchas.spice import SPICE
from runbooks.model import Gotcha

__all__ = ["CATALOGUE", "SECTIONS", "of_section"]

SECTIONS = {"K": "HOST", "A": "PXC", "B": "REC", "C": "ROLL", "D": "LB", "E": "SPICE"}
"""The prefix of the ids of each section of the domain catalogue."""

_ALL = (
    *HOST,
    *(*PXC_START, *PXC_NETWORK, *PXC_TRANSFER, *PXC_SECURITY, *PXC_DATA),
    *(*REC_BOOTSTRAP, *REC_SPLIT, *REC_POSITION, *REC_TRANSFER, *REC_RUNNING),
    *ROLLING,
    *LB,
    *SPICE,
)

CATALOGUE: Mapping[str, Gotcha] = MappingProxyType(
    {gotcha.id: gotcha for gotcha in sorted(_ALL, key=lambda gotcha: gotcha.id)}
)
"""Every gotcha by its id."""


def of_section(section: str) -> tuple[str, ...]:
    """The ids of one section, in order: "B" gives REC-01 to REC-43."""
    prefix = f"{SECTIONS[section]}-"
    return tuple(sorted(id_ for id_ in CATALOGUE if id_.startswith(prefix)))
