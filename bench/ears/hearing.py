"""Mixes through the satellite's ears, in process and faster than real time: what is heard, and what it takes.

The microphone hands over a frame when the engine has scored all before it, so that a detection's place in the sound
is that of the frame just heard. Processor time is that of all threads of the process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.ears.mixes import Mix, Verdict, judge
from bench.ears.setups import Setup
from config.satellite import SatelliteSettings
from satellite.engines.webrtc import WebRtcVad
from satellite.hearing.ears import Ears, Woken
from satellite.hearing.scorer import InThread
from satellite.hearing.vad import VoiceActivity
from satellite.hearing.wake import WakeWords
from satellite.sound.microphone import FRAME_S, Frame
from wire.pcm import SPEECH, Framer


@dataclass(frozen=True, slots=True)
class Heard:
    """One mix, heard: detections by second of the sound, how surely, and what it took.

    `cpu` is processor seconds a second of sound; `passed` the seconds given to the engine for one:
    more than one where an engine is first given a quiet room.
    """

    mix: str
    seconds: float
    verdict: Verdict
    scores: tuple[float, ...]
    cpu: float
    passed: float
    tasks_left: int


class Watched:
    """A wake engine that tells when it has scored everything, and how much that was."""

    def __init__(self, engine: WakeWords) -> None:
        self.step_s, self.context_s, self.advised = engine.step_s, engine.context_s, engine.advised
        self.idle = asyncio.Event()
        self.idle.set()
        self.given_s = 0.0
        self._engine = engine

    async def hear(self, sound: bytes) -> Sequence[Mapping[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        self.idle.clear()
        self.given_s += SPEECH.seconds(len(sound))
        scores = await self._engine.hear(sound)
        self.idle.set()
        return scores


class MixMicrophone:
    """Plays frames of sound once; `over` is set when all have been heard."""

    def __init__(self, sound: Iterable[bytes], idle: asyncio.Event, progress: Callable[[float], None]) -> None:
        self.over = asyncio.Event()
        self.heard_s = 0.0
        self._sound, self._idle, self._progress = sound, idle, progress

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        now = asyncio.get_running_loop().time
        for count, pcm in enumerate(self._sound, 1):
            self.heard_s = count * FRAME_S
            yield Frame(pcm, now())
            await asyncio.sleep(0)  # what passed the gate reaches the engine
            await self._idle.wait()
            self._progress(self.heard_s)
        self.over.set()
        await asyncio.Event().wait()


def hear(setup: Setup, mix: Mix, rounds: int = 1, progress: Callable[[float], None] = lambda seconds: None) -> Heard:
    """Hears a mix with fresh ears, so many times over; `progress` is told the seconds heard.

    The verdict is that of the first round. Raises what the engine does.
    """
    settings = setup.settings()
    engines = InThread(setup.scorer()), WebRtcVad(settings.vad.aggressiveness)
    return asyncio.run(listen(settings, *engines, mix, rounds, progress))


async def listen(
    settings: SatelliteSettings,
    engine: WakeWords,
    vad: VoiceActivity,
    mix: Mix,
    rounds: int,
    progress: Callable[[float], None],
) -> Heard:
    """The same with these engines."""
    watched = Watched(engine)
    microphone = MixMicrophone(_frames(mix.pcm, rounds), watched.idle, progress)
    woken: list[tuple[float, float]] = []

    def wakes(one: Woken) -> None:
        woken.append((microphone.heard_s, one.detection.score))

    ears = Ears(settings, microphone, vad, watched, lambda *_: None, wakes, lambda _: None)
    before = time.process_time()
    await _until_over(ears, microphone)
    took = time.process_time() - before
    verdict = judge(mix.placed, [at for at, _ in woken if at <= mix.seconds])
    scores = tuple(score for _, score in woken)
    shares = (took / microphone.heard_s, watched.given_s / microphone.heard_s)
    return Heard(mix.name, microphone.heard_s, verdict, scores, *shares, len(asyncio.all_tasks()) - 1)


def _frames(pcm: bytes, rounds: int) -> Iterator[bytes]:
    size = SPEECH.bytes(FRAME_S)
    for _ in range(rounds):
        for start in range(0, len(pcm) - size + 1, size):
            yield pcm[start : start + size]


async def _until_over(ears: Ears, microphone: MixMicrophone) -> None:
    """Until the microphone's sound is over; raises what the ears do."""
    listening = asyncio.create_task(ears.run())
    over = asyncio.create_task(microphone.over.wait())
    await asyncio.wait([listening, over], return_when=asyncio.FIRST_COMPLETED)
    if listening.done():
        over.cancel()
        await listening
    listening.cancel()
    await asyncio.wait([listening])


def engine_alone(setup: Setup, mix: Mix) -> float:
    """Processor seconds that the engine takes for a second of a mix, fed step by step and with nothing else."""
    scorer = setup.scorer()
    before = time.process_time()
    for step in Framer(SPEECH.bytes(scorer.step_s)).push(mix.pcm):
        scorer.score(step)
    return (time.process_time() - before) / mix.seconds
