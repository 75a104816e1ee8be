"""Proves that a shell line only reads: the door between `Probe` and everything that could change a host."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import normpath

from systems.readonly_socket import only_shows
from systems.readonly_table import ANY, NOTHING, PROGRAMS, WRAPPERS, Allowed
from systems.shellwords import SimpleCommand, Word, split_commands
from systems.sql import Query

_PLACES = (
    "/bin/",
    "/sbin/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/local/bin/",
    "/usr/local/sbin/",
    "/usr/libexec/",
)
_LOCALE = re.compile(r"(LC_ALL|LANG)=[A-Za-z0-9_.@-]*")
_SED_ADDRESS = r"(\d+|\$|/([^/\\\n]|\\.)*/I?)"
_SED_BRACKETS = re.compile(r"\[\^?(\[:[a-z]+:\]|[A-Za-z0-9_.,: =-])+\]")
_SED_SCRIPT = re.compile(
    rf"\s*({_SED_ADDRESS}(,(\+?\d+|{_SED_ADDRESS}))?\s*!?\s*)?(p|q|s/([^/\\\n]|\\.)*/([^/\\\n]|\\.)*/[gpiI0-9]*)\s*"
)
_SERVER_READS = frozenset({"--help", "-?", "--version", "-V"})
_MAX_DEPTH = 8


def refuse_unless_read_only(line: str) -> None:
    """Raise `ValueError`, naming the word, unless every program in `line` is known to only read.

    What is known stands in `systems.readonly_table`. The proof is of the line, not of the host: a program
    that was replaced there by another one is not noticed.
    """
    try:
        before: SimpleCommand | None = None
        for command in split_commands(line):
            if not only_shows(before, command):
                _check_command(command.words)
            before = command
    except ValueError as error:
        message = f"not a line that only reads: {line!r}: {error}"
        raise ValueError(message) from None


def is_read_only(line: str) -> bool:
    """Whether `refuse_unless_read_only` lets the line through."""
    try:
        refuse_unless_read_only(line)
    except ValueError:
        return False
    return True


def _check_command(words: Sequence[Word], depth: int = 0) -> None:
    rest = list(words)
    while rest and not rest[0].is_quoted and _LOCALE.fullmatch(rest[0].text):
        rest.pop(0)
    if not rest or depth > _MAX_DEPTH:
        raise ValueError("no program is named")
    name = _program(rest[0])
    arguments = rest[1:]
    for word in arguments:
        if word.may_become_an_option:
            raise ValueError(f"{word.text!r} may become an option; write ./{word.text}")
        if normpath(word.text).startswith("/dev/watchdog"):
            raise ValueError("to open a watchdog starts it: the host would be reset")
    if name in WRAPPERS:
        _check_wrapped(name, arguments, depth)
    elif name in _SPECIAL:
        _SPECIAL[name](name, [word.text for word in arguments])
    else:
        _check_arguments(name, PROGRAMS.get(name, NOTHING), [word.text for word in arguments])


def _program(word: Word) -> str:
    if word.glob_at is not None:
        raise ValueError(f"the program {word.text!r} is a pattern")
    place, _, name = word.text.rpartition("/")
    if place and f"{place}/" not in _PLACES:
        raise ValueError(f"the program {word.text!r} stands in a directory that is not the system's")
    if name not in PROGRAMS and name not in WRAPPERS and name not in _SPECIAL:
        raise ValueError(f"{word.text!r} is not on the list of programs that only read")
    return name


def _check_wrapped(name: str, arguments: Sequence[Word], depth: int) -> None:
    """Check a program that runs another one: first its own options, then the other's line."""
    wrapper = WRAPPERS[name]
    texts = [word.text for word in arguments]
    used, at = set[str](), 0
    while at < len(texts) and texts[at].startswith("-") and texts[at] != "--":
        option = texts[at]
        key = option if option in wrapper.words else option[:2]
        if key not in wrapper.words and key not in wrapper.valued:
            raise ValueError(f"{name} {option!r} is not on the list")
        used.add(key)
        takes = 1 if key in wrapper.valued and option == key else 0
        _refuse_options(name, texts[at + 1 : at + 1 + takes])
        at += 1 + takes
    if at < len(texts) and texts[at] == "--":
        at += 1
    if missing := wrapper.required - used:
        raise ValueError(
            f"{name} needs {' '.join(sorted(missing))} here, so that it cannot wait for a person"
        )
    at += wrapper.operands
    if used & wrapper.ends:
        return
    _check_command(arguments[at:], depth + 1)


def _check_arguments(name: str, allowed: Allowed, texts: Sequence[str]) -> None:
    if allowed is ANY:
        return
    operands: list[str] = []
    used: set[str] = set()
    at = 0
    while at < len(texts):
        text = texts[at]
        at += 1
        if text == "--" and allowed.may_end_options:
            operands += texts[at:]
            break
        if text.startswith("-") and text != "-":
            takes = _check_option(name, allowed, text, used)
            _refuse_options(name, texts[at : at + takes])
            at += takes
        else:
            operands.append(text)
    if allowed.required and not used & allowed.required:
        raise ValueError(f"{name} is known to only read with {' or '.join(sorted(allowed.required))}")
    _check_operands(name, allowed, operands)


def _check_option(name: str, allowed: Allowed, text: str, used: set[str]) -> int:
    """Check one option, note it in `used`, and return how many words after it are its value."""
    key, equals, _ = text.partition("=")
    if key in allowed.words or key in allowed.valued_words:
        used.add(key)
        return 0 if equals or key in allowed.words else 1
    if allowed.numbers and text[1:].isdigit():
        return 0
    if not text.startswith("--"):
        for at, letter in enumerate(text[1:], start=1):
            if letter in allowed.valued:
                used.add(f"-{letter}")
                return 0 if text[at + 1 :] else 1
            if letter not in allowed.flags:
                break
            used.add(f"-{letter}")
        else:
            return 0
    raise ValueError(f"{name} {text!r} is not on the list")


def _refuse_options(name: str, values: Sequence[str]) -> None:
    """An option whose value may be left out would take the next option for what it is."""
    for value in values:
        if value.startswith("-") and not re.fullmatch(r"-(\d+\w?)?", value):
            raise ValueError(f"{name} {value!r} stands where a value is due")


def _check_operands(name: str, allowed: Allowed, operands: Sequence[str]) -> None:
    rest = list(operands)
    if allowed.verbs:
        if rest and rest[0] not in allowed.verbs:
            raise ValueError(f"{name} {rest[0]!r} is not on the list")
        if not rest and not allowed.verb_may_lack:
            raise ValueError(f"{name} needs one of {' '.join(sorted(allowed.verbs))}")
        rest = rest[1:]
        if rest and allowed.second and rest[0] not in allowed.second:
            raise ValueError(f"{name} {operands[0]} {rest[0]!r} is not on the list")
    if allowed.most is not None and len(rest) > allowed.most:
        raise ValueError(f"{name} takes at most {allowed.most} operands here; {rest[-1]!r} is one too many")
    for operand in rest:
        if not re.fullmatch(allowed.operands, operand):
            raise ValueError(f"{name} {operand!r} is not on the list")


def _check_sed(name: str, texts: Sequence[str]) -> None:
    """Only `sed -n` with addresses, `p`, `q` and `s///` without its flags `w` and `e`."""
    scripts: list[str] = []
    is_silent, at = False, 0
    while at < len(texts) and texts[at].startswith("-") and texts[at] != "-":
        option = texts[at]
        at += 1
        if option == "-e":
            scripts += texts[at : at + 1]
            at += 1
        elif re.fullmatch(r"-[nEr]+", option):
            is_silent = is_silent or "n" in option
        else:
            raise ValueError(f"{name} {option!r} is not on the list")
    if not scripts:
        scripts = list(texts[at : at + 1])
        at += 1
    if any(text.startswith("-") and text != "-" for text in texts[at:]):
        raise ValueError(f"{name}: options stand before the script and the files")
    if any("[" in _SED_BRACKETS.sub("", script) for script in scripts):
        raise ValueError("sed: one sed ends a pattern at a slash in brackets, another does not")
    parts = [part for script in scripts for part in _split_sed(script)]
    if not is_silent or not parts or not all(_SED_SCRIPT.fullmatch(part) for part in parts):
        raise ValueError("sed only as -n with p, q and s///: anything more may write or run")


def _split_sed(script: str) -> list[str]:
    if "/" in script:
        return [script]
    return re.split(r"[;\n]", script)


def _check_server(name: str, texts: Sequence[str]) -> None:
    """`mysqld` with an option that makes it print and end; without one it would start."""
    defaults = re.compile(r"--(defaults-file|defaults-extra-file|defaults-group-suffix)=.+|--no-defaults")
    rest = [text for text in texts if not defaults.fullmatch(text)]
    is_print = rest == ["--print-defaults"] and all(defaults.fullmatch(text) for text in texts[:-1])
    if is_print or (rest and set(rest) <= _SERVER_READS | {"--verbose", "-v"} and set(rest) & _SERVER_READS):
        return
    raise ValueError(f"{name} with these options may start a server or open its data directory")


def _check_sql_client(name: str, texts: Sequence[str]) -> None:
    """`mariadb -e` with one statement that passes `Query`; nothing that reads commands from elsewhere."""
    valued = re.compile(
        r"--(user|host|port|socket|protocol|connect-timeout|defaults-(file|extra-file|group-suffix))=.+"
    )
    plain = frozenset(
        {
            "--init-command=SET SESSION TRANSACTION READ ONLY",
            "-X",
            "--xml",
            "--init-command=SET SESSION wsrep_sync_wait=1",
            "-N",
            "-B",
            "-r",
            "-NB",
            "-BN",
            "-s",
            "-E",
            "-t",
            "--batch",
            "--raw",
            "--skip-column-names",
            "--no-defaults",
        }
        | {"--silent", "--vertical", "--table", "--no-auto-rehash", "--skip-reconnect", "-A"}
    )
    statement: str | None = None
    at = 0
    while at < len(texts):
        text = texts[at]
        at += 1
        if text in ("-e", "--execute") and at < len(texts) and statement is None:
            statement = texts[at]
            at += 1
        elif text.startswith("--execute=") and statement is None:
            statement = text.partition("=")[2]
        elif text in ("-u", "-h", "-S", "-P") and at < len(texts):
            _refuse_options(name, texts[at : at + 1])
            at += 1
        elif text not in plain and not valued.fullmatch(text):
            raise ValueError(f"{name} {text!r} is not on the list")
    if statement is None:
        raise ValueError(f"{name} without -e would read its commands from elsewhere")
    if "\\" in statement or "\n" in statement:
        raise ValueError(
            f"{name}: a backslash or a second line in the statement may be a command of the client"
        )
    Query(statement)


def _check_printf(name: str, texts: Sequence[str]) -> None:
    if not texts or texts[0].startswith("-"):
        raise ValueError(f"{name} takes its format first: -v would set a variable of the shell")


def _check_openssl(name: str, texts: Sequence[str]) -> None:
    """Of a key only its public half may be shown; else as the table has it."""
    if texts[:1] != ["pkey"]:
        _check_arguments(name, PROGRAMS[name], texts)
    elif texts[1:4] != ["-noout", "-text_pub", "-in"] or len(texts) != 5 or texts[4].startswith("-"):
        raise ValueError(
            f"{name} pkey only as pkey -noout -text_pub -in FILE: anything more may show the key"
        )


_SPECIAL = {
    "openssl": _check_openssl,
    "sed": _check_sed,
    "printf": _check_printf,
    **dict.fromkeys(("mysqld", "mariadbd"), _check_server),
    **dict.fromkeys(("mysql", "mariadb"), _check_sql_client),
}
