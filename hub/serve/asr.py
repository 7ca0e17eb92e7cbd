"""Speech-to-text as a Wyoming service: an utterance in, its words out.

    transcribe? audio-start audio-chunk… audio-stop?  → transcript
    the same, asked for in pieces                     → transcript-start transcript-chunk… transcript transcript-stop

Strategy: the utterance is heard while it is spoken, as the hub hears its own satellites. Who ends the turn depends on
the client. One whose wyoming library is as new as `requires_external_vad` (Home Assistant from 2026.10) reads while it
sends and leaves it to the hub: the transcript comes as soon as the person has finished, without `audio-stop`. An older
one has a detector of its own and reads nothing before its `audio-stop`, which is then the end; a client that does not
tell its version is taken for an older one.

Wyoming has no way to ask for a transcript in pieces, so servers send them to all or to none; here who wants them says
so in the free-form `context` of `transcribe`: {"transcript_streaming": true}.

Rules: what `transcribe` asks counts for the next utterance. Until an utterance is over, only its sound is listened to;
sound outside one, such as what still comes after an early transcript, is passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from msgspec.structs import replace
from wyoming.asr import Transcript
from wyoming.event import Event

from config.hub import EndpointSettings, HubSettings
from hub.engines import Engines
from hub.parts.hearing import ANY_LANGUAGE
from hub.serve.client import Client
from hub.serve.partials import Partials
from hub.serve.utterance import Wishes, sound_of
from hub.stt.activity import Activity
from hub.stt.ending.endpoint import Endpoint
from hub.stt.hearing import Hypothesis, hear
from hub.stt.recognizer import RecognizerError, Words
from hub.timeline import Timeline
from wire.audio import sound_format
from wire.errors import WireError
from wire.framing import Version

READS_WHILE_SENDING: Version = (1, 10)  # the wyoming library that Home Assistant 2026.10 came with


class NotHeard(WireError):
    """The recognizer failed."""

    code = "stt-failed"


def ends_turns(settings: HubSettings, engines: Engines) -> bool:
    """Whether the hub tells when a person has finished: it may, and has a detector."""
    return settings.serve.ends_turns and engines.vad is not None


class SpeechToText:
    """The service, for one client."""

    def __init__(self, settings: HubSettings, engines: Engines) -> None:
        self._settings = settings
        self._engines = engines
        self._wishes = Wishes()

    async def prepare(self, transcribe: Event, client: Client) -> None:
        """`transcribe`: raises NotUnderstood and MalformedEvent."""
        self._wishes = Wishes.of(transcribe, self._engines.recognizer.languages)

    async def hear(self, start: Event, client: Client) -> None:
        """`audio-start`: sends the transcript of what follows. Raises NotHeard and MalformedEvent."""
        wishes, self._wishes = self._wishes, Wishes()
        async with aclosing(sound_of(client, sound_format(start), self._settings.endpoint.longest_s)) as sound:
            try:
                await self._tell(sound, client, wishes)
            except RecognizerError as error:
                raise NotHeard(str(error)) from error

    async def _tell(self, sound: AsyncIterator[bytes], client: Client, wishes: Wishes) -> None:
        """Sends what is heard until the first end: a transcript that was sent cannot be taken back."""
        engines, partials = self._engines, Partials() if wishes.in_pieces else None
        activity = Activity(engines.vad() if engines.vad else None, tells=False)
        timeline = Timeline("", "", {}, asyncio.get_running_loop().time)
        endpoint = self._endpoint(client)
        heard = hear(sound, engines.recognizer, activity, endpoint, engines.judge, timeline, wishes.language)
        async with aclosing(heard):
            async for hypothesis in heard:
                for event in self._told(hypothesis, wishes.language, partials):
                    await client.send(event)
                if hypothesis.end is not None:
                    return

    def _endpoint(self, client: Client) -> Endpoint:
        settings = self._settings.endpoint
        reads = client.version is not None and client.version >= READS_WHILE_SENDING
        return Endpoint(settings if reads and ends_turns(self._settings, self._engines) else _never(settings))

    def _told(self, heard: Hypothesis, asked: str | None, partials: Partials | None) -> list[Event]:
        """What a client is sent of this."""
        own = self._settings.stt.language
        language = heard.words.language or asked or (own if own != ANY_LANGUAGE else None)
        if heard.end is None:
            return partials.more(Words(heard.words.committed).text, language) if partials else []
        transcript = Transcript(heard.text, language=language)
        return partials.last(transcript) if partials else [transcript.event()]


def _never(settings: EndpointSettings) -> EndpointSettings:
    """No silence ends the turn before the longest turn does."""
    longest_s = settings.longest_s
    return replace(settings, mode="fixed", wait_ms=round(longest_s * 1000), no_speech_s=longest_s)
