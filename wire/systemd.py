"""What systemd is told over its notification socket: readiness, a line of status, signs of life, the end.

The protocol is sd_notify(3): one datagram of VARIABLE=VALUE lines to the Unix socket that NOTIFY_SOCKET names, where a
leading "@" stands for Linux's abstract names. Rules: without the variable nothing is sent, so the same program runs
anywhere; a message that cannot be sent is logged and costs nothing else; sending never waits.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping

_log = logging.getLogger(__name__)

LONGEST_STATUS = 200  # characters; systemctl shows one line


class Systemd:
    """The service manager that started this program, or nobody."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.watchdog_s = _watchdog_s(environment)

    def ready(self) -> None:
        """The program does its work from now on."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """What `systemctl status` shows, in one line."""
        self._send("STATUS=" + " ".join(text.split())[:LONGEST_STATUS])

    def stopping(self) -> None:
        """The program has begun to stop."""
        self._send("STOPPING=1")

    async def keep_alive(self, is_alive: Callable[[], bool]) -> None:
        """Sends a sign of life at half of the watchdog's time while there is life; returns where none is asked for.

        Run by the event loop, so that one that hangs sends none either.
        """
        while self.watchdog_s:
            if is_alive():
                self._send("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_s / 2)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            ) as sender:
                sender.sendto(message.encode(), address)
        except (OSError, ValueError) as error:
            _log.warning(
                "cannot tell systemd %s (%s); set Type=notify in the unit, or unset NOTIFY_SOCKET", message, error
            )


def _watchdog_s(environment: Mapping[str, str]) -> float:
    """The time within which systemd wants signs of life of this process; 0 where it wants none."""
    asked = environment.get("WATCHDOG_USEC", "")
    ours = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    return int(asked) / 1_000_000 if ours and asked.isdecimal() else 0.0
