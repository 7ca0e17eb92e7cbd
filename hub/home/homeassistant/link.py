"""One connection to Home Assistant's WebSocket API, with hass-client; the only file that imports it.

Strategy: hass-client numbers commands, matches answers and hands out events; this file bounds every wait and the size
of every message, and turns each way to fail into one of three errors. A Link is never used again once it has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from hass_client.client import HomeAssistantClient
from hass_client.exceptions import AuthenticationFailed, BaseHassClientError, FailedCommand

CONNECT_S = 10.0  # a machine on Wi-Fi that is there answers well within
ANSWER_S = 10.0  # to a command; services of slow devices take some seconds
CLOSE_S = 1.0  # for a farewell
LONGEST_MESSAGE = 16 << 20  # bytes; the registry entries of 5000 exposed entities take some 6 MiB

_SOCKETS = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


class LinkError(Exception):
    """Home Assistant cannot be reached, or no longer; one sentence."""


class TokenError(Exception):
    """Home Assistant refuses the token."""


class CommandError(Exception):
    """Home Assistant refuses a command; in its own words."""


def websocket_url(url: str) -> str:
    """Where the WebSocket API of the Home Assistant at that address is; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _SOCKETS or not parts.hostname or parts.port == 0 or "@" in parts.netloc:
        # what was given is not repeated: it may hold a password
        raise ValueError("expected an address like http://homeassistant.local:8123, and nothing secret in it")
    path = f"{parts.path.rstrip('/').removesuffix('/api/websocket')}/api/websocket"
    return urlunsplit((_SOCKETS[parts.scheme], parts.netloc, path, "", ""))


class Link:
    """A connection that has been let in."""

    def __init__(self, client: HomeAssistantClient, listening: asyncio.Task[None]) -> None:
        self._client = client
        self._listening = listening

    def check(self) -> None:
        """Raises LinkError once the connection has ended."""
        if self._listening.done():
            error = None if self._listening.cancelled() else self._listening.exception()
            raise LinkError(f"the connection ended ({error or 'it was closed'})")

    async def ask(self, command: str, within_s: float = ANSWER_S, **fields: object) -> object:
        """The answer to a command; raises CommandError or LinkError."""
        return await self._within(within_s, self._client.send_command, command, **fields)

    async def subscribe(self, take: Callable[[object], None], command: str, **fields: object) -> Callable[[], None]:
        """Hands every event of a subscription to `take`; returns what ends it. Raises CommandError or LinkError."""
        end = await self._within(
            ANSWER_S, self._client.subscribe, lambda told: take(told.get("event")), command, **fields
        )
        assert callable(end)
        return end

    async def _within(self, within_s: float, give: Callable[..., Any], *given: object, **fields: object) -> object:
        self.check()
        try:
            async with asyncio.timeout(within_s):
                return await give(*given, **fields)
        except FailedCommand as error:
            raise CommandError(str(error)) from None
        except TimeoutError:
            raise LinkError(f"no answer within {within_s:g} s") from None
        except (BaseHassClientError, OSError) as error:
            raise LinkError(f"the connection ended ({error})") from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise LinkError("the connection ended before the answer came") from None  # so hass-client tells it


@asynccontextmanager
async def connected(url: str, token: str, on_end: Callable[[], None]) -> AsyncGenerator[Link]:
    """A link to a WebSocket URL while the context lasts; calls `on_end` when it ends. Raises TokenError, LinkError."""
    async with aiohttp.ClientSession() as session:
        client = HomeAssistantClient(url, token, session, max_msg_size=LONGEST_MESSAGE)
        await _connect(client)
        listening = asyncio.create_task(client.start_listening())
        listening.add_done_callback(lambda _: on_end())
        try:
            yield Link(client, listening)
        finally:
            await _end(listening)


async def _end(listening: asyncio.Task[None]) -> None:
    """Ends it politely, and where Home Assistant does not answer even to that, otherwise."""
    for _ in range(2):
        listening.cancel()
        await asyncio.wait([listening], timeout=CLOSE_S)
    if listening.done() and not listening.cancelled():
        listening.exception()  # whoever cares has seen it by `check`


async def _connect(client: HomeAssistantClient) -> None:
    try:
        async with asyncio.timeout(CONNECT_S):
            await client.connect()
    except AuthenticationFailed:
        raise TokenError("Home Assistant refuses the token") from None
    except TimeoutError:
        raise LinkError(f"no answer within {CONNECT_S:g} s") from None
    except (BaseHassClientError, OSError) as error:
        raise LinkError(str(error)) from None
    except (
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
        RecursionError,
    ):  # hass-client reads the greeting unchecked
        raise LinkError("what answers there is no Home Assistant") from None
