"""One turn, top to bottom: what a person asked is heard, answered and spoken, each stage ahead of the next.

    sound → hear → respond → clauses → speech → pace → the satellite

Every stage is a function from an async iterator to an async iterator. Barge-in cancels the task that runs
`take_turn`; each `async with` on this page then ends its stage, so nothing of the turn is left. A person who goes on
speaking before anything was done or said for the words so far takes them back: the turn goes on hearing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass, field

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error

from config.hub import HubSettings
from hub.home.home import Action
from hub.llm.responder import Request, Responder
from hub.load.estimates import Estimate
from hub.room import Room
from hub.stages import ahead, latest
from hub.stt.activity import Activity, VoiceActivity
from hub.stt.ending.endpoint import End, Endpoint
from hub.stt.hearing import Hypothesis, hear
from hub.stt.recognizer import Recognizer, RecognizerError, Words
from hub.stt.utterance import Judge
from hub.timeline import Timeline
from hub.tts.chunker import clauses
from hub.tts.pacing import pace
from hub.tts.voice import Voice, VoiceError
from hub.watch import Watch
from wire import hark

_log = logging.getLogger(__name__)

TOKENS_AHEAD = 256  # pieces of text the model may be ahead of the chunker: it never waits for speech, within a reply
CLAUSES_AHEAD = 2  # clauses that wait for the voice: the next is always there, and little is made in vain on barge-in
PIECES_AHEAD = 64  # pieces of sound made ahead of the pacing: 3 s, so that the voice rests between clauses, not inside

PAUSE_S = 0.1  # after the end of speech, until the raw pause is noticed

NOT_HEARD = "Sorry, I could not listen just now. Please try again."


@dataclass(frozen=True, slots=True)
class Engines:
    """What main picked for the stages; `vad` makes a voice detector for one utterance, None leaves it to satellites."""

    recognizer: Recognizer
    vad: Callable[[], VoiceActivity] | None
    judge: Judge
    responder: Responder
    voice: Voice
    final: Estimate = field(default_factory=Estimate)
    """Seconds that a final decode takes."""

    def names(self) -> dict[str, str]:
        """For the timeline."""
        return {"stt": self.recognizer.name, "llm": self.responder.name, "tts": self.voice.name}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn needs besides its room."""

    engines: Engines
    settings: HubSettings
    timeline: Timeline
    watch: Watch


async def take_turn(room: Room, turn: Turn) -> None:
    """Runs one turn to its end; returns when the reply's last sound has been sent."""
    async with latest() as reply:
        try:
            await _hear_out(room, turn, reply)
        except RecognizerError as error:
            _log.error("turn %s could not be heard: %s", room.turn, error)
            await reply.replace(speak(room, turn, apology(NOT_HEARD), ""))
        await reply.done()


async def _hear_out(room: Room, turn: Turn, reply: latest) -> None:
    """Hears until the words are certain, with the reply to them begun; speech that resumes before ends that reply."""
    heard = Hypothesis(Words())
    async with aclosing(understand(room, turn)) as hypotheses:
        async for heard in hypotheses:
            if room.answered:
                return
            ended = heard.end not in (None, End.NO_SPEECH)
            await reply.replace(respond(room, turn, heard.text) if ended else None)
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
        aclosing(hear(sound, engines.recognizer, activity, endpoint, engines.judge, timeline)) as hypotheses,
    ):
        shown = ""
        async for hypothesis in hypotheses:
            if hypothesis.end is not None or hypothesis.text != shown:
                shown = hypothesis.text
                show(turn, "words" if hypothesis.end is None else "question", text=shown)
            yield hypothesis
    if "stt" in timeline.spans:
        engines.final.add(timeline.spans["stt"])


async def respond(room: Room, turn: Turn, words: str) -> None:
    """Answers the words, aloud; when that is done, or has failed, they are certain at the latest."""
    try:
        await speak(room, turn, answer(room, turn, words), words)
    except Exception:
        await room.answer(words)
        raise
    await room.answer(words)


async def answer(room: Room, turn: Turn, words: str) -> AsyncGenerator[str, None]:
    """Yields the reply's text as it is made; the actions in between have then been confirmed by the home."""
    request = Request(words, room.satellite, room.area, lambda: room.answer(words))
    async with aclosing(turn.engines.responder.respond(request)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Action):
                show(turn, "action", **asdict(piece))
            else:
                turn.timeline.first("first_token")
                yield piece


async def apology(text: str) -> AsyncGenerator[str, None]:
    """A reply that needs no model."""
    yield text


async def speak(room: Room, turn: Turn, reply: AsyncGenerator[str, None], words: str) -> None:
    """Speaks a reply to these words while it is still being made; its first sound makes them certain."""
    voice, pacing = turn.engines.voice, turn.settings.pacing
    sound = voice.format
    try:
        async with (
            ahead(reply, TOKENS_AHEAD) as text,
            ahead(timed_clauses(text, turn), CLAUSES_AHEAD) as chunks,
            ahead(speech(chunks, turn), PIECES_AHEAD) as pieces,
            aclosing(pace(pieces, sound, room.progress, pacing.ahead_s)) as paced,
        ):
            started = False
            async for piece in paced:
                if not started:
                    await room.answer(words)
                    await room.send(hark.Turn(room.turn, "reply"))
                    await room.send(AudioStart(sound.rate, sound.width, sound.channels))
                    started = True
                await room.send(AudioChunk(sound.rate, sound.width, sound.channels, piece))
            if started:
                await room.send(AudioStop())
    except VoiceError as error:
        _log.error("the reply of turn %s could not be spoken: %s", room.turn, error)
        show(turn, "failed", text=str(error))
        await room.send(Error(text="the reply could not be spoken", code="tts-failed"))


async def timed_clauses(text: AsyncIterator[str], turn: Turn) -> AsyncGenerator[str, None]:
    """The chunks of the reply; the first is timed from the question to here."""
    chunks = clauses(text)
    async with aclosing(chunks):
        with turn.timeline.span("llm"):
            chunk = await anext(chunks, None)
        if chunk is not None:
            turn.timeline.first("first_clause")
        while chunk is not None:
            show(turn, "reply", text=chunk)
            yield chunk
            chunk = await anext(chunks, None)


async def speech(chunks: AsyncIterator[str], turn: Turn) -> AsyncGenerator[bytes, None]:
    """The sound of the chunks, one after the other, each piece as it is made."""
    async for chunk in chunks:
        async with aclosing(turn.engines.voice.speak(chunk)) as sound:
            with turn.timeline.span("tts", only_first=True):
                piece = await anext(sound, None)
            if piece is not None:
                turn.timeline.first("first_audio_made")
            while piece is not None:
                yield piece
                piece = await anext(sound, None)


def show(turn: Turn, event: str, **fields: object) -> None:
    """Lets the person who watches see it."""
    turn.watch({"event": event, "satellite": turn.timeline.satellite, "turn": turn.timeline.turn, **fields})
