"""Which satellites of those that the network announces are led, and where: a table by identity.

A satellite's identity is its mDNS name: no two on a network have the same, and it stays when address, room or name
change. Rules: only those that the settings adopt, only at addresses in their networks; the latest announcement says
where; one that is gone is dialled for an hour more, because multicast is lossy and dialling is cheap; one that the
settings name by address is led there and nowhere else. Anybody can announce anything, so all that is kept is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from config.hub import Fleet
from config.parts import MDNS_NAME, host_and_port, is_among, named

MOST = 64  # satellites adopted: a large house, and a stranger who announces thousands ends there
MOST_ADDRESSES = 4  # of one: cable and Wi-Fi, in both versions of IP
MOST_TOLD = 16  # satellites that are not adopted, and yet told of
KEEP_S = 3600.0  # without an announcement
OURS = "hark-"  # what a satellite is called that has not been given a name of its own
_IDENTITY = re.compile(MDNS_NAME)


@dataclass(slots=True)
class _Found:
    addresses: tuple[str, ...]
    gone_at: float | None = None
    connected: bool = False


class Known:
    """All satellites that are known to the hub; seconds are the caller's."""

    def __init__(self, settings: Fleet) -> None:
        self._settings = settings
        self._found: dict[str, _Found] = {}
        self._there: dict[str, str] = {}  # address of the settings -> who answers there
        self._told: set[str] = set()

    def adopts(self, identity: str) -> bool:
        """Whether the settings want it, and there is room for it."""
        wanted = any(fnmatchcase(identity, pattern) for pattern in self._settings.adopt)
        room = identity in self._found or identity in self._settings.adopt or len(self._found) < MOST
        return bool(_IDENTITY.fullmatch(identity)) and wanted and room

    def found(self, identity: str, addresses: Iterable[str]) -> bool:
        """It is announced to be there; whether it may be dialled at any of these."""
        near = tuple(address for address in addresses if is_among(_host(address), self._settings.networks))
        if not near or not self.adopts(identity):
            return False
        self._found.setdefault(identity, _Found(())).addresses = near[:MOST_ADDRESSES]
        self._found[identity].gone_at = None
        return True

    def gone(self, identity: str, now: float) -> None:
        """It has said goodbye, or its announcement has run out."""
        if (found := self._found.get(identity)) is not None and found.gone_at is None:
            found.gone_at = now

    def connected(self, identity: str, on: bool) -> None:
        """One that was found is connected and has said who it is, or no longer is."""
        if (found := self._found.get(identity)) is not None:
            found.connected = on

    def answers(self, address: str, identity: str | None) -> None:
        """Who answers at an address of the settings; None when nobody does, or does not say."""
        self._there.pop(address, None)
        if identity is not None:
            self._there[address] = identity

    def addresses(self, identity: str) -> tuple[str, ...]:
        """Where one that was found is announced to be; none where it was dropped."""
        found = self._found.get(identity)
        return found.addresses if found is not None else ()

    def led(self, now: float) -> frozenset[str]:
        """Those to be led beside the settings' own; drops those gone for too long."""
        for identity, found in list(self._found.items()):
            if found.gone_at is not None and not found.connected and now - found.gone_at >= KEEP_S:
                del self._found[identity]
        elsewhere = set(self._there.values())
        listed = {named(address)[1] for address in self._settings.satellites}
        return frozenset(
            identity
            for identity, found in self._found.items()
            if identity not in elsewhere and not set(found.addresses) & listed
        )

    def worth_telling(self, identity: str) -> bool:
        """Whether a person should read of a satellite that is passed over: once of each, and of so many at most."""
        new = _IDENTITY.fullmatch(identity) and identity not in self._told and len(self._told) < MOST_TOLD
        if not new or not (identity.startswith(OURS) or identity in self._settings.adopt):
            return False
        self._told.add(identity)
        return True


def _host(address: str) -> str:
    try:
        return host_and_port(address)[0]
    except ValueError:
        return ""
