"""The ports where controllers come in: the plain one, the one for TLS, or both."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from config.parts import is_among
from config.satellite import SatelliteSettings
from satellite.controllers.link import Link
from wire import server
from wire.tls import listener
from wire.tls.credentials import Credentials

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """Those that are open; None for one that is not."""

    plain: int | None = None
    tls: int | None = None


@asynccontextmanager
async def doors(settings: SatelliteSettings, credentials: Credentials | None, link: Link) -> AsyncIterator[Ports]:
    """Lets controllers in while the context lasts; raises CannotListen."""
    host, plain, tls = settings.listen.host, None, None
    async with AsyncExitStack() as stack:
        if settings.listen.plain:
            plain, *_ = await stack.enter_async_context(
                server.serve(host, settings.listen.port, link.serve, unwanted=link.unwanted)
            )
            _log.info("%s listens on %s port %s", settings.name, host, plain)
        if credentials is not None:
            tls, *_ = await stack.enter_async_context(
                listener.serve(
                    host,
                    settings.tls.port,
                    link.serve,
                    credentials,
                    lambda address: is_among(address, settings.controllers.hub),
                )
            )
            _log.info("%s listens on %s port %s for hubs with a certificate", settings.name, host, tls)
        yield Ports(plain, tls)
