"""What the fault of an instance means (its own words are Nova's), and what to do."""

from __future__ import annotations

import re


def fault_in_words(message: str, host: str = "") -> str:
    """What an instance's fault means and what to do; empty: its own words have to do."""
    for pattern, words in _FAULTS:
        if pattern.search(message):
            return words.format(where=f"on {host}" if host else "on the compute hosts")
    return ""


_FAULTS = (
    (
        re.compile(r"No valid host was found", re.IGNORECASE),
        "The scheduler found no compute host with room for it: see whether nova-compute is up and enabled, "
        "and whether flavor, aggregate and image ask for what no host has. Then delete it and boot it anew.",
    ),
    (
        re.compile(r"Exceeded maximum number of retries|Exhausted all hosts", re.IGNORECASE),
        "Every host that was tried failed to start it: the log of nova-compute {where} says why.",
    ),
    (
        re.compile(r"PortBindingFailed|Binding failed for port", re.IGNORECASE),
        "Neutron could not bind its port: see whether the agent is up {where}.",
    ),
    (
        re.compile(r"Build of instance \S+ aborted", re.IGNORECASE),
        "Nova gave the building up: volume, image or port is the usual cause; the log of nova-compute "
        "{where} says which.",
    ),
    (
        re.compile(r"ImageNotFound|Image \S+ (?:could not be found|is unacceptable)", re.IGNORECASE),
        "Its image is not there or cannot be used any more: see Glance.",
    ),
    (
        re.compile(r"MessagingTimeout", re.IGNORECASE),
        "nova-compute gave no answer over the message queue: see whether it is up {where}.",
    ),
    (
        re.compile(r"(No space left|DiskSpace|disk_available|Insufficient)", re.IGNORECASE),
        "The host had no room for it: look at the disk and memory {where}.",
    ),
)
