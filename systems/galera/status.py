"""SHOW GLOBAL STATUS of one node, read into a `WsrepStatus`."""

from __future__ import annotations

from collections.abc import Mapping

from systems.errors import NotUnderstood
from systems.galera.readings import UNDEFINED, ZERO_UUID, WsrepStatus
from systems.sql import Query, Rows

STATUS_QUERY = Query(
    "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'wsrep%' OR Variable_name IN ('Uptime', 'Threads_connected')"
)


def parse_status(rows: Rows) -> WsrepStatus:
    """Read the answer to `STATUS_QUERY`.

    Raises `NotUnderstood` when it is no Galera node's, or when a value that decisions rest on is no number.
    """
    values = rows.pairs()
    if "wsrep_cluster_status" not in values:
        raise NotUnderstood("SHOW GLOBAL STATUS holds no wsrep_cluster_status: this server has no Galera")
    text = _Values(values)
    return WsrepStatus(
        taken_at=rows.at,
        cluster_status=text.get("cluster_status"),
        cluster_size=text.sure_number("cluster_size"),
        conf_id=text.sure_number("cluster_conf_id"),
        state_uuid=text.get("cluster_state_uuid") or text.get("local_state_uuid") or ZERO_UUID,
        local_state=text.sure_number("local_state"),
        state_comment=text.get("local_state_comment"),
        ready=text.switch("ready") is True,
        connected=text.switch("connected") is True,
        last_committed=text.sure_number("last_committed"),
        local_index=text.number("local_index"),
        gcomm_uuid=text.get("gcomm_uuid"),
        incoming_addresses=_addresses(text.get("incoming_addresses")),
        recv_queue=text.number("local_recv_queue"),
        recv_queue_avg=text.share("local_recv_queue_avg"),
        send_queue=text.number("local_send_queue"),
        flow_control_paused=text.share("flow_control_paused"),
        flow_control_paused_ns=text.number("flow_control_paused_ns"),
        flow_control_sent=text.number("flow_control_sent"),
        flow_control_active=_first_known(
            text.switch("flow_control_active"), text.switch("flow_control_status")
        ),
        flow_control_requested=text.switch("flow_control_requested"),
        cached_downto=text.number("local_cached_downto"),
        replicated_bytes=text.number("replicated_bytes"),
        received_bytes=text.number("received_bytes"),
        desync_count=text.number("desync_count"),
        evs_state=text.get("evs_state"),
        evict_list=text.get("evs_evict_list"),
        cert_failures=text.number("local_cert_failures"),
        bf_aborts=text.number("local_bf_aborts"),
        provider_version=text.get("provider_version"),
        protocol_version=text.number("protocol_version"),
        all={name: value for name, value in values.items() if name.startswith("wsrep_")},
        local_state_uuid=text.get("local_state_uuid"),
        uptime_s=number_or_none(values.get("uptime", "")),
        threads_connected=number_or_none(values.get("threads_connected", "")),
    )


def number_or_none(text: str) -> int | None:
    """Read a count; None: absent, negative, or 2^64-1, which is how Galera says "undefined" (GOTCHAS P.1)."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        return None
    number = int(text)
    return None if number >= UNDEFINED else number


def switch_or_none(text: str) -> bool | None:
    """Read ON, OFF and their spellings; None: it is neither."""
    word = text.strip().upper()
    if word in {"ON", "TRUE", "YES", "1"}:
        return True
    return False if word in {"OFF", "FALSE", "NO", "0"} else None


class _Values:
    """The wsrep_ variables by their short names."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def get(self, name: str) -> str:
        return self._values.get(f"wsrep_{name}", "").strip()

    def number(self, name: str) -> int | None:
        return number_or_none(self.get(name))

    def sure_number(self, name: str) -> int | None:
        text = self.get(name)
        number = number_or_none(text)
        if number is None and text not in {"", "-1", str(UNDEFINED)}:
            raise NotUnderstood(f"wsrep_{name} is {text[:80]!r}, which is no number")
        return number

    def share(self, name: str) -> float | None:
        try:
            value = float(self.get(name))
        except ValueError:
            return None
        return value if 0.0 <= value < float("inf") else None

    def switch(self, name: str) -> bool | None:
        return switch_or_none(self.get(name))


def _first_known(*answers: bool | None) -> bool | None:
    return next((answer for answer in answers if answer is not None), None)


def _addresses(text: str) -> tuple[str, ...]:
    """Keep empty entries: they are arbitrators and nodes that have just joined (GOTCHAS P.1)."""
    return tuple(address.strip() for address in text.split(",")) if text else ()
