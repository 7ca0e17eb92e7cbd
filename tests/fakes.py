"""Engines that take scripted time and nothing else, for laws on virtual time; each implements its Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from hub.llm.responder import Piece, Request
from hub.load.need import SOME_DAY, Need
from hub.load.scheduler import Scheduler, T
from hub.stt.recognizer import Voiced, Word, Words
from satellite.engines.files import PacedStream
from satellite.hearing.wake import STOP
from satellite.sound.microphone import FRAME_S, Frame, MicrophoneError
from satellite.sound.speaker import SpeakerError
from wire.pcm import SPEECH, PcmFormat

VOICE_FORMAT = PcmFormat(16_000)
PIECE_S = 0.1  # of sound that FakeVoice yields at a time
CHARACTERS_PER_S = 15.0  # of speech


@dataclass
class Steps:
    """Counts the awaits of all fakes, and calls `at` before the one numbered `stop`."""

    stop: int = -1
    at: Callable[[], object] = lambda: None
    count: int = 0

    async def wait(self, seconds: float) -> None:
        """One await."""
        if self.count == self.stop:
            self.at()
        self.count += 1
        await asyncio.sleep(seconds)


@dataclass
class FakeListener:
    """Knows beforehand what was said; hears its first word as soon as there is a partial."""

    words: Sequence[str]
    final_s: float
    steps: Steps
    heard: int = 0
    finals: list[int] = field(default_factory=list)
    partials: int = 0

    def take(self, pcm: bytes) -> None:
        """See hub.stt.recognizer.Listener."""
        self.heard += len(pcm)

    async def partial(self, voiced: Voiced) -> Words:
        """Takes no time."""
        self.partials += 1
        await self.steps.wait(0)
        return words_of(self.words[:1])

    async def final(self, voiced: Voiced) -> Words:
        """Takes `final_s`."""
        heard = self.heard
        await self.steps.wait(self.final_s)
        self.finals.append(heard)
        return words_of(self.words)


@dataclass
class FakeRecognizer:
    """Utterances that end in `text`."""

    text: str
    final_s: float = 0.2
    steps: Steps = field(default_factory=Steps)
    open: int = 0
    latest: FakeListener | None = None
    name: str = "scripted"
    languages: Sequence[str] = ("en",)
    step_s: float = 0.1
    promotes: bool = False

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
        """One at a time or many."""
        self.open += 1
        try:
            await self.steps.wait(0)
            self.latest = FakeListener(self.text.split(), self.final_s, self.steps)
            yield self.latest
        finally:
            self.open -= 1


def words_of(texts: Iterable[str]) -> Words:
    """Words of a quarter of a second each."""
    return Words(tail=tuple(Word(text, at / 4, (at + 1) / 4) for at, text in enumerate(texts)))


async def always_the_end(words: str) -> float:
    """A judge to whom everything sounds finished."""
    return 1.0


@dataclass
class FakeResponder:
    """Replies with `tokens`, one every `token_s`; notes when the last one was read."""

    tokens: Sequence[Piece]
    token_s: float = 0.025
    steps: Steps = field(default_factory=Steps)
    asked: list[Request] = field(default_factory=list)
    begun_at: float = 0.0
    last_token_at: float = 0.0
    open: int = 0
    name: str = "scripted"

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        self.asked.append(request)
        self.begun_at = asyncio.get_running_loop().time()
        self.open += 1
        try:
            for token in self.tokens:
                await self.steps.wait(self.token_s)
                yield token
            self.last_token_at = asyncio.get_running_loop().time()
        finally:
            self.open -= 1


@dataclass
class FakeVoice:
    """Speaks each clause at `rtf` times real time; notes what it was given and when its sound was complete."""

    rtf: float = 0.5
    steps: Steps = field(default_factory=Steps)
    spoken: list[tuple[str, float]] = field(default_factory=list)
    open: int = 0
    name: str = "scripted"
    format: PcmFormat = VOICE_FORMAT

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        self.open += 1
        try:
            for _ in range(max(1, round(len(text) / CHARACTERS_PER_S / PIECE_S))):
                await self.steps.wait(PIECE_S * self.rtf)
                yield self.format.silence(PIECE_S)
            self.spoken.append((text, asyncio.get_running_loop().time()))
        finally:
            self.open -= 1


class AtOnce(Scheduler):
    """Does its work where it is asked: a thread's time is none of a loop whose clock jumps."""

    async def run(self, work: Callable[[], T], need: Need = SOME_DAY) -> T:
        """See hub.load.scheduler.Scheduler."""
        return work()


# For the satellite


LOUD, QUIET = 3000, 50  # samples of someone who speaks, and of a room
WAKE_WORD = "hey_jarvis"


def heard_frame(number: int, loud: bool = False, wakes: bool = False, stops: bool = False) -> bytes:
    """20 ms of sound that tells its number (below 65536), and whether the wake word or "stop" ends in it."""
    told = np.array([number // 256, number % 256, wakes, stops], dtype="<i2")
    rest = np.full(SPEECH.bytes(FRAME_S) // 2 - len(told), LOUD if loud else QUIET, dtype="<i2")
    return told.tobytes() + rest.tobytes()


def number_of(frame: bytes) -> int:
    """The number that a frame tells."""
    return int(np.frombuffer(frame, "<i2", 2) @ [256, 1])


@dataclass
class FakeMicrophone:
    """Numbered frames in real time; a test says when someone speaks, says the wake word, or it dies.

    As a device, it can be open once at a time.
    """

    speaking: bool = False
    wakes: bool = False
    stops: bool = False
    dead: bool = False
    broken: bool = False
    opened: int = 0
    open: bool = False
    number: int = 0

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        assert not self.open, "the microphone is open already"
        self.opened += 1
        self.open = True
        try:
            while True:
                await asyncio.sleep(FRAME_S)
                if self.broken:
                    raise MicrophoneError("the microphone was pulled out; plug it in")
                if not self.dead:
                    yield self._next()
        finally:
            self.open = False

    def _next(self) -> Frame:
        self.number += 1
        sound = heard_frame(self.number, self.speaking, self.wakes, self.stops)
        self.wakes = self.stops = False
        return Frame(sound, asyncio.get_running_loop().time())


class FakeVad:
    """Takes what is loud for voice; words that are listened for may be."""

    def is_voice(self, frame: bytes) -> bool:
        """See satellite.hearing.vad.VoiceActivity."""
        return int(np.frombuffer(frame, "<i2")[-1]) == LOUD

    def may_be_voice(self, frame: bytes) -> bool:
        """See satellite.hearing.vad.VoiceActivity."""
        samples = np.frombuffer(frame, "<i2")
        return bool(samples[-1] == LOUD or samples[2] or samples[3])


class FakeWakeWords:
    """Hears the wake word in the frames that tell it, and the one after: no real engine is sure for one step."""

    step_s = FRAME_S
    context_s = 2.0
    advised = MappingProxyType({WAKE_WORD: 0.5})
    _told = False

    async def hear(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        await asyncio.sleep(0)
        frames = np.frombuffer(sound, "<i2").reshape(-1, SPEECH.bytes(FRAME_S) // 2)
        told = [self._told, *(bool(frame[2]) for frame in frames)]
        self._told = told[-1]
        return [{WAKE_WORD: 0.9 if either else 0.0} for either in map(any, pairwise(told))]


class FakeStopWord:
    """Hears "stop" in the frames that tell it, and in the one after."""

    step_s = FRAME_S
    context_s = 2.0
    advised = MappingProxyType({STOP: 0.5})
    _told = False

    async def hear(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        await asyncio.sleep(0)
        frames = np.frombuffer(sound, "<i2").reshape(-1, SPEECH.bytes(FRAME_S) // 2)
        told = [self._told, *(frame[3] and frame[-1] in (LOUD, QUIET) for frame in frames)]  # none in noise
        self._told = bool(told[-1])
        return [{STOP: 0.9 if either else 0.0} for either in map(any, pairwise(told))]


class FakeEchoCanceller:
    """For a room where the satellite does not hear itself anyway."""

    def played(self, pcm: bytes, rate: int, at: float) -> None:
        """See satellite.sound.echo.EchoCanceller."""

    def clean(self, frame: Frame) -> Frame:
        """See satellite.sound.echo.EchoCanceller."""
        return frame


@dataclass
class FakeSpeaker:
    """Takes sound at its pace and remembers it; while broken, it cannot be opened."""

    broken: bool = False
    played: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def stream(self, sound: PcmFormat, name: str) -> AsyncIterator[PacedStream]:
        """See satellite.sound.speaker.Speaker."""
        if self.broken:
            raise SpeakerError("the speaker was pulled out; plug it in")
        yield PacedStream(sound, self.played.append)
