"""All runbooks by name. Their modules are small, and import nothing that is heavy."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.galera_bootstrap import GALERA_BOOTSTRAP
from runbooks.galera_recover import GALERA_RECOVER
from runbooks.galera_rolling_restart import GALERA_ROLLING_RESTART
from runbooks.lb_vip import LB_VIP
from runbooks.model import Runbook
from runbooks.octavia_vip import OCTAVIA_VIP
from runbooks.spice_console import SPICE_CONSOLE

RUNBOOKS: Mapping[str, Runbook] = {
    book.name: book
    for book in (GALERA_BOOTSTRAP, GALERA_RECOVER, GALERA_ROLLING_RESTART, LB_VIP, OCTAVIA_VIP, SPICE_CONSOLE)
}
