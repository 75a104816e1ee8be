"""octavia-api and octavia-worker in one process, so that fake:// carries their messages.

octavia_in_one.py PORT OCTAVIA.CONF worker|no-worker

Amphorae are Octavia's own no-op drivers: all that it would do to machines and networks is only written down.
Without a worker whatever is asked for stays PENDING, as when octavia-worker was killed.
"""

from __future__ import annotations

import sys
from pathlib import Path

PORT, CONF_FILE, WORKER = sys.argv[1:4]
ARGUMENTS = ["octavia-in-one", "--config-file", CONF_FILE]
sys.argv = ARGUMENTS  # Octavia's modules read it
sys.path.insert(0, str(Path(__file__).parent))

import patient_sqlite  # noqa: E402
import sqlalchemy  # noqa: E402
import waitress  # noqa: E402
from octavia.api import app as octavia_app  # noqa: E402
from octavia.common import constants  # noqa: E402
from octavia.controller.queue.v2 import consumer  # noqa: E402
from octavia.db import api as db_api  # noqa: E402
from octavia.db import base_models, models  # noqa: E402
from oslo_config import cfg  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

# Octavia opens a session within a session: a lock that is taken at once would wait for itself.
sqlalchemy.event.remove(Engine, "before_cursor_execute", patient_sqlite._lock_early)

NAMES = {
    models.ProvisioningStatus: constants.SUPPORTED_PROVISIONING_STATUSES,
    models.OperatingStatus: constants.SUPPORTED_OPERATING_STATUSES,
    models.HealthMonitorType: constants.SUPPORTED_HEALTH_MONITOR_TYPES,
    models.Algorithm: constants.SUPPORTED_LB_ALGORITHMS,
    models.Protocol: constants.SUPPORTED_PROTOCOLS,
    models.SessionPersistenceType: constants.SUPPORTED_SP_TYPES,
    models.AmphoraRoles: constants.SUPPORTED_AMPHORA_ROLES,
    models.LBTopology: constants.SUPPORTED_LB_TOPOLOGIES,
    models.VRRPAuthMethod: constants.SUPPORTED_VRRP_AUTH,
    models.L7RuleType: constants.SUPPORTED_L7RULE_TYPES,
    models.L7RuleCompareType: constants.SUPPORTED_L7RULE_COMPARE_TYPES,
    models.L7PolicyAction: constants.SUPPORTED_L7POLICY_ACTIONS,
    models.ClientAuthenticationMode: constants.SUPPORTED_CLIENT_AUTH_MODES,
}
"""Tables of the words that others may use; Octavia's migrations, which SQLite does not take, fill them."""


class Worker(consumer.ConsumerService):
    """octavia-worker without the process manager around it."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf, self.server, self.topic = conf, conf.host, constants.TOPIC_AMPHORA_V2
        self.access_policy = consumer.dispatcher.DefaultRPCAccessPolicy


def make_tables() -> None:
    """All tables, once."""
    engine = db_api.get_engine()
    is_new = not sqlalchemy.inspect(engine).has_table("provisioning_status")
    base_models.BASE.metadata.create_all(engine)
    if is_new:
        session = db_api.get_session()
        with session.begin():
            for table, names in NAMES.items():
                session.add_all([table(name=name) for name in names])


app = octavia_app.setup_app(argv=ARGUMENTS)
cfg.CONF.set_override("pool_timeout", None, "database")
make_tables()
if WORKER == "worker":
    Worker(cfg.CONF).run()
waitress.serve(app, listen=f"127.0.0.1:{PORT}", threads=6)
