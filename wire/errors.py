"""What can go wrong between two programs, each as a type with a code for the wire and one sentence for people.

Rules: the sentence says what happened, why, and what to do. It never quotes what an event carried, because that may be
words that a person said; `code` is what a Wyoming `error` event would carry.
"""

from __future__ import annotations

from typing import ClassVar


class WireError(Exception):
    """The connection, or one event on it, cannot be used; costs this connection and no other."""

    code: ClassVar[str] = "wire-error"


class MalformedEvent(WireError):
    """Something is no Wyoming event, or a known event with a wrong field."""

    code = "malformed-event"


class TooLarge(WireError):
    """An event declares or holds more than this end takes in."""

    code = "too-large"


class IdleTimeout(WireError):
    """No whole event came for longer than this end waits."""

    code = "idle-timeout"

    def __init__(self, idle_s: float) -> None:
        super().__init__(f"no whole event came for {idle_s:g} s: the peer hangs or its network is gone; see its log")


class PeerGone(WireError):
    """The stream has ended: cleanly, between two events, or `in_the_middle` of one."""

    code = "peer-gone"

    def __init__(self, in_the_middle: bool, why: str = "it closed the connection") -> None:
        where = "in the middle of an event, which is lost; see its log" if in_the_middle else "between two events"
        super().__init__(f"the peer is gone ({why}) {where}")
        self.in_the_middle = in_the_middle


class PeerStalled(WireError):
    """The peer is there but does not read what it is sent."""

    code = "peer-stalled"

    def __init__(self, stall_s: float) -> None:
        super().__init__(f"the peer has read nothing for {stall_s:g} s and is cut off: it hangs; see its log")


class PeerUnreachable(WireError):
    """A connection could not be made."""

    code = "peer-unreachable"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot connect to {host} port {port}: {reason}; check the address and that it runs there")


class CannotListen(WireError):
    """A port could not be opened for others to connect to."""

    code = "cannot-listen"

    def __init__(self, host: str, port: int, reason: str, remedy: str) -> None:
        super().__init__(f"cannot listen on {host} port {port}: {reason}; {remedy}")


def leaves(error: BaseException) -> list[BaseException]:
    """The plain errors in nested groups, as task groups raise them, in order; of a plain error, itself."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in leaves(each)]
