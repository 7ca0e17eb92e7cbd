"""The hub's services on one port, for Home Assistant's own pipelines and any other Wyoming client.

Strategy: of each connection one task reads, and answers `describe` and `ping` at once; another does what is asked, one
request after the other. So a client that leaves is noticed while it is spoken to, and its end cancels its work: that is
the only cancel there is.

Rules: who is not in serve.allow is told nothing and closed. What goes wrong is told in an `error` and ends the
connection: Home Assistant before 2026.9 understands only the end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.ping import Ping, Pong

from config.hub import HubSettings
from config.parts import is_among
from hub.engines import Engines, Texts
from hub.parts.advertiser import advertiser
from hub.serve.asr import SpeechToText
from hub.serve.client import Client
from hub.serve.dialogues import Dialogues
from hub.serve.handle import Conversation
from hub.serve.info import info
from hub.serve.tts import TextToSpeech
from wire.connection import Connection
from wire.errors import PeerGone, WireError, leaves
from wire.server import serve

_log = logging.getLogger(__name__)

MOST = 64  # connections at once: Home Assistant has some for each of its satellites that is spoken to


async def serve_clients(settings: HubSettings, engines: Engines) -> None:
    """Serves without end. Raises CannotListen."""
    host = settings.serve.host
    server = Server(settings, engines)
    async with serve(host, settings.serve.port, server.attend, unwanted=server.unwanted, most=MOST) as ports:
        _log.info(
            "conversation, speech-to-text and text-to-speech listen on %s port %s", host, ", ".join(map(str, ports))
        )
        if (found_by := advertiser(settings.serve)) is not None:
            await found_by.run(ports[0])
        await asyncio.Event().wait()


class Server:
    """What all connections share."""

    def __init__(self, settings: HubSettings, engines: Engines) -> None:
        self._settings = settings
        self._engines = engines
        due_s = settings.budgets.whole_ms / 1000
        self._speaking = TextToSpeech(engines.voices, settings.llm.language, due_s)
        self._conversing = _conversing(engines.texts, settings.llm.language, due_s)
        self._allow = settings.serve.allow
        self._info = info(settings, engines).event()

    def unwanted(self, host: str) -> str:
        """Why that machine may not connect, "" if it may."""
        return "" if is_among(host, self._allow) else "it is not in serve.allow"

    async def attend(self, connection: Connection) -> None:
        """Serves one client until it leaves. Raises WireErrors, alone or in a group."""
        client = Client(connection)
        try:
            async with asyncio.TaskGroup() as group:
                working = group.create_task(self._work(client))
                await self._read(connection, client)
                working.cancel()
        except* WireError as failed:
            error = leaves(failed)[0]
            assert isinstance(error, WireError)
            if not _has_left(error):
                with suppress(WireError):
                    await connection.send(Error(text=str(error), code=error.code))
                raise

    async def _read(self, connection: Connection, client: Client) -> None:
        async for event in connection:
            if Describe.is_type(event.type):
                await client.send(self._info)
            elif Ping.is_type(event.type):
                await client.send(Pong(text=Ping.from_event(event).text))
            else:
                await client.asks(event)
            await asyncio.sleep(0)  # many events that come in one piece hold up nobody

    async def _work(self, client: Client) -> None:
        requests = self._requests()
        async for event in client:
            if (request := requests.get(event.type)) is not None:
                await request(event, client)
            else:
                client.passed_over(event)

    def _requests(self) -> dict[str, Callable[[Event, Client], Awaitable[None]]]:
        """What one client may ask; what it wishes to be heard like is kept for it alone."""
        hearing = SpeechToText(self._settings, self._engines)
        conversing = {} if self._conversing is None else {"transcript": self._conversing.answer}
        return conversing | {
            "transcribe": hearing.prepare,
            "audio-start": hearing.hear,
            "synthesize": self._speaking.say,
            "synthesize-start": self._speaking.stream,
        }


def _has_left(error: WireError) -> bool:
    """Whether a client has done no more than leave, which is how Home Assistant cancels what it has asked for."""
    return isinstance(error, PeerGone) and not error.in_the_middle


def _conversing(texts: Texts | None, language: str, due_s: float) -> Conversation | None:
    return None if texts is None else Conversation(texts, language, due_s, Dialogues(texts.conversations))
