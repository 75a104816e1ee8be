"""nova-api, -conductor, -scheduler and -compute in one process, so that fake:// carries their messages.

nova_in_one.py PORT NOVA.CONF
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PORT, CONF = sys.argv[1:3]
sys.argv = ["nova-in-one"]  # Nova's modules read it
sys.path.insert(0, str(HERE))
os.environ["OS_NOVA_CONFIG_DIR"] = str(Path(CONF).parent)
os.environ["OS_NOVA_DISABLE_EVENTLET_PATCHING"] = "1"

from nova import monkey_patch  # noqa: E402

monkey_patch.patch(backend="threading")

import nova.cmd.compute  # noqa: E402
import nova.cmd.conductor  # noqa: E402
import nova.cmd.scheduler  # noqa: E402
import nova.virt  # noqa: E402
import patient_sqlite  # noqa: E402, F401
import waitress  # noqa: E402
from nova import context, objects, service  # noqa: E402
from nova.api.openstack import wsgi_app  # noqa: E402
from nova.objects import host_mapping  # noqa: E402

DEADLINE_S = 60.0

nova.virt.__path__.append(str(HERE / "virt"))  # compute_driver is only looked for in this package
api = wsgi_app.init_application("osapi_compute", "nova-api-os-compute")
objects.register_all()
SERVICES = []
for name in ("conductor", "scheduler", "compute"):
    SERVICES.append(service.Service.create(binary=f"nova-{name}", topic=name))
    SERVICES[-1].start()

admin = context.get_admin_context()
end_s = time.monotonic() + DEADLINE_S
while not list(objects.HostMappingList.get_all(admin)):  # else: "Host is not mapped to any cell"
    if time.monotonic() > end_s:
        sys.exit("nova-compute did not register within a minute")
    host_mapping.discover_hosts(admin)
    time.sleep(0.2)
waitress.serve(api, listen=f"127.0.0.1:{PORT}", threads=6)
