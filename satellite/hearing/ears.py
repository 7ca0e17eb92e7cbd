"""What a satellite hears: microphone, pre-roll, voice activity and wake words, frame by frame.

One task takes frames and hands them on at once, another for each engine scores what passed the gate, so that an engine
that catches up, or is being started, delays neither sound nor the other engine.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from config.satellite import SatelliteSettings
from satellite.hearing.chain import WakeChain, rules, stop_rules
from satellite.hearing.preroll import Preroll
from satellite.hearing.vad import Edge, Speech, VoiceActivity
from satellite.hearing.wake import Detection, WakeWords
from satellite.sound.health import Trouble
from satellite.sound.microphone import FRAME_S, Frame, Microphone
from satellite.sound.steady import SteadyMicrophone
from wire.pcm import SPEECH

BACKLOG_S = 4.0  # of sound that an engine may be behind before the microphone waits: catching up on 2 s is no reason to
LEVEL_S = 1.0  # of sound whose loudest frame is a wake word's level: the last frame alone is the silence after the word


@dataclass(frozen=True, slots=True)
class Woken:
    """A wake word that was heard, how loud it was (dBFS of its loudest frame), and when (on the event loop's clock)."""

    detection: Detection
    level_dbfs: float
    at: float | None = None


class Ears:
    """Hands over every frame with the edge of speech that it completes, and every wake word as soon as it is scored.

    Keeps the latest frames for the turn that may begin. The word "stop" is scored only while it is asked for.
    """

    def __init__(
        self,
        settings: SatelliteSettings,
        microphone: Microphone,
        vad: VoiceActivity,
        wake: WakeWords,
        heard: Callable[[Frame, Edge | None], None],
        woken: Callable[[Woken], None],
        trouble: Callable[[Trouble], None],
        stop: WakeWords | None = None,
    ) -> None:
        self._heard, self._woken = heard, woken
        self._microphone = SteadyMicrophone(microphone, settings.microphone.silent_s, trouble)
        self._speech = Speech(settings.vad, vad)
        self._preroll_s = settings.microphone.preroll_ms / 1000
        self._preroll = Preroll(SPEECH.bytes(self._preroll_s + BACKLOG_S))
        self._levels: deque[float] = deque(maxlen=round(LEVEL_S / FRAME_S))
        after_s = settings.vad.gate_after_s if settings.vad.gate else None
        self._wake = WakeChain(wake, rules(settings.wake, wake), after_s)
        self._stop = WakeChain(stop, stop_rules(settings.wake, stop.advised), None) if stop else None
        self._stopping = False
        self._since_s = self._now = 0.0
        self._opened, self._passed, self._scored = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._stop_passed = asyncio.Event()
        self._opened.set()
        self._attending: asyncio.Task[None] | None = None

    @property
    def hears(self) -> bool:
        """Whether the microphone is open: not muted."""
        return self._opened.is_set()

    def begin_turn(self) -> list[bytes]:
        """A turn begins: returns the sound from before it, and takes the wake word's tail for no speech.

        Called when a wake word is told, it reaches as much further back as the word was told late.
        """
        self._speech.pauses.begin_turn()
        return self._preroll.take(SPEECH.bytes(self._preroll_s + self._since_s))

    def close(self) -> None:
        """Muted: closes the device and forgets what was heard; nothing is scored until `open`."""
        self._opened.clear()
        if self._attending is not None:
            self._attending.cancel()
        self._preroll.take(0)
        self._wake.forget()
        self.listen_for_stop(False)

    def open(self) -> None:
        """No longer muted."""
        self._opened.set()

    def listen_for_stop(self, on: bool) -> None:
        """While something sounds, the word "stop" is listened for too, where an engine for it was given."""
        self._stopping = on
        if self._stop and not on:
            self._stop.forget()

    async def run(self) -> None:
        """Listens, without end."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._score(self._wake, self._passed))
            if self._stop:
                group.create_task(self._score(self._stop, self._stop_passed))
            while True:
                await self._opened.wait()
                self._attending = group.create_task(self._microphone.listen(self._hear))
                await asyncio.wait([self._attending])  # until it is muted, and the device is closed

    async def _hear(self, frame: Frame) -> None:
        if not self._opened.is_set():  # one of several frames that came at once with the one that muted
            return
        self._now = frame.at
        self._preroll.push(frame.pcm)
        sounded = self._speech.hear(frame.pcm)
        self._levels.append(sounded.level_dbfs)
        self._heard(frame, sounded.edge)
        if self._wake.push(frame.pcm, sounded.may_be_voice):
            self._passed.set()
        if self._stop and self._stopping:
            self._hear_stop(self._stop, frame.pcm)
        while self._wake.waiting_s > BACKLOG_S:  # the microphone's own queue is where sound is lost, and counted
            self._scored.clear()
            await self._scored.wait()

    def _hear_stop(self, stop: WakeChain, pcm: bytes) -> None:
        if stop.waiting_s > BACKLOG_S:  # its engine hangs or is far too slow: only what is said from now on matters
            stop.forget()
        if stop.push(pcm, True):
            self._stop_passed.set()

    async def _score(self, chain: WakeChain, passed: asyncio.Event) -> None:
        while True:
            await passed.wait()
            passed.clear()
            words = await chain.detect()
            self._scored.set()
            for heard in words:
                self._tell(heard.detection, chain.heard_s - heard.at)
            if chain.waiting_s:
                passed.set()

    def _tell(self, detection: Detection, since_s: float) -> None:
        """Says that a word was heard, `since_s` ago in sound."""
        self._since_s = since_s
        self._woken(Woken(detection, max(self._levels), self._now - since_s))
        self._since_s = 0.0
