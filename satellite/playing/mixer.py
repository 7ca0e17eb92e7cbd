"""The one way to the speaker: all that sounds is mixed, and the speaker is open only while something does.

Strategy: a thin shell round mixing.py. When something sounds a stream of the speaker's is opened, fed 20 ms at a time
at the speaker's own pace, drained and closed.

Rules: what is silenced is heard no longer than the piece at hand: the stream is left without draining where nothing
else sounds. A speaker that fails costs what sounded (a ring is tried again), is logged once until it works again, and
is opened anew not before a pause that doubles with each failure; whoever waits for the end of a reply is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from config.satellite import SatelliteSettings
from satellite.playing.chimes import Sound, load_sounds
from satellite.playing.mixing import DUCKED_DB, Clip, Desk, Source, volume_gain
from satellite.sound.health import Backoff
from satellite.sound.speaker import Speaker, SpeakerError
from wire.pcm import PcmFormat

_log = logging.getLogger(__name__)

RING_LEAST = 0.5  # volume of a timer's ring: 20 dB below full, about as loud as a person who speaks
LONGEST_WAIT_S = 5.0  # between two tries to open the speaker: one that was plugged in again is heard no later than that


class Voice(Source, Protocol):
    """A source that is told what became of its sound."""

    def handed(self, at: float) -> None:
        """A piece, with what was pulled last if anything was, is heard at `at` (the event loop's time)."""

    def drained(self, at: float) -> None:
        """All that was pulled has been heard at `at`."""

    def lost(self, at: float) -> None:
        """The speaker failed: what was pulled may not have been heard, and what belongs to it need not be."""

    def clear(self) -> None:
        """The mixer fell silent: forget everything."""


class Mixer:
    """See the module. Raises SoundError where the sounds of the settings cannot be used.

    `reference` is called with each piece (16 bit, mono, at the mixer's rate) as it was handed to the speaker, and the
    event loop's time at which it is heard.
    """

    def __init__(
        self, speaker: Speaker, settings: SatelliteSettings, reference: Callable[[bytes, float], None]
    ) -> None:
        self.format = PcmFormat(settings.playback.rate)
        self.failures = 0
        """Of the speaker, since the start."""
        self._speaker = speaker
        self._reference = reference
        self._sounds = load_sounds(settings.sounds, settings.playback.rate)
        self._desk = Desk(self.format)
        self._voices: list[Voice] = []
        self._volume = 1.0
        self._backoff = Backoff(longest_s=LONGEST_WAIT_S)
        self._failing = False
        self._changed = asyncio.Event()
        self._player: asyncio.Task[None] | None = None

    @property
    def volume(self) -> float:
        """From 0 (silence) to 1; takes effect within a piece. A ring is at RING_LEAST in any case."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(1.0, max(0.0, volume))
        self._desk.volume.to(volume_gain(self._volume))
        self._desk.ring_volume.to(volume_gain(max(self._volume, RING_LEAST)))

    def play(self, sound: Sound) -> None:
        """Plays a sound over what sounds, after those that wait; one that waits already is not repeated."""
        if pcm := self._sounds[sound]:
            self._desk.play(Clip(sound.value, pcm))
            self.wake()

    def ring(self, on: bool) -> None:
        """The timer's sound, again and again until it is off."""
        if on == self._desk.ringing:
            return
        self._desk.ring(Clip(Sound.TIMER.value, self._sounds[Sound.TIMER], again=True) if on else None)
        if on:
            self.wake()
        else:
            self._drop_silence()

    def duck(self, on: bool) -> None:
        """Replies become quieter, or as loud as before."""
        self._desk.duck.to(10 ** (DUCKED_DB / 20) if on else 1.0)

    def silence(self) -> None:
        """Everything is off; nobody is told that a reply has drained."""
        self._desk.ring(None)
        self._desk.cut_all()
        self._drop_silence()
        for voice in self._voices:
            voice.clear()

    # For voices

    def attach(self, voice: Voice) -> None:
        """The voice is pulled from now on."""
        self._voices.append(voice)
        self._desk.voices.append(voice)

    def wake(self) -> None:
        """There may be something to pull."""
        self._changed.set()

    def cut_voices(self) -> None:
        """The voices are about to forget what they have: it is not to be heard."""
        self._desk.cut_voices()
        self._drop_silence()

    def _drop_silence(self) -> None:
        if not self._desk.sounding and self._player is not None:
            self._player.cancel()
            self.wake()

    async def run(self) -> None:
        """Plays what sounds, without end."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with asyncio.TaskGroup() as group:
                self._player = group.create_task(self._sound())
            self._player = None

    async def _sound(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            heard = await self._stream(clock())
        except SpeakerError as error:
            await asyncio.sleep(self._fails(error, clock()))
        else:
            for voice in self._voices:
                voice.drained(heard)

    async def _stream(self, now: float) -> float:
        self._desk.settle()
        piece = self._desk.mix()
        if not piece:
            return now
        async with self._speaker.stream(self.format, self._desk.name) as stream:
            while piece:
                self._handed(piece, await stream.play(piece))
                piece = self._desk.mix()
            heard = await stream.drain()
        self._works()
        return heard

    def _handed(self, piece: bytes, at: float) -> None:
        self._reference(piece, at)
        for voice in self._voices:
            voice.handed(at)

    def _works(self) -> None:
        if self._failing:
            self._failing = False
            self._backoff = Backoff(longest_s=LONGEST_WAIT_S)
            _log.info("the speaker works again")

    def _fails(self, error: SpeakerError, now: float) -> float:
        if not self._failing:
            _log.error("what sounded was not heard, and is not while the speaker fails: %s", error)
        self._failing = True
        self.failures += 1
        self._desk.cut_all()
        for voice in self._voices:
            voice.lost(now)
        self.wake()
        return self._backoff.failed(worked_s=0.0)
