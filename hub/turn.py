"""One turn, top to bottom: what a person asked is heard, answered and spoken, each stage ahead of the next.

    sound → hear → respond → clauses → speakable, speech → pace → the satellite

Every stage is a function from an async iterator to an async iterator. Barge-in cancels the task that runs
`take_turn`; each `async with` on this page then ends its stage, so nothing of the turn is left. The reply is begun at
each pause and waits until the words are certain (hub/answering.py); a person who goes on speaking before anything was
done or said for them takes them back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error

from config.hub import HubSettings
from hub.answering import Answering
from hub.engines import Engines
from hub.home.home import Action
from hub.llm.responder import Asks, Control, Request, said
from hub.llm.speculation import Speculation
from hub.load.ladder import Rung
from hub.load.need import Kind, Need, Stage, Tier
from hub.room import Room
from hub.stages import ahead, latest
from hub.stt.activity import Activity
from hub.stt.ending.endpoint import End, Endpoint
from hub.stt.hearing import Hypothesis, hear
from hub.stt.recognizer import RecognizerError, Words
from hub.timeline import Timeline
from hub.tts.chunker import clauses
from hub.tts.pacing import Playout, pace
from hub.tts.speakable.speakable import speakable
from hub.tts.spoken import Spoken
from hub.tts.tiers import Reply
from hub.tts.voice import VoiceError
from hub.waiting import patiently
from hub.watch import Watch
from wire import hark

_log = logging.getLogger(__name__)

TOKENS_AHEAD = 256  # pieces of text the model may be ahead of the chunker: it never waits for speech, within a reply
CLAUSES_AHEAD = 2  # clauses that wait for the voice: the next is always there, and little is made in vain on barge-in
PIECES_AHEAD = 64  # pieces of sound made ahead of the pacing: 3 s, so that the voice rests between clauses, not inside

VOICE_S = 0.5  # that a voice has for a clause whose text comes late: a slow model costs nobody the better one

PAUSE_S = 0.1  # after the end of speech, until the raw pause is noticed

NOT_HEARD = "Sorry, I could not listen just now. Please try again."


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn needs besides its room."""

    engines: Engines
    settings: HubSettings
    timeline: Timeline
    watch: Watch


async def take_turn(room: Room, turn: Turn) -> None:
    """Runs one turn to its end; returns when the reply's last sound has been sent."""
    try:
        async with latest() as reply:
            try:
                await hear_out(room, turn, reply)
            except RecognizerError as error:
                _log.error("turn %s could not be heard: %s", room.turn, error)
                await reply.replace(None)  # it may wait to be certain
                room.certain.set()
                await reply.replace(speak(room, turn, apology(NOT_HEARD), Request("", room.satellite)))
            await reply.done()
            remember(room, turn.engines, room.spoken.text)
    except asyncio.CancelledError:
        remember(room, turn.engines, room.spoken.heard(room.progress.played_s))  # barge-in: the rest was never heard
        raise


async def hear_out(room: Room, turn: Turn, reply: latest) -> None:
    """Hears until the words are certain, with the reply to them begun; speech that resumes before ends that reply."""
    timeline, engines = turn.timeline, turn.engines
    answering = Answering(
        room,
        reply,
        lambda request, watch: respond(room, replace(turn, watch=watch), request),
        turn.watch,
        timeline.clock,
        timeline.forget_reply,
    )
    heard, began, foreseen, rung = Hypothesis(Words()), timeline.clock(), "", None
    async with aclosing(understand(room, turn)) as hypotheses:
        async for heard in hypotheses:
            if room.answered:
                break
            if heard.text != foreseen and not engines.load.past(Rung.NO_SPECULATIVE_SPEECH):
                foreseen = heard.text
                engines.saying(request_for(room, turn, foreseen))
            if rung is None and (heard.complete or heard.end is not None):
                rung = engines.load.begin()
                show(turn, "rung", rung=int(rung), name=rung.name.lower())
            if heard.end not in (None, End.NO_SPEECH):
                await answering.confirm(request_for(room, turn, heard.text))
            elif (trigger := trigger_of(heard, turn)) is not None:
                request = request_for(room, turn, heard.text)
                await answering.expect(
                    request, trigger, timeline.clock() - began, engines.load.past(Rung.NO_SPECULATION)
                )
            else:
                await answering.drop()
    engines.speculation.turn()
    engines.sooner.turn()
    if heard.end is not End.NO_SPEECH:
        await room.answer(heard.text)


async def understand(room: Room, turn: Turn) -> AsyncGenerator[Hypothesis, None]:
    """Yields the words as they are heard; with an end, they are taken for all. Without speech there is no reply."""
    engines = turn.engines
    activity = Activity(engines.vad() if engines.vad else None, tells=True)
    endpoint = Endpoint(turn.settings.endpoint, ready_s=PAUSE_S + engines.final.value)
    sound, timeline = room.sound(), turn.timeline
    async with (
        aclosing(sound),
        aclosing(
            hear(
                sound,
                engines.recognizer,
                activity,
                endpoint,
                engines.judge,
                timeline,
                stretch=engines.load.stretch,
            )
        ) as hypotheses,
    ):
        shown = ""
        async for hypothesis in hypotheses:
            if hypothesis.end is not None or hypothesis.text != shown:
                shown = hypothesis.text
                show(turn, "words" if hypothesis.end is None else "question", text=shown)
            yield hypothesis
    if "stt" in timeline.spans:
        engines.final.add(timeline.spans["stt"])


def trigger_of(heard: Hypothesis, turn: Turn) -> Speculation | None:
    """By what these words may begin a reply, by the settings."""
    engines, when = turn.engines, turn.settings.llm.speculate
    if heard.complete:
        return None if when == "never" else engines.speculation
    return engines.sooner if heard.likely and when == "partial" else None


def request_for(room: Room, turn: Turn, words: str) -> Request:
    """What is asked, as things stand."""
    before = turn.engines.conversations.messages(room.satellite)
    return Request(words, room.satellite, room.area, before, lambda: room.commit(words), due(turn), room.controls)


def due(turn: Turn) -> float:
    """By when a reply should be heard: within the budget of a whole turn."""
    asked = turn.timeline.marks.get("raw_pause", turn.timeline.clock())
    return asked + turn.settings.budgets.whole_ms / 1000


def remember(room: Room, engines: Engines, text: str) -> None:
    """The conversation remembers the words, once they are certain, and what was heard of the reply."""
    if room.words is not None:
        engines.conversations.heard(room.satellite, room.turn, room.words, text)


async def respond(room: Room, turn: Turn, request: Request) -> None:
    """Answers a request, aloud."""
    await speak(room, turn, answer(room, turn, request), request)
    await room.commit(request.text)


async def answer(room: Room, turn: Turn, request: Request) -> AsyncGenerator[str, None]:
    """Yields the reply's text as it is made; the actions in between have then been confirmed by the home."""
    async with aclosing(turn.engines.responder.respond(request)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Action):
                show(turn, "action", **asdict(piece))
                turn.engines.did(piece, request)
            elif isinstance(piece, Control):
                show(turn, "action", **asdict(piece.shown()))
                await room.send(hark.Control(room.turn, piece.action, piece.level))
            elif isinstance(piece, Asks):
                room.asks = True
            else:
                turn.timeline.first("first_token")
                yield said(piece)


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
                turn.timeline.engines["tts"] = told
                show(turn, "voice", tier=voice.tier, name=told, why=voice.why)
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
    return Need(kind, room.satellite, max(due(turn), soonest))


def show(turn: Turn, event: str, **fields: object) -> None:
    """Lets the person who watches see it."""
    turn.watch({"event": event, "satellite": turn.timeline.satellite, "turn": turn.timeline.turn, **fields})
