"""How a hub and Home Assistant find Hark: a program's mDNS name, and the addresses under which it can be reached.

Home Assistant knows a satellite, and a hub, by the name of its `_wyoming._tcp.local.` service: another name is another
device, and room and automations of the old one are lost. Rules: the name comes from what survives a new name, a new
room and, on a board that has a serial number, a new system; of what it is derived from only a hash is told; it is never
changed to get out of somebody's way.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

IDENTITIES = (
    Path("/sys/firmware/devicetree/base/serial-number"),  # of a Raspberry Pi's board: survives a new SD card
    Path("/etc/machine-id"),  # of the installed system
)
LONGEST_IDENTITY = 256  # bytes
SATELLITE, HUB = "satellite", "hub"
PLAIN = "_wyoming._tcp.local."  # the mDNS type of ports that speak Wyoming, by which Home Assistant finds them
TLS = "_hark._tcp.local."
"""The type of ports where hubs are let in by TLS; one of its own, so that nothing leads Home Assistant there."""
NAMESPACE = "hark {} mdns name 1:"  # so that no other program's hash of the same identity is the same
PREFIX = {SATELLITE: "hark", HUB: "harkhub"}  # a hub that looks for satellites called hark-something finds no hubs
DIGITS = 12  # hexadecimal, of the name: as many as a MAC address; two in a house are the same once in 2e14 houses


class DiscoveryError(Exception):
    """The program cannot be found by itself; says why and what to do."""


class Advertiser(Protocol):
    """Tells the network where the program is."""

    name: str
    """The mDNS name, which a hub that has found it hears again from the satellite itself."""

    async def run(self, plain: int | None, tls: int | None = None) -> None:
        """Advertises those ports without end, whatever becomes of the network; None for one that is not open."""


def service_name(identity: str, of: str = SATELLITE) -> str:
    """The instance name of a machine with that identity, as a satellite or as a hub."""
    digest = hashlib.sha256(NAMESPACE.format(of).encode() + identity.encode()).hexdigest()
    return f"{PREFIX[of]}-{digest[:DIGITS]}"


def read_identity(places: Iterable[Path] = IDENTITIES, remedy: str = "set discovery.id") -> str:
    """The machine's identity, from the first place that has one; raises DiscoveryError, with the remedy."""
    for place in places:
        try:
            with place.open("rb") as file:
                identity = file.read(LONGEST_IDENTITY).decode(errors="replace").strip("\0 \n")
        except OSError:
            continue
        if identity.strip("0") and identity != "uninitialized":  # as systemd has it until the first boot is over
            return identity
    raise DiscoveryError(f"this machine has neither a serial number nor a machine-id; {remedy}")


def reachable(host: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Those of the machine's addresses that a program which listens on `host` can be reached at from elsewhere.

    Sorted. None for loopback, and none for a host given by name: nobody knows which address it will be.
    """
    try:
        listening = ipaddress.ip_address(host)
    except ValueError:
        return ()
    found = {ipaddress.ip_address(address) for address in addresses}
    return tuple(
        str(address)
        for address in sorted(found, key=str)
        if address.version == listening.version  # "::" takes no IPv4 connections: asyncio sees to that
        and (listening.is_unspecified or address == listening)
        and not (address.is_loopback or address.is_link_local or address.is_unspecified)
    )


def is_local(host: str) -> bool:
    """Whether only programs on this machine can reach what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
