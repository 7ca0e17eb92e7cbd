"""What the settings of both programs have in common: checked kinds of value."""

from __future__ import annotations

import ipaddress
from typing import Annotated

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
"""A TCP port; 0 takes a free one."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
"""A name that people read."""
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=600_000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""From nothing to all: thresholds, probabilities."""


class Slice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One part's settings: frozen, without defaults of their own (the shipped TOML file holds them, documented)."""


def is_among(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an IP address is one of, or inside one of, the given addresses and networks."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    return any(known in ipaddress.ip_network(network, strict=False) for network in networks)


def check_networks(key: str, networks: tuple[str, ...]) -> None:
    """Raises ValueError for the first that is neither an IP address nor a network; `key` is the setting's."""
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise ValueError(
                f"{key}: expected IP addresses or networks such as 192.168.1.7 or 192.168.1.0/24, got {network!r}"
            ) from None


MDNS_NAME = "[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"
"""A satellite's mDNS name, which is its identity: a regular expression for the whole of it."""


def named(address: str) -> tuple[str, str]:
    """Splits "name@host:port" into name and place; the name of a place alone is ""."""
    name, _, place = address.rpartition("@")
    return name, place


def host_and_port(address: str) -> tuple[str, int]:
    """Splits "host:port" ("[::1]:10700" for IPv6); raises ValueError with what was expected."""
    host, colon, port = address.rpartition(":")
    if not colon or not host.strip("[]") or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"expected host:port such as 192.168.1.7:10700, got {address!r}")
    return host.strip("[]"), int(port)
