"""Gotchas of SPICE consoles (GOTCHAS E.5). Their detectors judge what `spice-console` surveys."""

from __future__ import annotations

from runbooks.gotchas.detectors import consoles as seen
from runbooks.model import Detector, Gotcha, Severity


def _gotcha(
    number: int,
    title: str,
    symptom: str,
    cause: str,
    fix: str,
    *,
    detector: Detector | None = None,
    look: str = "",
    severity: Severity = Severity.WARNING,
    more: str = "NOVA15",
) -> Gotcha:
    name = f"SPICE-{number:02d}"
    source = f"GOTCHAS E.5 {name}; {more}"
    return Gotcha(name, title, symptom, cause, fix, severity, source, detector, why_no_detector=look)


SPICE = (
    _gotcha(
        1,
        "old instances keep VNC",
        'The API answers "Unavailable console type spice." for one instance, and not for a new one.',
        "The graphics device is written when the domain starts; a soft reboot and a restart of Nova keep it.",
        "Hard reboot each such instance, one at a time: that cuts its power.",
        detector=seen.OLD_INSTANCES,
    ),
    _gotcha(
        2,
        "the listen address is baked in",
        "server_listen was changed, and the proxy still does not reach the guest.",
        "The address is written when the domain starts, too; its default reaches no proxy elsewhere.",
        "Hard reboot; for live migration use a wildcard, or addresses that both hosts have.",
        detector=seen.LISTEN_BAKED_IN,
    ),
    _gotcha(
        3,
        "screens are open without a password",
        "From any host `nc -zv COMPUTE 5900` connects, and a viewer shows the guest.",
        "server_listen = 0.0.0.0 (E15), and nothing filters port 5900 and up.",
        "Listen on the management address, let in the proxy only; TLS with require_secure.",
        detector=seen.OPEN_SCREENS,
        severity=Severity.CRITICAL,
    ),
    _gotcha(
        4,
        "the proxy dials an address that is not the compute's",
        "Each console stays black; the proxy's log tells a refused or timed out connection.",
        "server_proxyclient_address is not on that host: a slip, or one file was copied to all (E10).",
        "Give each compute host its own address; `ip -o -4 addr` there lists it.",
        detector=seen.WRONG_ADDRESS,
        severity=Severity.CRITICAL,
    ),
    _gotcha(
        5,
        "https in the address, no TLS in the proxy",
        "The browser cannot connect, or a page of https refuses a console of http.",
        "html5proxy_base_url and the proxy's cert, key and ssl_only do not go together (E11).",
        "Name a cert and a key that nova can read, or http in the base URL where the dashboard is http.",
        detector=seen.SCHEME,
        severity=Severity.CRITICAL,
    ),
    _gotcha(
        6,
        "VNC and SPICE are both enabled",
        "The dashboard shows VNC, and guests have two screens.",
        "That is allowed, and CONSOLE_TYPE AUTO tries VNC first.",
        "Switch VNC off on compute hosts, or set CONSOLE_TYPE = 'SPICE' in the dashboard.",
        detector=seen.BOTH_ENABLED,
        more="HZN15; NOVAM",
    ),
    _gotcha(
        7,
        "the firewall forgets",
        "Consoles work until the next boot of the control host.",
        "The rule was added to the running rules only.",
        "Write it to the saved rules as well, before those that refuse.",
        detector=seen.NOT_SAVED,
        more="SEED",
    ),
    _gotcha(
        8,
        "nova-consoleauth does not run",
        "Each token is invalid when it is used, up to the release Stein.",
        "Tokens are kept by that service; several controllers need a memcached that all use.",
        "Start and enable it; since Train (20.0.0) there is none.",
        detector=seen.CONSOLEAUTH,
    ),
    _gotcha(
        9,
        "a token is good once, and for minutes",
        "The address works the first time and not the second, or not after ten minutes.",
        "A token ends after token_ttl, 600 s by default; this is no fault.",
        "Ask for a new address.",
        look="Compare when the address was asked for with [consoleauth] token_ttl.",
        severity=Severity.INFO,
        more="NOVAM",
    ),
    _gotcha(
        10,
        "a service was not restarted",
        "The files are right, and the API says that the console type is unavailable.",
        "Programs of Nova read nova.conf when they start.",
        "Restart nova-compute and the proxy on the hosts that it names.",
        detector=seen.NOT_RESTARTED,
        more="SEED",
    ),
    _gotcha(
        11,
        "an option stands in the wrong section",
        "An option has no effect, and no log says why.",
        "oslo.config ignores names that nobody asks for.",
        "Move it to its section: [DEFAULT] web, cert, key, ssl_only; [spice] the rest.",
        detector=seen.WRONG_SECTION,
    ),
    _gotcha(
        12,
        "more screens than open ports",
        "On a full compute host the newest guests have black consoles.",
        "Ports are given out from 5900 upwards, one a screen, and the firewall's range ends before.",
        "Open 5900 to 6923 for the proxy.",
        detector=seen.NARROW,
        more="libvirt's qemu.conf",
    ),
    _gotcha(
        13,
        "the next hypervisor has no SPICE",
        "A guest with SPICE or QXL does not start after it was moved.",
        "QEMU of Enterprise Linux 9 and Ubuntu 24.04 is built without SPICE.",
        "Change to VNC and the video model virtio, hard reboot, then move.",
        detector=seen.NO_SPICE_THERE,
        severity=Severity.CRITICAL,
        more="NOVAM release notes",
    ),
)
