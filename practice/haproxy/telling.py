"""What HAProxy 2.6 says on its stats socket, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practice.haproxy.member import FALL, RISE

if TYPE_CHECKING:
    from practice.haproxy.balancer import Balancer
    from practice.haproxy.member import Member

VERSION = "2.6.12-1+deb12u4"
_COLUMNS = (
    "pxname svname qcur qmax scur smax slim stot bin bout dreq dresp ereq econ eresp wretr wredis status "
    "weight act bck chkfail chkdown lastchg downtime qlimit pid iid sid throttle lbtot tracked type rate "
    "rate_lim rate_max check_status check_code check_duration hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx "
    "hrsp_5xx hrsp_other hanafail req_rate req_rate_max req_tot cli_abrt srv_abrt comp_in comp_out "
    "comp_byp comp_rsp lastsess last_chk last_agt qtime ctime rtime ttime agent_status agent_code "
    "agent_duration check_desc agent_desc check_rise check_fall check_health agent_rise agent_fall "
    "agent_health addr cookie mode algo"
)
COLUMNS = tuple(_COLUMNS.split())
_STATE_COLUMNS = (
    "be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight"
    " srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state"
    " srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port"
    " srv_check_addr srv_agent_addr srv_agent_port"
)
_WORDS = {"L7OK": "Layer7 check passed", "L7STS": "Layer7 wrong status", "L4TOUT": "Layer4 timeout"}


def info(balancer: Balancer) -> str:
    """`show info`, the part that operators look at."""
    up_s = int(balancer.now_s - balancer.started_s)
    now = sum(member.sessions for member in balancer.members.values())
    unit = balancer.machine.systemd.units["haproxy"]
    lines = {
        "Name": "HAProxy",
        "Version": VERSION,
        "Release_date": "2026/10/17",
        "Nbthread": "2",
        "Nbproc": "1",
        "Process_num": "1",
        "Pid": str(unit.main_pid),
        "Uptime": f"{up_s // 86400}d {up_s // 3600 % 24}h{up_s // 60 % 60:02d}m{up_s % 60:02d}s",
        "Uptime_sec": str(up_s),
        "Maxconn": "9978",
        "CurrConns": str(now),
        "CumConns": str(balancer.accepted + sum(member.total for member in balancer.members.values())),
        "node": balancer.machine.name,
    }
    return "".join([f"{name}: {value}\n" for name, value in lines.items()]) + "\n"


def stat(balancer: Balancer) -> str:
    """`show stat`: the front of the section, its servers, the section as a whole."""
    rows = [_front(balancer), *[_server(balancer, one) for one in balancer.members.values()], _back(balancer)]
    lines = [",".join([row.get(column, "") for column in COLUMNS]) + "," for row in rows]
    return "\n".join([f"# {','.join(COLUMNS)},", *lines]) + "\n\n"


def servers_state(balancer: Balancer) -> str:
    """`show servers state`."""
    lines = [
        f"2 {balancer.backend} {number} {one.name} {one.address} {2 if one.is_up else 0} {one.admin}"
        f" {one.weight} 1 {int(balancer.now_s - one.changed_s)} 6 3 {one.health} 6 0 0 0 - 3306 - 0 0 - - 0"
        for number, one in enumerate(balancer.members.values(), 1)
    ]
    return "\n".join(["1", f"# {_STATE_COLUMNS}", *lines]) + "\n\n"


def _front(balancer: Balancer) -> dict[str, str]:
    now = sum(member.sessions for member in balancer.members.values())
    return {"pxname": balancer.backend, "svname": "FRONTEND", "status": "OPEN", "type": "0", "scur": str(now)}


def _back(balancer: Balancer) -> dict[str, str]:
    members = balancer.members.values()
    taking = [member for member in members if member.takes_new]
    return {
        "pxname": balancer.backend,
        "svname": "BACKEND",
        "qcur": "0",
        "scur": str(sum(member.sessions for member in members)),
        "stot": str(sum(member.total for member in members)),
        "status": "UP" if taking else "DOWN",
        "weight": str(sum(member.weight for member in taking)),
        "act": str(len(taking)),
        "bck": "0",
        "type": "1",
        "mode": "tcp",
        "algo": "roundrobin",
    }


def _server(balancer: Balancer, one: Member) -> dict[str, str]:
    status, code, said = one.check
    return {
        "pxname": balancer.backend,
        "svname": one.name,
        "qcur": "0",
        "scur": str(one.sessions),
        "smax": str(one.most),
        "stot": str(one.total),
        "status": one.status,
        "weight": str(one.weight),
        "act": "1",
        "bck": "0",
        "chkfail": str(one.failed),
        "chkdown": str(one.downs),
        "lastchg": str(int(balancer.now_s - one.changed_s)),
        "type": "2",
        "check_status": "" if one.status == "MAINT" else status,
        "check_code": str(code) if code and one.status != "MAINT" else "",
        "check_duration": str(one.took_ms) if one.status != "MAINT" else "",
        "last_chk": said if status != "L7OK" else "",
        "check_desc": _WORDS[status],
        "check_rise": str(RISE),
        "check_fall": str(FALL),
        "check_health": str(one.health),
        "addr": f"{one.address}:3306",
        "mode": "tcp",
    }
