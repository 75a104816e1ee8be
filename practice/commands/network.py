"""ip, ss, dpkg-query, and programs that are there but are not modelled."""

from __future__ import annotations

import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.shell.patterns import fits
from practice.shell.programs import Call

PACKAGES = {
    "galera-4": "26.4.23-0+deb12u1",
    "libmariadb3": "1:10.11.19-0+deb12u1",
    "mariadb-backup": "1:10.11.19-0+deb12u1",
    "mariadb-client": "1:10.11.19-0+deb12u1",
    "mariadb-client-core": "1:10.11.19-0+deb12u1",
    "mariadb-common": "1:10.11.19-0+deb12u1",
    "mariadb-server": "1:10.11.19-0+deb12u1",
    "mariadb-server-core": "1:10.11.19-0+deb12u1",
    "mysql-common": "5.8+1.1.0",
    "openssh-server": "1:9.2p1-2+deb12u7",
    "pv": "1.6.20-1",
    "rsync": "3.2.7-1+deb12u2",
    "socat": "1.7.4.4-2",
    "systemd": "252.39-1~deb12u1",
}


@program("ip", folder="/usr/sbin")
async def ip(call: Call) -> int:
    """Addresses, links and routes."""
    words = [arg for arg in call.args if not arg.startswith("-")]
    what = words[0] if words else ""
    address = call.machine.address
    tail = "\\       valid_lft forever preferred_lft forever"
    if what and "address".startswith(what):
        own = ":".join(f"{int(part):x}" for part in address.split("."))
        for line in (
            "1: lo    inet 127.0.0.1/8 scope host lo",
            "1: lo    inet6 ::1/128 scope host ",
            f"2: eth0    inet {address}/24 scope global eth0",
            f"2: eth0    inet6 fe80::{own}/64 scope link ",
        ):
            await call.say(f"{line}{tail}\n")
    elif what and "link".startswith(what):
        await call.say(
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n"
        )
    elif what and "route".startswith(what):
        net = address.rpartition(".")[0]
        await call.say(
            f"default via {net}.1 dev eth0\n{net}.0/24 dev eth0 proto kernel scope link src {address}\n"
        )
    else:
        return await call.warn(f'Object "{what}" is unknown, try "ip help".')
    return 0


@program("ss")
async def ss(call: Call) -> int:
    """Ports that something listens on."""
    await call.say("State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n")
    for port in sorted(call.machine.listeners):
        await call.say(f"LISTEN 0      80           0.0.0.0:{port:<5}      0.0.0.0:*\n")
    return 0


@program("dpkg-query")
async def dpkg_query(call: Call) -> int:
    """Packages that are installed."""
    try:
        given = read_options(call.args, flags="Wlf", valued="f", long="show", long_valued="showformat")
    except OptionFault as fault:
        return await call.warn(str(fault), 2)
    form = given.last("f", "showformat", default="${Package}\\t${Version}\\n")
    found = {
        name: version
        for name, version in sorted(call.machine.packages.items())
        if not given.words or any(fits([(word, False)], name) for word in given.words)
    }
    for name, version in found.items():
        values = {"Package": name, "Version": version, "db:Status-Abbrev": "ii ", "Architecture": "amd64"}
        line = _filled(form, values)
        await call.say(line.replace("\\t", "\t").replace("\\n", "\n"))
    return int(not found)


def _filled(form: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{([^};]+)[^}]*\}", lambda match: values.get(match.group(1), ""), form)


@program("rsync", "pv", "lsof", "mariabackup", "mariadb-backup", "mbstream", "openssl")
async def unmodelled(call: Call) -> int:
    """There, so that `command -v` finds it; what it does is not modelled."""
    return await call.warn("does nothing in the practice estate", 127)
