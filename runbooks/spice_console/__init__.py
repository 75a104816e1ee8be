"""spice-console: from hosts with Nova installed to a SPICE console that is proven end to end (GOTCHAS E)."""

from runbooks.model import Runbook, Target
from runbooks.spice_console.inputs import INPUTS
from runbooks.spice_console.plan import plan
from runbooks.spice_console.setup import NAME, survey

SPICE_CONSOLE = Runbook(
    name=NAME,
    title="Bring SPICE consoles to a cloud",
    purpose=(
        "From hosts with Nova's packages to a console in the browser: nova.conf on control and compute hosts "
        "linted and put right, the firewall opened for good, services restarted, one test instance hard "
        "rebooted, and its console proven by a websocket with its token. It installs no packages, and is not "
        "for hypervisors whose QEMU has no SPICE: there VNC stays."
    ),
    section="E",
    gotchas=tuple(f"SPICE-{number:02}" for number in range(1, 14)),
    inputs=INPUTS,
    plan=plan,
    about=Target.CLOUD,
    survey=survey,
)
