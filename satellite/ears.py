"""What a satellite hears: microphone, pre-roll, voice activity and wake word, frame by frame.

A microphone that fails or falls silent is opened anew, without end: an appliance has nobody to restart it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from config.satellite import SatelliteSettings
from satellite.microphone import FRAME_S, Frame, Microphone, MicrophoneError
from satellite.preroll import Preroll
from satellite.vad import Edge, NoiseFloor, Pauses, VoiceActivity
from satellite.wake import Detection, WakeDetector, WakeWords
from wire.pcm import SPEECH, level_dbfs

_log = logging.getLogger(__name__)

REOPEN_S = 1.0  # before a microphone that failed is opened again


@dataclass(frozen=True, slots=True)
class Woken:
    """A wake word that was heard, and how loud (dBFS of its last frame)."""

    detection: Detection
    level_dbfs: float


class Ears:
    """Hands over every frame with the edge of speech that it completes, and every wake word after its last frame.

    Keeps the latest frames for the turn that may begin.
    """

    def __init__(
        self,
        settings: SatelliteSettings,
        microphone: Microphone,
        vad: VoiceActivity,
        wake: WakeWords,
        heard: Callable[[Frame, Edge | None], None],
        woken: Callable[[Woken], None],
    ) -> None:
        self._microphone, self._vad, self._wake = microphone, vad, wake
        self._heard, self._woken = heard, woken
        self._preroll = Preroll(SPEECH.bytes(settings.microphone.preroll_ms / 1000))
        times = settings.vad
        self._pauses = Pauses(_frames(times.start_ms), _frames(times.pause_ms), _frames(times.wake_tail_ms))
        self._floor = NoiseFloor(round(times.floor_s / FRAME_S), times.floor_margin_db)
        refractory = round(settings.wake.refractory_s / wake.step_s)
        self._detector = WakeDetector(settings.wake.threshold, settings.wake.trigger_level, refractory)
        self._listening: asyncio.Task[None] | None = None

    def begin_turn(self) -> list[bytes]:
        """A turn begins: returns the sound from before it, and takes the wake word's tail for no speech."""
        self._pauses.begin_turn()
        return self._preroll.take()

    def reopen(self) -> None:
        """Opens the microphone anew."""
        if self._listening is not None:
            self._listening.cancel()

    async def run(self) -> None:
        """Listens, without end."""
        while True:
            async with asyncio.TaskGroup() as group:
                self._listening = group.create_task(self._listen())
            await asyncio.sleep(REOPEN_S)

    async def _listen(self) -> None:
        try:
            async with aclosing(self._microphone.frames()) as frames:
                async for frame in frames:
                    await self._hear(frame)
        except MicrophoneError as error:
            _log.error("%s", error)

    async def _hear(self, frame: Frame) -> None:
        level = level_dbfs(frame.pcm)
        self._preroll.push(frame.pcm)
        voice, room = self._vad.is_voice(frame.pcm), self._floor.is_room(level)  # both learn from every frame
        self._heard(frame, self._pauses.frame(voice and not room))
        for detection in self._detector.scores(await self._wake.hear(frame.pcm))[:1]:
            self._woken(Woken(detection, level))


def _frames(milliseconds: int) -> int:
    return round(milliseconds / 1000 / FRAME_S)
