"""What lines of a Galera error log mean: the pattern table of GOTCHAS B.6 as data, and its finder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timezone

from systems.galera.log_lines import message_of, stamp_of
from systems.galera.readings import LogHit

_MOST_HITS = 200
_LONGEST_LINE = 500


@dataclass(frozen=True, slots=True)
class LogPattern:
    """One kind of line. `text` is a regular expression, matched anywhere, without regard to case."""

    id: str
    text: str
    meaning: str
    source: str


PATTERNS = (
    LogPattern(
        "unsafe-bootstrap",
        r"may not be safe to bootstrap",
        "bootstrap was refused: safe_to_bootstrap is 0",
        "GSRC:galera/src/replicator_smm.cpp",
    ),
    LogPattern(
        "prim-not-possible",
        r"prim not possible",
        "all nodes that it sees come from non-Primary",
        "GSRC:gcomm/src/pc_proto.cpp",
    ),
    LogPattern(
        "no-primary-view",
        r"failed to reach primary view",
        "the start ran out of time without finding a Primary",
        "GSRC:gcomm/src/pc.cpp",
    ),
    LogPattern(
        "channel-failed",
        r"Failed to open channel|gcs connect failed",
        "no connection to the group: nobody up, port 4567 filtered, or wrong addresses (PXC-08)",
        "GSRC:gcs/src/gcs.cpp",
    ),
    LogPattern(
        "re-merged",
        r"re-bootstrapping prim from partitioned components",
        "the parts of the cluster merged again by themselves",
        "GSRC:gcomm/src/pc_proto.cpp",
    ),
    LogPattern(
        "pc-recovered",
        r"promote to primary component",
        "pc.recovery brought the Primary back by itself",
        "GSRC:gcomm/src/pc_proto.cpp",
    ),
    LogPattern(
        "view-restored",
        r"restore pc from disk successfully",
        "gvwstate.dat was used: it waits for the old members (REC-21)",
        "GSRC:gcomm/src/pc.cpp",
    ),
    LogPattern(
        "conflicting-prims",
        r"conflicting prims",
        "two Primaries met; this node lost and aborts (REC-09)",
        "GSRC:gcomm/src/pc_proto.cpp",
    ),
    LogPattern(
        "reversing-history",
        r"Reversing history",
        "this node has more transactions than the new Primary (REC-10)",
        "GSRC:gcs/src/gcs_group.cpp",
    ),
    LogPattern(
        "cluster-name",
        r"my group:.*peer group:",
        "a peer has another wsrep_cluster_name (PXC-06)",
        "GSRC:gcomm/src/gmcast_proto.cpp",
    ),
    LogPattern(
        "duplicate-node",
        r"Removing gvwstate\.dat",
        "another node has the same identity: a cloned machine (HOST-09)",
        "GSRC:gcomm/src/gmcast_proto.cpp",
    ),
    LogPattern(
        "suspecting",
        r"suspecting node",
        "a peer was silent for longer than evs.suspect_timeout",
        "GSRC:gcomm/src/evs_proto.cpp",
    ),
    LogPattern(
        "transfer-required",
        r"State transfer required",
        "its state is behind the group's: a transfer is needed",
        "GSRC:galera/src/replicator_smm.cpp",
    ),
    LogPattern(
        "no-donor",
        r"impossible to select State Transfer donor",
        "no Synced donor, or wsrep_sst_donor names none (REC-14, REC-15)",
        "GSRC:gcs/src/gcs_group.cpp",
    ),
    LogPattern(
        "donor-gone",
        r"Will never receive state",
        "the donor is gone or has failed; the joiner aborts (REC-16)",
        "GSRC:gcs/src/gcs_group.cpp",
    ),
    LogPattern(
        "ist-unprepared",
        r"Failed to prepare for incremental state transfer",
        "IST cannot be used; a full copy (SST) follows",
        "GSRC:galera/src/replicator_str.cpp",
    ),
    LogPattern(
        "ist-not-cached",
        r"not found from cache, falling back to SST",
        "the donor's gcache does not reach back far enough",
        "GSRC:galera/src",
    ),
    LogPattern(
        "voted-out",
        r"Inconsistency detected|Inconsistent by consensus",
        "it was voted out: it could not apply what the others could (R-VOTE)",
        "GSRC:galera/src/replicator_smm.cpp",
    ),
    LogPattern(
        "no-complete-node",
        r"No node with complete state",
        "nobody was Primary when they met: they merge, or a donor died in SST and no state is whole",
        "GSRC:gcs/src/gcs_state_msg.cpp",
    ),
    LogPattern(
        "voting-unsupported",
        r"Not all group members support inconsistency voting",
        "versions of Galera are mixed: voting is off (REC-31)",
        "GSRC:gcs/src/gcs.cpp",
    ),
    LogPattern(
        "disk-full",
        r"exceeds available storage space|No space left on device|Disk is full|OS error 28\b|errno:? 28\b"
        r"|Error writing file .*28",
        "the disk is full (REC-28)",
        "LAB.md 3, recorded; GSRC:saved_state.cpp",
    ),
    LogPattern(
        "state-not-saved",
        r"Check permissions and/or disk space",
        "grastate.dat could not be opened or written: permissions or disk (REC-28)",
        "GSRC:galera/src/saved_state.cpp",
    ),
    LogPattern(
        "killed",
        r"Main process exited, code=killed|code=killed, signal=|Killed process \d+ \((mysqld|mariadbd)\)",
        "the server was killed by a signal",
        "systemd.exec(5); recorded",
    ),
    LogPattern(
        "crashed",
        r"got signal \d+|got exception 0x|Assertion .* failed|Main process exited, code=dumped",
        "the server crashed",
        "MariaDB sql/signal_handler.cc",
    ),
    LogPattern(
        "start-timeout",
        r"start operation timed out|start-pre operation timed out",
        "systemd gave up waiting for the start (PXC-21)",
        "systemd.service(5)",
    ),
    LogPattern(
        "sst-failed",
        r"Process completed with error: wsrep_sst_|SST (preparation |request )?failed|SST script aborted"
        r"|State transfer (to|from) .* failed",
        "a full copy (SST) failed (REC-17)",
        "GSRC:gcs/src/gcs_group.cpp; sql/wsrep_sst.cc",
    ),
    LogPattern(
        "ist-received", r"IST received:", "the missing transactions came by IST", "sql/wsrep_sst.cc; recorded"
    ),
    LogPattern(
        "sst-received",
        r"SST received:|Installed new state from SST",
        "a full copy (SST) was received",
        "sql/wsrep_sst.cc; recorded",
    ),
    LogPattern(
        "synchronized",
        r"Synchronized with group, ready for connections",
        "it has the state of its group",
        "sql/wsrep_mysqld.cc; recorded",
    ),
    LogPattern(
        "port-in-use",
        r"Address already in use",
        "a port that it needs is taken (PXC-32)",
        "bind(2)",
    ),
    LogPattern(
        "unknown-option",
        r"unknown (variable|option) ",
        "the configuration holds an option that this version does not know (PXC-14, PXC-35)",
        "mysys/my_getopt.c",
    ),
    LogPattern(
        "access-denied",
        r"Access denied for user",
        "a login was refused; during a transfer it is the SST account (PXC-13)",
        "MY84 errors",
    ),
    LogPattern(
        "position-recovered",
        r"(WSREP:|\[WSREP\]) Recovered position:? [0-9a-f-]{36}:",
        "a recovery run told the position of this node",
        "PRPM; sql/wsrep_mysqld.cc",
    ),
    LogPattern("shut-down", r"Shutdown complete", "it was stopped cleanly", "recorded"),
    LogPattern("error", r"\[ERROR\]", "an error without a pattern of its own", "-"),
)
"""In order of rank: a line counts as the first that it matches."""

_COMPILED = tuple((pattern, re.compile(pattern.text, re.IGNORECASE)) for pattern in PATTERNS)


def find_hits(lines: Iterable[str], zone: timezone) -> tuple[LogHit, ...]:
    """Find the lines that mean something, oldest first; at most the newest 200.

    `zone` is the host's: MariaDB and MySQL 5 write local time without saying so.
    """
    hits: list[LogHit] = []
    for line in lines:
        message = message_of(line)
        pattern = next((pattern for pattern, text in _COMPILED if text.search(message)), None)
        if pattern:
            hits.append(
                LogHit(pattern.id, pattern.meaning, stamp_of(line, zone), line.strip()[:_LONGEST_LINE])
            )
    return tuple(hits[-_MOST_HITS:])
