"""Steps on each node: the account of the check, and the check itself (GOTCHAS D.3, LB-09, LB-11)."""

from __future__ import annotations

from functools import partial

from runbooks.lb_vip import files
from runbooks.lb_vip.situation import Member, Situation
from runbooks.model import Act, Context, Holds, Sighting, Step, no, yes
from runbooks.steps.checks import every, synced
from runbooks.words import listed
from systems.haproxy.setup import get_line
from systems.put import put
from systems.shell import Command, Probe
from systems.text import visible

_NOT_THERE = 127


def node_steps(seen: Situation) -> tuple[Step, ...]:
    """One node after the other: its account, then its check, proven before the next."""
    return tuple(
        step for member in seen.unchecked for step in (account_step(seen, member), check_step(seen, member))
    )


def account_step(seen: Situation, member: Member) -> Step:
    """The password is made on the host, and leaves it nowhere: not in a command line, not in the journal."""
    own, host, client = files.check_of(seen), member.host, member.node.client
    user = own.account(member)
    who = f"'{user}'@'localhost'"
    is_there = f"id -u {own.name} >/dev/null 2>&1"
    make = f"{is_there} || useradd --system --no-create-home --shell /usr/sbin/nologin {own.name}"
    statement = (
        f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY '%s';\\nALTER USER {who} IDENTIFIED BY '%s';\\n"
    )
    socket = _socket(member)
    give = (
        "umask 077 && p=$(od -An -N20 -tx1 /dev/urandom | tr -d ' \\n')Aa_1"
        f" && install -d -m 0711 {own.folder}"
        f" && printf '[client]\\nuser={user}\\npassword=%s\\n{socket}' \"$p\" >{own.login}"
        f" && chown {own.name}: {own.login} && chmod 0400 {own.login}"
        f' && printf "{statement}" "$p" "$p" | {client}'
    )
    drop = Act(host, Command.of(client, stdin=f"DROP USER IF EXISTS {who};\n"))
    away = Command(f"rm -f {own.login}; rmdir {own.folder} 2>/dev/null; ! {is_there} || userdel {own.name}")
    return Step(
        key=f"account:{host}",
        title=f"make the account of the check on {host}",
        why=(
            "It asks for the node's status, which everybody who logs in may see: so it gets no right at all. "
            "Its password is made on the host and stands in a file that only the check can read (LB-11)."
        ),
        check=every(synced(host)),
        verify=partial(_logs_in, seen=seen, member=member),
        acts=(Act(host, Command(make)), Act(host, Command(give))),
        expects=f"{user}@localhost logs in on {host} and has no right; {own.login} has mode 0400",
        gotchas=("LB-09", "LB-11"),
        answers=("LB-09", "LB-11"),
        verify_deadline_s=20.0,
        undo=(drop, Act(host, away)),
        undone=every(synced(host)),
        undo_note=f"Drops {user}@localhost, its login file and the system account {own.name}.",
        skippable=False,
    )


def _socket(member: Member) -> str:
    """The line of its option file that names the socket, where the server tells one."""
    variables = member.node.evidence.configured
    path = variables.get("socket", "")
    return f"socket={path}\\n" if path.startswith("/") and not set(path) & set("'\\%") else ""


async def _logs_in(context: Context, seen: Situation, member: Member) -> Sighting:
    own = files.check_of(seen)
    login = f"--defaults-file={own.login}"
    probes = (
        Probe.of(member.node.client, login, "-NB", "-e", "SELECT CURRENT_USER()", as_root=True, accepts=None),
        Probe.of(member.node.client, login, "-NB", "-e", "SHOW GRANTS", as_root=True, accepts=None),
        Probe.of("stat", "-c", "%a %U", own.login, as_root=True, accepts=None),
    )
    reader, host = context.reader(member.host), member.host
    user, grants, file = [await reader.read(probe) for probe in probes]
    if user.status:
        return no(f"{host}: {visible(user.stderr.strip()[-200:])}", host)
    rights = [line for line in grants.stdout.splitlines() if not line.startswith("GRANT USAGE ON *.*")]
    if rights:
        return no(f"{host}: {user.stdout.strip()} has more than it needs: {visible(rights[0][:100])}", host)
    if file.stdout.split() != ["400", own.name]:
        return no(f"{host}: {own.login} is {file.stdout.strip()!r}, not 400 of {own.name}", host)
    return yes(f"{user.stdout.strip()} logs in on {host} and has no right", host)


def check_step(seen: Situation, member: Member) -> Step:
    """Script, units, listening: green when each balancer gets HTTP 200 while the node is Synced."""
    host, own = member.host, files.check_of(seen)
    unit = f"{own.name}.socket"
    written = (
        put(own.script, files.script(seen, member), mode="0755", owner="root:root"),
        put(own.socket_unit, files.socket_unit(seen, member), mode="0644", owner="root:root"),
        put(own.service_unit, files.service_unit(seen), mode="0644", owner="root:root"),
        Command(f"systemctl daemon-reload && systemctl enable {unit} && systemctl restart {unit}"),
    )
    away = Command(
        f"systemctl disable --now {unit}; rm -f {own.script} {own.socket_unit} {own.service_unit}"
        " && systemctl daemon-reload"
    )
    return Step(
        key=f"check:{host}",
        title=f"have {host} answer the health check",
        why=(
            f"The database takes connections in every state; port {seen.check_port} tells whether it may "
            "have clients: Synced, Primary, ready, not rejecting queries, not in maintenance (LB-01)."
        ),
        check=every(synced(host)),
        verify=partial(_answers, seen=seen, member=member),
        acts=tuple(Act(host, command) for command in written),
        expects=f"{host}:{seen.check_port} answers HTTP 200 to {listed(one.host for one in seen.balancers)}",
        gotchas=("LB-01", "LB-10", "LB-13"),
        answers=("LB-01", "LB-10", "LB-13"),
        verify_deadline_s=30.0,
        undo=(Act(host, away),),
        undone=partial(_is_silent, seen=seen, member=member),
        undo_note=f"Takes the units and {own.script} away; {host} answers on {seen.check_port} no more.",
        skippable=False,
    )


async def _answers(context: Context, seen: Situation, member: Member) -> Sighting:
    """Each balancer asks; 200 only counts while the node is Synced by its own word."""
    state = synced(member.host)(await context.look(max_age_s=5.0))
    if state.holds is not Holds.YES:
        return state
    for balancer in seen.balancers:
        said = await ask_check(context, seen, balancer.host, member)
        if not said.startswith("200"):
            words = f"answers {said}" if said else "does not answer"
            return no(f"{member.host}:{seen.check_port} {words} to {balancer.host}", member.host)
    return yes(
        f"{member.host}:{seen.check_port} answers 200 to {listed(one.host for one in seen.balancers)}",
        member.host,
    )


async def _is_silent(context: Context, seen: Situation, member: Member) -> Sighting:
    probe = Probe("ss -Hltn", accepts=(0,))
    told = (await context.reader(member.host).read(probe)).stdout
    if any(
        line.split()[3].endswith(f":{seen.check_port}") for line in told.splitlines() if len(line.split()) > 3
    ):
        return no(f"{member.host}: somebody still listens on {seen.check_port}", member.host)
    return yes(f"{member.host}: nobody listens on {seen.check_port}", member.host)


async def ask_check(context: Context, seen: Situation, balancer: str, member: Member) -> str:
    """Status and reason of a node's check as one balancer gets them: "503 not Synced"; empty: no answer."""
    for tool in ("socat", "nc"):
        line = get_line(tool, member.address, seen.check_port)
        output = await context.reader(balancer).read(Probe(line, accepts=None))
        if output.status != _NOT_THERE:
            lines = output.stdout.splitlines()
            words = lines[0].split() if lines else []
            is_http = len(words) > 1 and words[0].startswith("HTTP/")
            return visible(f"{words[1]} {lines[-1].strip()}"[:80]) if is_http else ""
    return ""
