"""A simulated satellite: a Wyoming server that asks when it is told to, and takes the times of what it hears.

As the real one it greets, answers what every satellite answers, sends its microphone in real time until the words are
understood, tells the edges of speech, reports what it plays, and at the end its own times. Instead of sound it keeps
what the sound says of itself (numbers.py). A protocol of asyncio and not a task, since many share a process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info
from wyoming.info import Satellite as About
from wyoming.ping import Ping, Pong
from wyoming.wake import Detection

from bench.load import numbers
from bench.load.playing import Playing
from bench.load.question import Question
from wire import hark
from wire.connection import Sendable
from wire.framing import Decoder, encode

REPORT_S = 0.2  # between two reports of what was played
PATIENCE_S = 120.0  # with a turn that does not end: then it is lost


@dataclass(slots=True)
class Asked:
    """A question and what became of it; times are seconds of the event loop's clock."""

    satellite: str
    index: int
    phase: str
    ended: float
    """When speech ends: the last frame is due then, however late it was sent."""
    numbered: bool = True
    """See Question."""
    late_s: float = 0.0
    """By which the driver itself sent that frame late."""
    transcript: str | None = None
    first: float | None = None
    """When the first sound of its reply came."""
    other: float | None = None
    """When the first sound came that is no reply: an apology, or something that bridges the wait."""
    foreign: bool = False
    """Whether sound of another turn's reply came."""
    voices: list[tuple[float, int]] = field(default_factory=list)
    """Which voice was heard from when on, the best being 0."""
    errors: list[str] = field(default_factory=list)
    over: bool = False
    playing: Playing = field(default_factory=Playing)

    @property
    def first_ms(self) -> float | None:
        """From the end of speech to the first sound of the reply."""
        return None if self.first is None else (self.first - self.ended) * 1000


class SimulatedSatellite(asyncio.Protocol):
    """`ready` is called once a hub leads it, `done` with each turn that is over and heard to its end, or given up."""

    def __init__(self, name: str, ready: Callable[[], None], done: Callable[[SimulatedSatellite, Asked], None]) -> None:
        self.name = name
        self._ready, self._done = ready, done
        self._loop = asyncio.get_running_loop()
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self._turns = 0
        self._asked: Asked | None = None
        self._frames: Iterator[bytes] | None = None
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def turn(self) -> str:
        """Of the latest wake word."""
        return f"{self.name}:{self._turns}"

    def ask(self, question: Question, phase: str) -> None:
        """The wake word, now, and the question after it."""
        now = self._loop.time()
        self._turns += 1
        self._asked = Asked(self.name, question.index, phase, now + question.speech_s, question.numbered)
        self._send(Detection(name="hey_jarvis"))
        self._send(hark.Turn(self.turn, "wake", name="hey_jarvis", score=0.9, level=-30.0))
        self._frames = question.sent()
        self._timers = [self._loop.call_later(PATIENCE_S, self._end)]
        self._frame(question.frame_s, now + question.frame_s, len(question.frames))

    def _frame(self, frame_s: float, due: float, left: int) -> None:
        """Has the next frame sent when it is due; `left` of them until speech ends."""
        self._loop.call_at(due, self._send_frame, frame_s, due, left - 1)

    def _send_frame(self, frame_s: float, due: float, left: int) -> None:
        if self._frames is None or self._transport is None or self._asked is None:
            return
        self._transport.write(next(self._frames))
        if left == 0:
            self._asked.late_s = self._loop.time() - due
        self._frame(frame_s, due + frame_s, left)

    # What comes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A hub has dialled."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._decoder = transport, Decoder()

    def connection_lost(self, exc: Exception | None) -> None:
        """The hub is gone, and with it what it was to answer."""
        self._transport = None
        self._end()

    def data_received(self, data: bytes) -> None:
        """More from the hub."""
        for event in self._decoder.feed(data):
            self._handle(event)

    def _handle(self, event: Event) -> None:
        if AudioChunk.is_type(event.type):
            self._heard(event)
        elif AudioStart.is_type(event.type):
            self._report()
        elif Transcript.is_type(event.type):
            self._frames = None
            if self._asked is not None:
                self._asked.transcript = str(event.data.get("text"))
        elif Ping.is_type(event.type):
            self._send(Pong(text=event.data.get("text")))
        elif Describe.is_type(event.type):
            self._send(self._info())
        elif Error.is_type(event.type) and self._asked is not None:
            self._asked.errors.append(str(event.data.get("code")))
        else:
            self._handle_hark(event)

    def _handle_hark(self, event: Event) -> None:
        match hark.parse(event):
            case hark.Hello():
                self._send(hark.Hello(self.name, hark.CAPABILITIES))
                self._ready()
            case hark.Clock(t0=asked):
                self._send(hark.Clock(asked, self._loop.time(), self._loop.time()))
            case hark.Turn(turn=turn, phase="end") if turn == self.turn and self._asked is not None:
                self._asked.over = True
                self._timers.append(self._loop.call_at(self._asked.playing.until, self._end))

    def _heard(self, event: Event) -> None:
        asked, now, pcm = self._asked, self._loop.time(), event.payload or b""
        if asked is None:
            return
        asked.playing.push(len(pcm) / (event.data["rate"] * event.data["width"] * event.data["channels"]), now)
        told, voice = numbers.reply(pcm) if asked.numbered else (asked.index + 1, 0)
        if told and (not asked.voices or asked.voices[-1][1] != voice):
            asked.voices.append((now, voice))
        if told in (asked.index + 1, numbers.SEVERAL):  # another's would show with the words that follow
            asked.first = asked.first or now
        elif told == 0:
            asked.other = asked.other or now
        else:
            asked.foreign = True

    # What is told meanwhile

    def _report(self) -> None:
        asked, now = self._asked, self._loop.time()
        if asked is None:
            return
        playing = asked.playing
        told = playing.buffered(now) * 1000, playing.played(now) * 1000, playing.underruns
        self._send(hark.Playback(self.turn, *told))
        self._timers.append(self._loop.call_later(REPORT_S, self._report))

    def _end(self) -> None:
        asked, self._asked, self._frames = self._asked, None, None
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if asked is None:
            return
        if self._transport is not None:
            self._send(hark.Trace(self.turn, _marks(asked)))
        self._done(self, asked)

    def _info(self) -> Info:
        about = Attribution(name="Hark", url="https://example.org")
        return Info(satellite=About(self.name, about, installed=True, description=None, version=None, area=None))

    def _send(self, event: Event | Sendable) -> None:
        if self._transport is not None:
            self._transport.write(encode(event if isinstance(event, Event) else event.event()))


def _marks(asked: Asked) -> dict[str, float]:
    playing, marks = asked.playing, {"end_of_speech": asked.ended}
    if asked.first is not None and playing.begins is not None:
        marks |= {"first_audio_arrived": asked.first, "first_audio_played": playing.begins, "last_audio": playing.until}
    return marks
