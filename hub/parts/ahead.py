"""What is made ready beforehand, by the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config.hub import HubSettings
from hub.closing import RESTARTS, TOO_MANY
from hub.foresight.foresight import Foresight
from hub.home.home import Home
from hub.llm.chain import BUSY, GONE, LET_BE, NO_MODEL, Chain
from hub.llm.responder import Request
from hub.tts.cache.cached import Cached
from hub.tts.chunker import cut
from hub.tts.speakable.speakable import speakable
from hub.tts.voice import VoiceError
from hub.turn import NOT_HEARD
from hub.waiting import ONE_MOMENT

PHRASES = (NOT_HEARD, NO_MODEL, LET_BE, GONE, BUSY, RESTARTS, TOO_MANY, ONE_MOMENT)
"""What the hub says on its own."""


def foresight(
    settings: HubSettings, home: Home, chain: Chain, voices: Mapping[str, Cached], busy: Callable[[], bool]
) -> Foresight:
    """What has likely replies ready; where an agent answers, nobody can tell them."""
    spoken_by = tuple(voices.values())  # what is said at any time is ready in the smaller voices too, for a loaded hub

    async def prepare(text: str, no_secret: bool) -> None:
        failures: list[VoiceError] = []
        for chunk in cut(text):
            if words := speakable(chunk, settings.llm.language):
                for voice in spoken_by if no_secret else spoken_by[:1]:
                    try:
                        await voice.prepare(words, no_secret)
                    except VoiceError as error:  # the smaller ones are needed all the more
                        failures.append(error)
        if failures:
            raise failures[0]

    async def unknown(request: Request) -> str:
        return ""

    expect = unknown if settings.home.agent else chain.expected
    return Foresight(expect, prepare, home, settings.llm.language, busy, PHRASES)
