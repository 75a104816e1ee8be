"""The programs that only read, and with which arguments: data for `systems.readonly`, made to be reviewed.

A program stands here only if none of the arguments that are allowed to it can write a file, change the
system, run another program, or read commands. What is not listed is refused. Sources: the manual pages of
coreutils 9, procps 4, util-linux 2.38, iproute2 6, systemd 252, busybox 1.35, MariaDB 10.11, rpm 4.18.
"""

from __future__ import annotations

from dataclasses import dataclass

PATHS_AND_NAMES = r"[^-].*|-|"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The arguments that a program may be given."""

    flags: str = ""
    """Letters of short options without a value; may stand together, as in `-nr`."""
    valued: str = ""
    """Letters of short options with a value, joined or as the next word."""
    words: frozenset[str] = frozenset()
    """Options in full, with or without `=VALUE`; their value never is a word of its own."""
    valued_words: frozenset[str] = frozenset()
    """Options in full whose value is the next word, unless it is joined by `=`."""
    required: frozenset[str] = frozenset()
    """Options of which at least one must be there, else the program does more than read."""
    verbs: frozenset[str] = frozenset()
    """What the first operand may be."""
    verb_may_lack: bool = False
    second: frozenset[str] = frozenset()
    """What the second operand must be, if there is one; empty: nothing is asked of it."""
    operands: str = r"(?s).*"
    """What the other operands must match in full."""
    most: int | None = None
    """How many operands there may be after the verb; None: any number."""
    numbers: bool = False
    """Whether `-5` is allowed."""
    may_end_options: bool = True
    """Whether `--` ends the options."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs the program named after it."""

    words: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    """Options with which it runs nothing."""
    operands: int = 0
    """How many words of its own stand before the other program."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ANY = Allowed()
"""Whatever its arguments, it only reads."""
NOTHING = Allowed(most=0)

_VERSION = _words("--version")
_VERSION_ONLY = Allowed(words=_VERSION, required=_VERSION, most=0)

WRAPPERS: dict[str, Wrapper] = {
    "sudo": Wrapper(
        words=_words("-n -l -H --non-interactive --list"),
        valued=_words("-u -U"),
        required=_words("-n"),
        ends=_words("-l --list"),
    ),
    "timeout": Wrapper(words=_words("--foreground"), valued=_words("-k -s"), operands=1),
    "nice": Wrapper(valued=_words("-n")),
    "ionice": Wrapper(valued=_words("-c -n")),
}

_FIND = Allowed(
    words=_words(
        "-print -print0 -ls -quit -prune -o -a -or -and -not -empty -xdev -mount -depth -daystart"
        " -true -false -readable -writable -executable -nouser -nogroup -follow -L -H -P"
    ),
    valued_words=_words(
        "-name -iname -path -ipath -wholename -type -xtype -maxdepth -mindepth -mtime -mmin"
        " -ctime -cmin -atime -amin -newer -newermt -newerct -size -printf -user -group -uid -gid"
        " -perm -links -inum -samefile -regex -iregex -regextype -lname"
    ),
    may_end_options=False,
)
_SYSTEMCTL = Allowed(
    flags="laq",
    valued="ptnoP",
    words=_words(
        "--no-pager --full --all --plain --no-legend --quiet --value --failed --system --user"
        " --no-ask-password"
    ),
    valued_words=_words("--property --type --state --lines --output"),
    verbs=_words(
        "show is-active is-enabled is-failed is-system-running status cat list-units"
        " list-unit-files list-timers list-sockets list-dependencies list-jobs get-default show-environment"
    ),
)
_JOURNALCTL = Allowed(
    flags="ekfrqaxlm",
    valued="unopgSUtcD",
    words=_words(
        "-b --boot --dmesg --follow --reverse --quiet --all --catalog --no-pager --no-hostname"
        " --utc --list-boots --header --disk-usage --full --no-full --system --show-cursor"
        " --pager-end --merge --no-tail"
    ),
    valued_words=_words(
        "--unit --user-unit --lines --output --priority --grep --since --until --identifier"
        " --cursor --after-cursor --output-fields --facility --directory --case-sensitive"
    ),
    numbers=True,
)
_OPENSSL = Allowed(
    words=_words(
        "-noout -enddate -startdate -dates -subject -issuer -serial -fingerprint -text -hash"
        " -purpose -email -sha1 -sha256 -subject_hash -issuer_hash -modulus -pubkey"
    ),
    valued_words=_words("-in -inform -checkend -ext -nameopt -certopt"),
    required=_words("-noout"),
    verbs=_words("x509"),
    most=0,
    may_end_options=False,
)
_RPM = Allowed(
    flags="qailcdRs",
    valued="f",
    words=_words(
        "--query --all --info --list --last --changelog --requires --provides --whatprovides"
        " --conflicts --scripts"
    ),
    valued_words=_words("--qf --queryformat --file"),
    required=_words("-q --query"),
    operands=PATHS_AND_NAMES,
)
_IP = Allowed(
    flags="oj46sdp",
    words=_words("-br -brief -json -details -stats -statistics -oneline -pretty"),
    verbs=_words("a addr address r route l link n neigh neighbour rule"),
    second=_words("show list lst ls get"),
)
_IPTABLES = Allowed(
    flags="LSnvwx",
    valued="t",
    words=_words("--line-numbers --list --list-rules --numeric --verbose"),
    required=_words("-L -S --list --list-rules"),
)

PROGRAMS: dict[str, Allowed] = {
    **dict.fromkeys(
        _words(
            "cat ls stat head tail wc grep egrep fgrep zgrep zcat cut tr df du findmnt lsblk free"
            " uptime uname id whoami groups test [ echo true false pgrep pidof ps readlink realpath"
            " basename dirname getenforce sestatus getent mountpoint nproc lscpu arch md5sum sha1sum"
            " sha256sum cksum cmp who w tty my_print_defaults vmstat systemd-detect-virt which pwd"
            " pwdx getconf lsmod"
        ),
        ANY,
    ),
    "sort": Allowed(
        flags="bdfghiMnRrVcCmsuz",
        valued="kt",
        words=_words("--reverse --numeric-sort --unique --human-numeric-sort --version-sort --stable"),
        valued_words=_words("--key --field-separator"),
    ),
    "uniq": Allowed(flags="cdDiuz", valued="fsw", words=_words("--count --repeated --unique"), most=1),
    "date": Allowed(
        flags="uRI",
        words=_words("--utc --universal --iso-8601 --rfc-3339"),
        valued_words=_words("-d --date"),
        operands=r"(?s)\+.*",
    ),
    "hostname": Allowed(
        flags="fsIAid", words=_words("--fqdn --short --ip-address --all-ip-addresses --domain"), most=0
    ),
    "hostnamectl": Allowed(
        words=_words("--no-pager --static"), verbs=_words("status"), verb_may_lack=True, most=0
    ),
    "timedatectl": Allowed(
        flags="a",
        valued="p",
        words=_words("--no-pager --all --value"),
        valued_words=_words("--property"),
        verbs=_words("status show timesync-status show-timesync"),
        verb_may_lack=True,
        most=0,
    ),
    "chronyc": Allowed(flags="nc", verbs=_words("tracking sources sourcestats activity"), most=0),
    "ss": Allowed(flags="HOnratulwxopemiTZzbs46Q0SM", words=_words("--no-header --numeric --processes")),
    "ip": _IP,
    "systemctl": _SYSTEMCTL,
    "journalctl": _JOURNALCTL,
    "dmesg": Allowed(
        flags="TxHkrtuwWLPSdep",
        valued="lfsF",
        words=_words(
            "--ctime --human --kernel --userspace --decode --follow --nopager --raw --notime --json --color"
        ),
        valued_words=_words("--level --facility --since --until --time-format"),
        most=0,
    ),
    "nstat": Allowed(flags="asz", words=_words("--json --zeros --noupdate --ignore"), required=_words("-s")),
    "sysctl": Allowed(
        flags="naNebAX",
        words=_words("--values --names --all --ignore --binary"),
        operands=r"[A-Za-z0-9_.*/:@-]+",
    ),
    "rpm": _RPM,
    "dpkg-query": Allowed(
        flags="WlsSLp",
        valued="f",
        words=_words("--showformat --show --list --status --search --listfiles --print-avail --no-pager"),
        operands=PATHS_AND_NAMES,
    ),
    "dpkg": Allowed(
        flags="lsSLV",
        words=_words(
            "--list --status --search --listfiles --verify --print-architecture --no-pager --get-selections"
        ),
        operands=PATHS_AND_NAMES,
    ),
    "apt-cache": Allowed(
        verbs=_words("policy show madison showpkg depends rdepends"), operands=PATHS_AND_NAMES
    ),
    "openssl": _OPENSSL,
    "nc": Allowed(flags="zvnu46", valued="w", required=_words("-z"), most=2),
    "find": _FIND,
    "command": Allowed(flags="v", required=_words("-v")),
    "nft": Allowed(
        flags="ansj",
        words=_words("--json --handle --stateless --numeric"),
        verbs=_words("list"),
        operands=r"[A-Za-z0-9_.-]+",
    ),
    "iptables": _IPTABLES,
    "ip6tables": _IPTABLES,
    "iptables-save": Allowed(flags="c", valued="t", most=0),
    "firewall-cmd": Allowed(
        words=_words(
            "--state --list-all --list-ports --list-services --list-rich-rules --get-active-zones"
            " --permanent --zone"
        ),
        most=0,
    ),
    "getsebool": Allowed(flags="a"),
    "virsh": Allowed(
        words=_words("-r --readonly --name --all"),
        required=_words("-r --readonly"),
        verbs=_words("list dumpxml domcapabilities"),
        operands=r"[A-Za-z0-9_.-]+",
    ),
    **dict.fromkeys(_words("rsync xtrabackup mariabackup mariadb-backup garbd borg"), _VERSION_ONLY),
    "keepalived": Allowed(words=_words("-v --version"), required=_words("-v --version"), most=0),
    "haproxy": Allowed(
        words=_words("-v --version -c"),
        valued_words=_words("-f"),
        required=_words("-v --version -c"),
        most=0,
    ),
    "socat": Allowed(words=_words("-V"), required=_words("-V"), most=0),
}
