"""What Nova asks Neutron of instances without networks: every list is empty. no_networks.py PORT."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable

import waitress

PORT = int(sys.argv[1])


def answer(environ: dict[str, str], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """The versions at the root, and below it an empty list of whatever is asked for."""
    name = environ["PATH_INFO"].strip("/").rpartition("/")[2].partition(".")[0]
    here = {"rel": "self", "href": f"http://127.0.0.1:{PORT}/v2.0/"}
    body: dict[str, object] = {name.replace("-", "_"): []}
    if not name:
        body = {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [here]}]}
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


waitress.serve(answer, listen=f"127.0.0.1:{PORT}")
