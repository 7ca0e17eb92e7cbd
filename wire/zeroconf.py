"""mDNS by python-zeroconf, on the program's own event loop.

The addresses are looked at again and again, since a Raspberry Pi boots before its Wi-Fi and a router may give it
another one any day; where they changed, the service is withdrawn and announced anew. In a conflict it keeps its name: a
line of log says what to do, and it tries again. Nothing that the network does ends the program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

import ifaddr
from zeroconf import Error, NonUniqueNameException, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from wire.discovery import PLAIN, TLS
from wire.sayings import Sayings

_log = logging.getLogger(__name__)

NOWHERE = (
    "no address of this machine fits {0} yet, so Home Assistant cannot find it; is the network up, "
    "and {0} an address such as 0.0.0.0?"
)
LISTEN_HOST, OWN_ID = "listen.host", "give one of the two its own discovery.id"  # as a satellite's settings have them
LOOK_S = 10.0  # between two looks at the machine's addresses: 0.4 ms of work each


def local_addresses() -> list[str]:
    """Every IP address of this machine."""
    addresses = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return [address if isinstance(address, str) else address[0] for address in addresses]


class ZeroconfAdvertiser:
    """Advertises a program's ports under a name that stays.

    `host_key` is the setting that says where it listens, `remedy` what to do where somebody else has the name.
    """

    def __init__(
        self,
        name: str,
        addresses: Callable[[], tuple[str, ...]],
        look_s: float = LOOK_S,
        *,
        host_key: str = LISTEN_HOST,
        remedy: str = OWN_ID,
    ) -> None:
        self._host_key, self._remedy = host_key, remedy
        self.name, self._addresses, self._look_s = name, addresses, look_s
        self._sayings = Sayings(_log)

    async def run(self, plain: int | None, tls: int | None = None) -> None:
        """See wire.discovery.Advertiser."""
        ports = {service: port for service, port in ((PLAIN, plain), (TLS, tls)) if port is not None}
        while True:
            if addresses := self._addresses():
                await self._advertise(addresses, ports)
            else:
                self._sayings.warn("none", NOWHERE.format(self._host_key))
            await asyncio.sleep(self._look_s)

    async def _advertise(self, addresses: tuple[str, ...], ports: Mapping[str, int]) -> None:
        try:
            async with _advertised(self.name, addresses, ports):
                who, there = "Home Assistant" if PLAIN in ports else "hubs", " and ".join(map(str, ports.values()))
                _log.info("found by %s as %s at %s port %s", who, self.name, ", ".join(addresses), there)
                await self._while_they_stay(addresses)
        except NonUniqueNameException:
            self._sayings.warn("taken", f"another machine is called {self.name}; {self._remedy}")
        except (OSError, Error, RuntimeError) as error:
            self._sayings.warn("failed", f"cannot be found by Home Assistant ({error!r}); trying again")

    async def _while_they_stay(self, addresses: tuple[str, ...]) -> None:
        while self._addresses() == addresses:  # noqa: ASYNC110 the system's addresses set no event
            await asyncio.sleep(self._look_s)


@asynccontextmanager
async def _advertised(name: str, addresses: Iterable[str], ports: Mapping[str, int]) -> AsyncIterator[None]:
    server, there = f"{name}.local.", list(addresses)
    zeroconf = AsyncZeroconf(interfaces=list(addresses))
    try:
        for service, port in ports.items():
            info = ServiceInfo(service, f"{name}.{service}", port=port, server=server, parsed_addresses=there)
            await (await zeroconf.async_register_service(info))
        yield
    finally:
        try:
            await zeroconf.async_close()  # says goodbye first, which takes a quarter of a second
        except asyncio.CancelledError:  # told to stop meanwhile
            zeroconf.zeroconf.close()
            raise
