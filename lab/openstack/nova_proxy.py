"""One of Nova's own console proxies: nova_proxy.py serialproxy|novncproxy|spicehtml5proxy [OPTION...]

It looks the token up in Nova's database, as always. It asks nova-compute by message whether the port is still
that of the instance; messages over fake:// do not leave their process, so that question is answered here.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from nova import monkey_patch

monkey_patch.patch(backend="threading")

import patient_sqlite  # noqa: E402, F401
from nova.console import websocketproxy  # noqa: E402

name = sys.argv.pop(1)
program = importlib.import_module(f"nova.cmd.{name}")
websocketproxy.NovaProxyRequestHandler._check_console_port = lambda *_: True
sys.argv[0] = f"nova-{name}"
program.main()
