"""The second half of a turn: a reply becomes sound while it is still being made, each stage ahead of the next.

    text → clauses → words → speech → what bridges a wait → pace → the satellite

Every stage is a function from an async iterator to an async iterator; who cancels the first ends them all.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import NamedTuple

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error

from hub.llm.responder import Request
from hub.load.ladder import Rung
from hub.load.need import Kind, Need, Stage, Tier
from hub.means import Turn, due, show
from hub.room import Room
from hub.stages import ahead
from hub.tts.chunker import clauses
from hub.tts.pacing import Playout, pace
from hub.tts.speakable.speakable import speakable
from hub.tts.spoken import Spoken
from hub.tts.tiers import Reply
from hub.tts.voice import VoiceError
from hub.waiting import patiently
from wire import hark

_log = logging.getLogger(__name__)

TOKENS_AHEAD = 256  # pieces of text the model may be ahead of the chunker: it never waits for speech, within a reply
CLAUSES_AHEAD = 2  # clauses that wait for the voice: the next is always there, and little is made in vain on barge-in
PIECES_AHEAD = 64  # pieces of sound made ahead of the pacing: 3 s, so that the voice rests between clauses, not inside
VOICE_S = 0.5  # that a voice has for a clause whose text comes late: a slow model costs nobody the better one


async def apology(text: str) -> AsyncGenerator[str, None]:
    """A reply that needs no model."""
    yield text


async def speak(room: Room, turn: Turn, reply: AsyncGenerator[str, None], request: Request) -> None:
    """Speaks a reply while it is still being made; before its first sound goes out, the request is certain."""
    room.spoken, room.asks, room.playout = Spoken(), False, Playout()
    voice, pacing = turn.engines.voices.reply(), turn.settings.pacing
    sound = voice.format
    try:
        async with (
            ahead(reply, TOKENS_AHEAD) as text,
            ahead(timed_clauses(room, text, turn), CLAUSES_AHEAD) as chunks,
            ahead(speech(room, chunks, voice, turn), PIECES_AHEAD) as pieces,
            aclosing(patiently(pieces, room, voice, turn.engines.voices)) as patient,
            aclosing(pace(patient, sound, room.progress, pacing.ahead_s)) as paced,
        ):
            async for piece in paced:
                if not room.playout.begun:
                    await room.commit(request.text)
                    await room.send(hark.Turn(room.turn, "reply"))
                    await room.send(AudioStart(sound.rate, sound.width, sound.channels))
                room.playout.sent(sound.seconds(len(piece)), turn.timeline.clock())
                await room.send(AudioChunk(sound.rate, sound.width, sound.channels, piece))
                room.hold(-len(piece))
            if room.playout.begun and room.asks:
                await room.send(hark.Listen(room.turn))
                show(turn, "asks")
            if room.playout.begun:
                await room.send(AudioStop())
    except VoiceError as error:
        await room.commit(request.text)
        _log.error("the reply of turn %s could not be spoken: %s", room.turn, error)
        show(turn, "failed", text=str(error))
        await room.send(Error(text="the reply could not be spoken", code="tts-failed"))


class Clause(NamedTuple):
    """A chunk of a reply, and when its text was there, on the loop's clock."""

    text: str
    at: float


async def timed_clauses(room: Room, text: ahead[str], turn: Turn) -> AsyncGenerator[Clause, None]:
    """The chunks of the reply; the first is timed from the question to here."""
    chunks = clauses(text, lambda: room.spoken.made_s - room.progress.played_s)
    async with aclosing(chunks):
        with turn.timeline.span("llm"):
            chunk = await anext(chunks, None)
        if chunk is not None:
            turn.timeline.first("first_clause")
            took_s = turn.timeline.spans["llm"]
            if not turn.engines.load.past(Rung.SHORT_REPLY):
                turn.engines.load.took(Stage.LLM, Tier.FULL, took_s, took_s)
        while chunk is not None:
            show(turn, "reply", text=chunk)
            yield Clause(chunk, turn.timeline.clock())
            chunk = await anext(chunks, None)


async def speech(room: Room, chunks: AsyncIterator[Clause], voice: Reply, turn: Turn) -> AsyncGenerator[bytes, None]:
    """The sound of the chunks, one after the other, each piece as it is made."""
    told, clauses_made, load = "", 0, turn.engines.load
    async for chunk in chunks:
        if load.past(Rung.NO_SPECULATIVE_SPEECH):
            await room.certain.wait()
        room.spoken.clause(chunk.text)
        clauses_made += 1
        if not (words := speakable(chunk.text, turn.settings.llm.language)):
            continue
        async with aclosing(voice.speak(words, need_of(room, turn, chunk.at + VOICE_S))) as sound:
            with turn.timeline.span("tts", only_first=True):
                piece = await anext(sound, None)
            if piece is not None:
                turn.timeline.first("first_audio_made")
                if voice.name != told:
                    told = voice.name
                    turn.timeline.engines |= {"tts": told, "tts_why": voice.why}
                    show(turn, "voice", tier=voice.tier, name=told, why=voice.why)
                show(turn, "clause", tier=voice.tier, text=chunk.text, at_s=round(room.spoken.made_s, 3))
            while piece is not None:
                room.spoken.sound(voice.format.seconds(len(piece)))
                room.hold(len(piece))
                yield piece
                piece = await anext(sound, None)

    if clauses_made and not load.past(Rung.SHORT_REPLY):
        load.clauses.add(clauses_made)


def need_of(room: Room, turn: Turn, soonest: float) -> Need:
    """By when the next sound is needed: within the budget, or before what was made runs dry; no sooner than it can."""
    if room.spoken.made_s > room.spoken.lead_s:
        dry = room.playout.dry(room.spoken.made_s, turn.timeline.clock())
        return Need(Kind.SPEECH, room.satellite, max(dry, soonest))
    kind = Kind.ANSWER if room.certain.is_set() else Kind.SPECULATION
    return Need(kind, room.satellite, max(due(turn), soonest), certain=room.certain.is_set)
