"""When Home Assistant is tried again, and with which token. Pure: the time is handed in.

Rules: waits double from FIRST_S to LONGEST_S, and begin again after a connection that held. A token that was refused
is not offered a second time: Home Assistant counts wrong logins, tells its owner of each and may ban the hub for them.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

FIRST_S = 0.5
LONGEST_S = 5.0  # a Home Assistant that is updated is away for minutes, and people speak to it as soon as it is back
STEADY_S = 10.0  # of a connection, after which the next failure is a first one again
TOKEN_S = 30.0  # between two looks at the secret's place, while the token that it held last is refused


class Retry:
    """The attempts at one Home Assistant; `clock` is any that only goes on, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._wait_s = FIRST_S
        self._refused = b""

    def begin(self, token: str) -> bool:
        """An attempt with that token begins; False where it was refused before, and nothing may be tried."""
        self._began = self._clock()
        if sha256(token.encode()).digest() == self._refused:
            return False
        self._refused = b""
        return True

    def refuse(self, token: str) -> None:
        """That token was refused."""
        self._refused = sha256(token.encode()).digest()

    def wait_s(self) -> float:
        """The attempt is over; how long to wait for the next one."""
        if self._refused:
            return TOKEN_S
        if self._clock() - self._began >= STEADY_S:
            self._wait_s = FIRST_S
        wait_s, self._wait_s = self._wait_s, min(2 * self._wait_s, LONGEST_S)
        return wait_s
