"""What an operator may tell galera-bootstrap: names, addresses, accounts, how state is transferred."""

from __future__ import annotations

from runbooks.model import Input, InputKind

METHODS = ("rsync", "mariabackup", "xtrabackup-v2")
_ACCOUNT = r"[A-Za-z_][A-Za-z0-9_.-]{0,31}"
_HOSTS = r"[A-Za-z0-9._-]+([ ,]+[A-Za-z0-9._-]+)*|"

CLUSTER_NAME = Input(
    name="cluster_name",
    title="Name of the cluster",
    kind=InputKind.TEXT,
    help="wsrep_cluster_name, the same on every node. Without one: the cluster's name in the estate file.",
    pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}|",
)
FIRST = Input(
    name="first",
    title="The node that is bootstrapped",
    kind=InputKind.HOST,
    help="The others copy its data. Without one: the first node of the estate file.",
)
ADDRESSES = Input(
    name="addresses",
    title="Address of each node",
    kind=InputKind.TEXT,
    help=(
        "Where the other nodes reach it: db1=10.0.0.1,db2=10.0.0.2. Only needed where a host has more than "
        "one address that they could use."
    ),
    pattern=r"[A-Za-z0-9._-]+=[0-9a-fA-F.:]+([ ,]+[A-Za-z0-9._-]+=[0-9a-fA-F.:]+)*|",
)
SST_METHOD = Input(
    name="sst_method",
    title="How a full copy is made",
    kind=InputKind.CHOICE,
    help=(
        "rsync needs no account and blocks its donor. mariabackup and xtrabackup-v2 do not block it. Without "
        "one: the one that does not block, where every host has its tools; else rsync."
    ),
    choices=METHODS,
)
SST_USER = Input(
    name="sst_user",
    title="Account for full copies",
    kind=InputKind.TEXT,
    help="Only where the method needs one: mariabackup does, rsync and XtraDB Cluster 8 do not.",
    default="sst",
    pattern=_ACCOUNT,
)
SST_PASSWORD = Input(
    name="sst_password",
    title="Password of that account",
    kind=InputKind.SECRET,
    help="Only where the method needs an account. It stands in the option file of each node, mode 0640.",
)
MONITOR_USER = Input(
    name="monitor_user",
    title="Account for watching",
    kind=InputKind.TEXT,
    help="An account that can read status and nothing else. It is made only when it has a password.",
    default="monitor",
    pattern=_ACCOUNT,
)
MONITOR_PASSWORD = Input(
    name="monitor_password",
    title="Password of that account",
    kind=InputKind.SECRET,
    help="Without one no account for watching is made.",
)
MONITOR_FROM = Input(
    name="monitor_from",
    title="Where it may come from",
    kind=InputKind.TEXT,
    help="Host part of the account: localhost, an address, or a network such as 10.0.0.%. Never % alone.",
    default="localhost",
    pattern=r"[A-Za-z0-9][A-Za-z0-9.:_/-]*%?",
)
ROOT_PASSWORD = Input(
    name="root_password",
    title="Password of root",
    kind=InputKind.SECRET,
    help=(
        "Only for XtraDB Cluster where root has none yet, as with its RPM packages. It stands in "
        "/root/.my.cnf of each node, mode 0600."
    ),
)
APPLIERS = Input(
    name="appliers",
    title="Threads that apply write-sets",
    kind=InputKind.TEXT,
    help="How many transactions of other nodes are applied side by side; about as many as there are cores.",
    default="4",
    pattern=r"[1-9][0-9]?",
)
GCACHE = Input(
    name="gcache_size",
    title="Size of the write-set cache",
    kind=InputKind.TEXT,
    help="What each node keeps for others that were away (gcache.size): 512M, 2G; made at once, on disk.",
    default="512M",
    pattern=r"[1-9][0-9]{0,5}[MG]",
)
WIPE = Input(
    name="wipe",
    title="Nodes whose data may go",
    kind=InputKind.TEXT,
    help="Nodes whose data directory holds what nobody needs: db2,db3. It is moved aside, not deleted.",
    pattern=_HOSTS,
)

CERTIFICATES = Input(
    name="certificates",
    title="Directory of the certificates",
    kind=InputKind.TEXT,
    help=(
        "Where ca.pem, server-cert.pem and server-key.pem lie on every host, outside the data directory: "
        "then the nodes' own traffic is encrypted. none: it stays plain; XtraDB Cluster 8 wants that said."
    ),
    pattern=r"/[A-Za-z0-9._/-]+|none|",
)
PROVIDER = Input(
    name="provider",
    title="Path of the Galera library",
    kind=InputKind.TEXT,
    help="wsrep_provider, where the package puts it elsewhere than its flavour usually does.",
    pattern=r"/[A-Za-z0-9._/-]+|",
)

INPUTS = (
    CLUSTER_NAME,
    FIRST,
    ADDRESSES,
    SST_METHOD,
    SST_USER,
    SST_PASSWORD,
    MONITOR_USER,
    MONITOR_PASSWORD,
    MONITOR_FROM,
    ROOT_PASSWORD,
    APPLIERS,
    GCACHE,
    CERTIFICATES,
    PROVIDER,
    WIPE,
)
