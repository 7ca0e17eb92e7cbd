"""Microphone and speaker of a sound card: between PortAudio's threads (engines/pyaudio.py) and the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager

import numpy as np

from config.satellite import Microphone as MicrophoneSettings
from satellite.engines.pyaudio import Direction, Opened, PortAudio, Wanted
from satellite.sound.capture import Capture
from satellite.sound.devices import NoDevice, channels_to_open
from satellite.sound.microphone import Frame, MicrophoneError
from satellite.sound.outlet import Outlet
from satellite.sound.speaker import SpeakerError
from wire.pcm import SPEECH, PcmFormat
from wire.resample import Resampler

_log = logging.getLogger(__name__)

PLAYED_S = 0.01  # of sound a call: of it the device holds several, and a barge-in waits for all of them
EARS = 2  # channels that the sound is played on: mono would come from one side of a card that mixes nothing
HELD_S = 2.0  # of recorded sound that waits for a busy event loop
AHEAD_S = 0.02  # of sound that the speaker takes beyond what the device holds
WATCH_S = 1.0  # between two looks whether the device is still there
STALL_S = 2.0  # without room for more sound, then the speaker is given up
AGE_AT_MOST_S = 1.0  # of sound on its way through a driver; one that says more knows no times


class SoundCardMicrophone:
    """The microphone that the settings name. Raises MicrophoneError where it is not there now."""

    def __init__(self, audio: PortAudio, settings: MicrophoneSettings) -> None:
        self._audio, self._settings = audio, settings
        self._wanted = Wanted(
            Direction.IN,
            settings.device,
            SPEECH.rate,
            settings.piece_ms / 1000,
            lambda device: channels_to_open(device, settings.channel, "microphone.channel"),
        )
        try:
            self._wanted.choose(audio.devices(Direction.IN))
        except NoDevice as error:
            raise MicrophoneError(str(error)) from None

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        while True:
            recording = _Recording(round(HELD_S / self._wanted.piece_s))
            opened = await self._open(recording)
            watch = asyncio.create_task(self._watch(opened, recording))
            try:
                capture = Capture(opened.sound, self._settings.channel, self._settings.gain_db)
                while piece := await recording.pieces.get():
                    for frame in capture.push(*piece):
                        yield frame
            finally:
                watch.cancel()
                self._audio.close(opened)
            if not self._audio.outdated:
                raise MicrophoneError(f"{opened.device.name!r} stopped recording; check its plug and its sound server")
            _log.info("sound cards have come or gone; %r is opened anew", opened.device.name)

    async def _open(self, recording: _Recording) -> Opened:
        try:
            return await self._audio.open(self._wanted, recording)
        except NoDevice as error:
            raise MicrophoneError(str(error)) from None
        except OSError as error:
            raise MicrophoneError(_unusable(self._wanted.name, error)) from None

    async def _watch(self, opened: Opened, recording: _Recording) -> None:
        while opened.stream.is_active() and not self._audio.outdated:  # noqa: ASYNC110  (a device tells nobody)
            await asyncio.sleep(WATCH_S)
        recording.end()


class _Recording:
    """Pieces of sound and when they ended, on their way from PortAudio's thread to the event loop."""

    def __init__(self, at_most: int) -> None:
        self.pieces: asyncio.Queue[tuple[bytes, float] | None] = asyncio.Queue(at_most)
        self._loop = asyncio.get_running_loop()
        self._sound = SPEECH
        self._late = False

    def begin(self, sound: PcmFormat) -> None:
        """See Client."""
        self._sound = sound

    def exchange(self, pcm: bytes | None, frames: int, times: Mapping[str, float]) -> None:
        """See Client."""
        age = times["current_time"] - times["input_buffer_adc_time"] - frames / self._sound.rate
        until = self._loop.time() - (age if 0 <= age <= AGE_AT_MOST_S else 0.0)
        self._loop.call_soon_threadsafe(self._arrived, pcm or b"", until)

    def _arrived(self, pcm: bytes, until: float) -> None:
        if self.pieces.full():
            self.pieces.get_nowait()
            if not self._late:
                _log.warning("the microphone's sound is not taken in time; some of it is lost")
            self._late = True
        self.pieces.put_nowait((pcm, until))

    def end(self) -> None:
        """No more comes."""
        if self.pieces.full():
            self.pieces.get_nowait()
        self.pieces.put_nowait(None)


class SoundCardSpeaker:
    """The speaker that the settings name. Raises SpeakerError where it is not there now."""

    def __init__(self, audio: PortAudio, name: str) -> None:
        self._audio, self._name = audio, name
        try:
            self._wanted(SPEECH).choose(audio.devices(Direction.OUT))
        except NoDevice as error:
            raise SpeakerError(str(error)) from None

    @asynccontextmanager
    async def stream(self, sound: PcmFormat, name: str) -> AsyncIterator[SoundCardStream]:
        """See satellite.sound.speaker.Speaker."""
        playing = _Playing()
        opened = await self._open(sound, playing)
        try:
            yield SoundCardStream(playing, sound, opened)
        finally:
            self._audio.close(opened)

    def _wanted(self, sound: PcmFormat) -> Wanted:
        return Wanted(Direction.OUT, self._name, sound.rate, PLAYED_S, lambda device: min(EARS, device.channels))

    async def _open(self, sound: PcmFormat, playing: _Playing) -> Opened:
        try:
            return await self._audio.open(self._wanted(sound), playing)
        except NoDevice as error:
            raise SpeakerError(str(error)) from None
        except OSError as error:
            raise SpeakerError(_unusable(self._name, error)) from None


class _Playing:
    """Hands PortAudio's thread what waits in an outlet, and tells the event loop that there is room."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def begin(self, sound: PcmFormat) -> None:
        """See Client."""
        self._sound = sound
        self.outlet = Outlet(sound, self._loop.time())

    def exchange(self, pcm: bytes | None, frames: int, times: Mapping[str, float]) -> bytes:
        """See Client."""
        ahead = times["output_buffer_dac_time"] - times["current_time"]
        at = self._loop.time() + (ahead if 0 <= ahead <= AGE_AT_MOST_S else 0.0)
        piece = self.outlet.take(frames * self._sound.frame_bytes, at)
        self._loop.call_soon_threadsafe(self.room.set)
        return piece


class SoundCardStream:
    """One opened stream of a speaker."""

    def __init__(self, playing: _Playing, sound: PcmFormat, opened: Opened) -> None:
        self._playing, self._source, self._opened = playing, sound, opened
        self._resampler = Resampler(sound, opened.sound.rate)
        self._lag_s = 0.0  # of sound that the resampler keeps

    async def play(self, pcm: bytes) -> float:
        """See satellite.sound.speaker.SpeakerStream."""
        ready = self._resampler.push(pcm)
        at = self._playing.outlet.push(_spread(ready, self._opened.sound.channels)) + self._lag_s
        self._lag_s += self._source.seconds(len(pcm)) - PcmFormat(self._opened.sound.rate).seconds(len(ready))
        await self._empty_to(AHEAD_S)
        return at

    async def drain(self) -> float:
        """See satellite.sound.speaker.SpeakerStream."""
        self._playing.outlet.push(_spread(self._resampler.flush(), self._opened.sound.channels))
        await self._empty_to(0.0)
        until = self._playing.outlet.heard_until
        await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))
        return until

    async def _empty_to(self, seconds: float) -> None:
        while self._playing.outlet.held_s > seconds:
            self._playing.room.clear()
            try:
                async with asyncio.timeout(STALL_S):
                    await self._playing.room.wait()
            except TimeoutError:
                name = self._opened.device.name
                raise SpeakerError(f"{name!r} stopped taking sound; check its plug and its sound server") from None


def _spread(pcm: bytes, channels: int) -> bytes:
    """Mono sound on each of so many channels."""
    return pcm if channels == 1 else bytes(np.repeat(np.frombuffer(pcm, "<i2"), channels))


def _unusable(name: str, error: OSError) -> str:
    return f"the sound device {name!r} cannot be opened ({error.args[-1]}); see whether another program holds it"
