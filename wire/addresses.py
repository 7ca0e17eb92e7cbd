"""A peer's address, and why it cannot be had, as people write them."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl

from wire.tls import words


def peer_address(writer: asyncio.StreamWriter) -> tuple[str, int]:
    """Its IP address and port.

    An IPv4 address in IPv4's own notation, whatever the socket's family.
    """
    name = writer.get_extra_info("peername") or ("unknown", 0)  # none where the peer left before it was asked
    return plain_address(name[0]), name[1]


def plain_address(host: str) -> str:
    """An IP address as people write it: one of IPv4 without the frame that an IPv6 socket gives it."""
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    return str(address.ipv4_mapped or address)


def reason(error: Exception) -> str:
    """Why a socket call failed, in the operating system's words rather than asyncio's."""
    if isinstance(error, ssl.SSLError):
        return words.reason(error)
    if isinstance(error, OSError) and error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
