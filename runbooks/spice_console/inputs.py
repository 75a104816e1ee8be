"""What an operator may tell spice-console: hosts, the address of the page, who may open it, the instance."""

from __future__ import annotations

from runbooks.model import Input, InputKind

_HOSTS = r"[A-Za-z0-9._-]+([ ,]+[A-Za-z0-9._-]+)*"
_NETWORK = r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}|"

CONTROL = Input(
    name="control",
    title="Control hosts",
    kind=InputKind.TEXT,
    help="Where nova-spicehtml5proxy runs, as ssh knows them: ctl1,ctl2.",
    required=True,
    pattern=_HOSTS,
)
COMPUTE = Input(
    name="compute",
    title="Compute hosts",
    kind=InputKind.TEXT,
    help="Where the guests run: cmp1,cmp2. An all-in-one is named here and as control host.",
    required=True,
    pattern=_HOSTS,
)
INSTANCE = Input(
    name="instance",
    title="Test instance",
    kind=InputKind.TEXT,
    help="By its exact name. It proves the console, and its power is cut once: take one that may lose it.",
    required=True,
)
BASE_URL = Input(
    name="base_url",
    title="Address of the page",
    kind=InputKind.TEXT,
    help=(
        "What browsers open, in full: https://console.example.net:6082/spice_auto.html. Without one: what "
        "the compute hosts have, else that of the first control host's address."
    ),
    pattern=r"https?://\S+|",
)
ADDRESSES = Input(
    name="addresses",
    title="Address of each compute host",
    kind=InputKind.TEXT,
    help=(
        "Where its guests listen and the proxy dials: cmp1=10.0.0.21,cmp2=10.0.0.22. Without one: the "
        "address that it has, if it is its own; else its first one in a network of the control host."
    ),
    pattern=r"[A-Za-z0-9._-]+=[0-9a-fA-F.:]+([ ,]+[A-Za-z0-9._-]+=[0-9a-fA-F.:]+)*|",
)
CERT = Input(
    name="cert",
    title="Certificate of the proxy",
    kind=InputKind.TEXT,
    help="A file on the control hosts that nova can read, for https; its key may stand in it.",
    pattern=r"/[A-Za-z0-9._/-]+|",
)
KEY = Input(
    name="key",
    title="Key of that certificate",
    kind=InputKind.TEXT,
    help="Only where it is a file of its own.",
    pattern=r"/[A-Za-z0-9._/-]+|",
)
USERS = Input(
    name="users",
    title="Who may open consoles",
    kind=InputKind.TEXT,
    help="A network, such as 192.0.2.0/24: let in to the proxy where the control host's firewall refuses.",
    pattern=_NETWORK,
)
INPUTS = (CONTROL, COMPUTE, INSTANCE, BASE_URL, ADDRESSES, CERT, KEY, USERS)
