"""The named ways in which a system does not answer. Every text is a sentence for the operator."""


class SystemsError(Exception):
    """Base of every error in systems/: what was tried, where, what came back, and what to do."""


class Unreachable(SystemsError):
    """No session: the name, the network, the host key or the login."""


class HostKeyUnknown(Unreachable):
    """The host's key is in no known_hosts file; nothing was sent to it."""


class HostKeyChanged(Unreachable):
    """The host's key differs from the one that is known; nothing was sent to it."""


class LoginRefused(Unreachable):
    """The host answered and let nobody in: key, certificate, password or account."""


class TimedOut(SystemsError):
    """Ran past its deadline; it may still be running over there."""


class LinkLost(SystemsError):
    """The connection ended in the middle of a command: whether it went on is unknown until it is read."""


class Refused(SystemsError):
    """Ended with a status that is not expected, or with an answer that says no."""

    def __init__(self, sentence: str, *, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class SudoRefused(Refused):
    """sudo does not allow it, or wants a password that nobody gave."""


class ForwardingForbidden(Refused):
    """The host's sshd forbids to reach a socket or port of it through the connection."""


class ToolMissing(Refused):
    """The program is not installed on that host (exit status 127)."""


class NotUnderstood(SystemsError):
    """An answer came and cannot be read: its shape is not the one this version knows."""


class NotArmed(SystemsError):
    """The session is read-only, or its time of arming has run out; nothing was changed."""
