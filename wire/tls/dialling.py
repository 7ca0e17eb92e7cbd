"""Dialling a peer by TLS: like wire.connection.dial, and the peer has to prove who it is."""

from __future__ import annotations

import asyncio
import ssl
from typing import Unpack

from wire.addresses import reason
from wire.connection import Connection, Guards
from wire.errors import PeerUnreachable
from wire.tls.certificate import Certificate
from wire.tls.credentials import Credentials
from wire.tls.errors import Refused
from wire.tls.listener import SHUTDOWN_S
from wire.tls.words import why


async def dial(
    host: str, port: int, credentials: Credentials, name: str = "", *, timeout_s: float, **guards: Unpack[Guards]
) -> Connection:
    """Connects to a peer whose certificate is for `name`, "" for anybody's.

    Raises PeerUnreachable, and Refused where the peer does not prove who it is.
    """
    loaded = credentials.loaded
    try:
        async with asyncio.timeout(timeout_s) as timeout:
            reader, writer = await asyncio.open_connection(
                host,
                port,
                ssl=loaded.context,
                ssl_handshake_timeout=2 * timeout_s,  # the timeout here is the one that ends it
                ssl_shutdown_timeout=SHUTDOWN_S,
            )
    except ConnectionResetError:  # a port for plain Wyoming closes when it reads no events
        told = "it ended the TLS handshake; is that its TLS port (10701), and has it [tls], too?"
        raise Refused(f"{host} port {port} is not led: {told}") from None
    except ssl.SSLError as error:
        raise Refused(f"{host} port {port} is not led: {why(error, loaded.own, credentials.now())}") from None
    except (OSError, ValueError, OverflowError) as error:
        told = f"no answer by TLS for {timeout_s:g} s" if timeout.expired() else reason(error)
        raise PeerUnreachable(host, port, told) from None
    certificate = Certificate.of(writer.get_extra_info("ssl_object"))
    try:
        credentials.judge(certificate, loaded, name)
    except Refused as refused:
        writer.transport.abort()
        raise Refused(f"{host} port {port} is not led: {refused}") from None
    connection = Connection(reader, writer, certificate=certificate, **guards)
    credentials.attend(connection, certificate, loaded)
    return connection
