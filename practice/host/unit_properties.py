"""What `systemctl show` tells of a unit (org.freedesktop.systemd1(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.host.units import Unit


def properties_of(unit: Unit, name: str = "") -> dict[str, str]:
    """Those of a unit that is there, asked for by this name."""
    own = f"/etc/systemd/system/{unit.name}.service"
    if unit.is_masked and name in unit.aliases:
        if unit.unmasked != "enabled":
            return properties_of_none(name)  # a unit has its aliases once it was enabled
        broken = {"LoadState": "error", "FragmentPath": own, "UnitFileState": unit.enabled}
        return properties_of_none(name) | broken
    file = {
        "TimeoutStartUSec": unit.timeout_start,
        "LimitNOFILE": unit.limit_nofile,
        "Environment": unit.environment,
        "Description": unit.description,
        "LoadState": "loaded",
        "FragmentPath": unit.fragment,
    }
    names = (unit.name, *unit.aliases)
    if unit.is_masked:
        file, names = {"LoadState": "masked", "FragmentPath": own}, (unit.name,)
    return (
        properties_of_none(unit.name)
        | file
        | {
            "MainPID": str(unit.main_pid),
            "Result": unit.result,
            "NRestarts": str(unit.restarts),
            "ExecMainCode": str(unit.exec_code),
            "ExecMainStatus": str(unit.exec_status),
            "Names": " ".join(f"{one}.service" for one in names),
            "ActiveState": unit.active,
            "SubState": unit.sub,
            "UnitFileState": unit.enabled,
            "StateChangeTimestampMonotonic": str(unit.changed_us),
            "InvocationID": unit.invocation,
        }
    )


def properties_of_none(name: str) -> dict[str, str]:
    """What `systemctl show` tells of a unit that does not exist."""
    return {
        "TimeoutStartUSec": "1min 30s",
        "MainPID": "0",
        "Result": "success",
        "NRestarts": "0",
        "ExecMainCode": "0",
        "ExecMainStatus": "0",
        "Environment": "",
        "LimitNOFILE": "524288",
        "Id": f"{name}.service",
        "Names": f"{name}.service",
        "RequiresMountsFor": "",
        "Description": f"{name}.service",
        "LoadState": "not-found",
        "ActiveState": "inactive",
        "SubState": "dead",
        "FragmentPath": "",
        "UnitFileState": "",
        "StateChangeTimestampMonotonic": "0",
        "InvocationID": "",
    }
