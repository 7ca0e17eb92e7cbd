"""One turn, top to bottom: what a person asked is heard, answered and spoken, each stage ahead of the next.

    sound → hear → respond → speak (hub/speaking.py) → the satellite

Every stage is a function from an async iterator to an async iterator. Barge-in cancels the task that runs
`take_turn`; each `async with` on this page then ends its stage, so nothing of the turn is left. The reply is begun at
each pause and waits until the words are certain (hub/answering.py); a person who goes on speaking before anything was
done or said for them takes them back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace

from hub.answering import Answering
from hub.engines import Engines
from hub.home.home import Action
from hub.llm.responder import Asks, Control, Request, said
from hub.llm.speculation import Speculation
from hub.load.ladder import Rung
from hub.means import PAUSE_S, Turn, due, show
from hub.room import Room
from hub.speaking import apology, speak
from hub.stages import latest
from hub.stt.activity import Activity
from hub.stt.ending.endpoint import End, Endpoint
from hub.stt.hearing import Hypothesis, hear
from hub.stt.recognizer import RecognizerError, Words
from wire import hark

_log = logging.getLogger(__name__)

NOT_HEARD = "Sorry, I could not listen just now. Please try again."


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
