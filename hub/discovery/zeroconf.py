"""mDNS by python-zeroconf, on the hub's own event loop.

Listens on all addresses of the machine, which are looked at again and again, since a router may give it another one any
day; where they changed, it begins anew. Rules: nothing is asked about a service that nobody wants; questions wait in a
line that is bounded, and where a stranger has filled it, the next announcement counts. Nothing that the network does
ends the hub.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable

import ifaddr
from zeroconf import Error, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from hub.discovery.listener import Listener
from wire.discovery import PLAIN, TLS
from wire.errors import leaves
from wire.sayings import Sayings

_log = logging.getLogger(__name__)

LOOK_S = 10.0  # between two looks at the machine's addresses: 0.4 ms of work each
ASK_MS = 3000.0  # for where a service is: mostly told with its announcement
MOST_WAITING = 256  # names whose place is not known yet
ASKED_AT_ONCE = 8  # so that one that nobody answers for does not hold up the others


def local_addresses() -> tuple[str, ...]:
    """The IP addresses of this machine that its network hears it at, and so do satellites on this very machine."""
    found = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return tuple(sorted(address for address in found if _is_of_the_network(ipaddress.ip_address(address))))


def _is_of_the_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return not (address.is_loopback or address.is_link_local)


class ZeroconfBrowser:
    """Listens for satellites by their plain ports; with `tls` by those for TLS, and only tells of the plain ones."""

    def __init__(
        self,
        addresses: Callable[[], tuple[str, ...]] = local_addresses,
        look_s: float = LOOK_S,
        *,
        tls: bool = False,
    ) -> None:
        self._services = [TLS, PLAIN] if tls else [PLAIN]
        self._addresses, self._look_s = addresses, look_s
        self._sayings = Sayings(_log)

    async def run(self, listener: Listener) -> None:
        """See hub.discovery.listener.Browser."""
        while True:
            if addresses := self._addresses():
                await self._listen(addresses, listener)
            await asyncio.sleep(self._look_s)

    async def _listen(self, addresses: tuple[str, ...], listener: Listener) -> None:
        try:
            async with AsyncZeroconf(interfaces=list(addresses)) as zeroconf:
                questions = _Questions(zeroconf.zeroconf, listener, self._services[0])
                browser = AsyncServiceBrowser(zeroconf.zeroconf, self._services, handlers=[questions.changed])
                try:
                    async with asyncio.TaskGroup() as group:
                        asking = [group.create_task(questions.ask()) for _ in range(ASKED_AT_ONCE)]
                        await self._while_they_stay(addresses)
                        for task in asking:
                            task.cancel()
                finally:
                    await browser.async_cancel()
        except* (OSError, Error, RuntimeError) as errors:
            self._sayings.warn("failed", f"satellites cannot be found ({leaves(errors)[0]!r}); trying again")

    async def _while_they_stay(self, addresses: tuple[str, ...]) -> None:
        while self._addresses() == addresses:  # noqa: ASYNC110 the system's addresses set no event
            await asyncio.sleep(self._look_s)


class _Questions:
    """Names that were announced and whose place is asked for."""

    def __init__(self, zeroconf: Zeroconf, listener: Listener, service: str) -> None:
        self._zeroconf, self._listener, self._service = zeroconf, listener, service
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)

    def changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        """What zeroconf tells of a service."""
        identity = name.removesuffix(f".{service_type}")
        if service_type != self._service:
            if state_change is not ServiceStateChange.Removed:
                self._listener.without_tls(identity)
            return
        if not self._listener.wants(identity):
            return
        if state_change is ServiceStateChange.Removed:
            self._listener.gone(identity)
        elif not self._waiting.full():
            self._waiting.put_nowait(name)

    async def ask(self) -> None:
        """Asks for one after the other, without end."""
        while True:
            name = await self._waiting.get()
            service = AsyncServiceInfo(self._service, name)
            if await service.async_request(self._zeroconf, ASK_MS):
                addresses = [_at(address, service.port) for address in service.parsed_addresses()]
                self._listener.found(name.removesuffix(f".{self._service}"), addresses)


def _at(address: str, port: int | None) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
