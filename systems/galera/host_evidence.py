"""The quick and the slow look at a host, put together into `HostEvidence`."""

from __future__ import annotations

from dataclasses import replace

from systems.galera.datadir import DatadirView
from systems.galera.fstab import missing_mount
from systems.galera.host_quick import Quick
from systems.galera.host_slow import Slow
from systems.galera.readings import HostEvidence


def put_together(quick: Quick, slow: Slow, slow_error: str = "", root_refused: str = "") -> HostEvidence:
    """One reading; a position from the log counts only while no server runs (B.1).

    A log that cannot be read now may have told of an earlier end: what to recover is then unknown (REC-04).
    """
    view, datadir, missing = quick.view, slow.settings.datadir, _missing_mount(quick, slow)
    if missing and not quick.mysqld_pids:
        view = _without_data(view, f"{missing} is not mounted: what lies in {datadir} now is not the data")
    return HostEvidence(
        taken_at=quick.taken_at,
        boot_id=quick.boot_id,
        machine_id=quick.machine_id,
        hostname=quick.hostname,
        booted_at=quick.booted_at,
        clock_offset_s=quick.clock_offset_s,
        units=quick.units,
        mysqld_pids=quick.mysqld_pids,
        sst_pids=quick.sst_pids,
        datadir=datadir,
        datadir_exists=view.datadir_exists,
        datadir_bytes=slow.datadir_bytes,
        grastate=view.grastate,
        grastate_error=view.grastate_error,
        grastate_closed=view.grastate_closed,
        grastate_empty=view.grastate_empty,
        gvwstate=view.gvwstate,
        gvwstate_error=view.gvwstate_error,
        unmounted=missing or (datadir if view.is_missing else ""),
        sst_in_progress=view.sst_in_progress,
        gra_logs=view.gra_logs,
        gcache_bytes=view.gcache_bytes,
        gcache_pages=view.gcache_pages,
        recovered=None if quick.mysqld_pids or slow_error else slow.recovered,
        filesystem=view.filesystem,
        listening=quick.listening,
        log_hits=slow.log_hits,
        log_tail=slow.log_tail,
        oom_kills=slow.oom_kills,
        flavour=slow.flavour,
        server_version=slow.server_version,
        configured=slow.settings.configured,
        configured_twice=slow.settings.configured_twice,
        addresses=slow.addresses,
        bootstrap_flags=(*quick.unit_flags, *slow.bootstrap_flags),
        configured_error=slow.configured_error,
        pid_files=view.pid_files,
        details_at=slow.taken_at,
        details_error=slow_error,
        root_refused=root_refused,
    )


def _without_data(view: DatadirView, why: str) -> DatadirView:
    """What lies on a bare mount point counts only while a server runs on it (HOST-06)."""
    return replace(
        view,
        grastate=None,
        grastate_error=why,
        grastate_closed=False,
        grastate_empty=False,
        gvwstate=None,
        gvwstate_error=why,
        sst_in_progress=False,
    )


def _missing_mount(quick: Quick, slow: Slow) -> str:
    disk = quick.view.filesystem
    if disk is None:
        return ""
    return missing_mount(slow.mount_points, disk.target, slow.real_datadir or slow.settings.datadir)
