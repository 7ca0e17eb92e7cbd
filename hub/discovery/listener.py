"""What the network says of satellites, and who listens to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Listener(Protocol):
    """Is told what is announced; an identity is an mDNS name, as a stranger may have chosen it."""

    def wants(self, identity: str) -> bool:
        """It is announced; whether anybody wants to know where."""

    def without_tls(self, identity: str) -> None:
        """It is announced without TLS, to a hub that leads by TLS alone."""

    def found(self, identity: str, addresses: Iterable[str]) -> None:
        """One that is wanted can be reached there, each host:port."""

    def gone(self, identity: str) -> None:
        """It has said goodbye, or its announcement has run out."""


class Browser(Protocol):
    """Listens to the network."""

    async def run(self, listener: Listener) -> None:
        """Tells what is announced, without end, whatever becomes of the network."""
