"""What a person hears who has to wait: after a while a short sound, after a longer one that it takes a moment.

Strategy: a stage between speech and pacing. It holds nothing back: where the reply's sound is there, it goes on at
once. Nothing is heard before the turn's words are certain, so the wait counts from then.

Rules: what is told never costs the reply. A voice that cannot say the phrase, or not soon, leaves it unsaid.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from hub.load.need import soon
from hub.room import Room
from hub.stages import ahead, by
from hub.tts.earcon import earcon
from hub.tts.resampled import Resampled
from hub.tts.tiers import Reply, Tiers
from hub.tts.voice import Voice, VoiceError

EARCON_S = 1.5  # of silence, after which a person wonders whether they were heard
MOMENT_S = 3.0  # after which they would ask again
ONE_MOMENT = "One moment."
MAKING_S = 1.0  # for the phrase: any voice that is worth asking has it by then, and the reply may be next


async def patiently(pieces: ahead[bytes], room: Room, voice: Reply, voices: Tiers) -> AsyncGenerator[bytes, None]:
    """The sound of a reply, and before it what the person is told where it is long in coming."""
    await room.certain.wait()
    since = asyncio.get_running_loop().time()
    piece = await by(pieces, since + EARCON_S, late=b"")
    if piece == b"":
        for tone in earcon(voice.format):
            yield _led(room, voice, tone)
        piece = await by(pieces, since + MOMENT_S, late=b"")
    if piece == b"" and (phrase := await _moment(Resampled(voices.smallest, voice.format.rate), room.satellite)):
        yield _led(room, voice, phrase)
    if piece:
        yield piece
    async for piece in pieces:
        yield piece


async def _moment(voice: Voice, satellite: str) -> bytes:
    """The phrase; b"" where it does not come."""
    try:
        async with asyncio.timeout(MAKING_S), aclosing(voice.speak(ONE_MOMENT, soon(satellite))) as pieces:
            return b"".join([piece async for piece in pieces])
    except (VoiceError, TimeoutError):
        return b""


def _led(room: Room, voice: Reply, pcm: bytes) -> bytes:
    room.spoken.lead(voice.format.seconds(len(pcm)))
    room.hold(len(pcm))
    return pcm
