"""Sound cards through PortAudio (package PyAudio): ALSA, and through it PulseAudio and PipeWire.

Strategy: PortAudio's own threads hand sound over to the event loop and take it from a short buffer; the event
loop never waits for a device. One more thread makes all calls that open and close, because PortAudio is not
thread-safe and a device may take its time. Times are PortAudio's: when a sample was at the converter.

Rules: PortAudio looks for devices only when it starts, so it is started anew where the kernel's list of cards has
changed and nobody has a stream open; the microphone steps aside for that, the speaker finishes what it plays. A
speaker's stream lives as long as its sound: on plain ALSA an open device is closed to everybody else.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

import pyaudio

from satellite.sound.devices import Device, Hangs, choose
from satellite.sound.hush import hushed
from wire.pcm import PcmFormat

_log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

CARDS = Path("/proc/asound/cards")  # the kernel's list, which changes when a card comes or goes
HANGS_S = 60.0  # in one call; a slow device takes seconds


class Client(Protocol):
    """Who records or plays."""

    def begin(self, sound: PcmFormat) -> None:
        """The stream is open in this format and will start."""

    def exchange(self, pcm: bytes | None, frames: int, times: Mapping[str, float]) -> bytes | None:
        """Takes `pcm`, or returns so many frames of sound; on PortAudio's thread, and `times` are of its clock."""


class Direction(Enum):
    """Of a stream, by PortAudio's word for it."""

    IN = "input"
    OUT = "output"

    @property
    def setting(self) -> str:
        """The settings' key that names the device."""
        return "microphone.device" if self is Direction.IN else "speaker.device"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A device by its name, the rate in hertz, the sound of each exchange in seconds, and how many of its channels."""

    direction: Direction
    name: str
    rate: int
    piece_s: float
    channels: Callable[[Device], int]

    def choose(self, devices: Sequence[Device]) -> tuple[Device, int]:
        """Returns the device and the number of channels to open; raises NoDevice."""
        device = choose(devices, self.name, self.direction.setting)
        return device, self.channels(device)


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream of PortAudio that runs, its device, and its format (16 bit)."""

    stream: pyaudio.Stream
    device: Device
    sound: PcmFormat


class PortAudio:
    """The library, started at once (0.2 s) so that the program's check names a device that is not there."""

    def __init__(self, cards: Path = CARDS, hangs_s: float = HANGS_S) -> None:
        self._cards, self._hangs_s = cards, hangs_s
        self._calls_since = math.inf
        self._seen = b""
        self._open = 0
        self._library: pyaudio.PyAudio | None = None
        self._thread = ThreadPoolExecutor(1, "portaudio")
        self._submit(self._look).result()

    def devices(self, direction: Direction) -> list[Device]:
        """Returns what was there when PortAudio looked last, the system's own choice first."""
        return self._submit(self._devices, direction).result()

    @property
    def outdated(self) -> bool:
        """Whether cards have come or gone, and only the asker's stream keeps PortAudio from looking for them."""
        return self._open <= 1 and self._kernels_list() != self._seen

    async def open(self, wanted: Wanted, client: Client) -> Opened:
        """Opens a device at the wanted rate, else at its own.

        Raises NoDevice, OSError where it cannot be used, or Hangs.
        """
        if time.monotonic() - self._calls_since > self._hangs_s:
            raise Hangs(f"PortAudio has not come back from a call for {self._hangs_s:g} s; restart the program")
        opening = self._submit(self._open_device, wanted, client)
        try:
            return await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._abandon)
            raise

    def close(self, opened: Opened) -> None:
        """Closes a stream at once, whatever it still holds; the next one is opened after that."""
        self._submit(self._close, opened)

    def end(self) -> None:
        """Ends the library for a process that goes on: two of it at once would both see the devices of the first."""
        assert self._library is not None
        self._submit(self._library.terminate).result()
        self._thread.shutdown()

    def _submit(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        def timed() -> R:
            self._calls_since = time.monotonic()
            try:
                return call(*args, **kwargs)
            finally:
                self._calls_since = math.inf

        return self._thread.submit(timed)

    def _abandon(self, opening: Future[Opened]) -> None:
        if not opening.cancelled() and opening.exception() is None:
            self.close(opening.result())

    def _close(self, opened: Opened) -> None:
        self._open -= 1
        with suppress(OSError):  # it may be gone already
            opened.stream.close()

    def _kernels_list(self) -> bytes:
        try:
            return self._cards.read_bytes()
        except OSError:  # no card, or no ALSA in this kernel
            return b""

    def _look(self) -> None:
        cards = self._kernels_list()
        if self._open or (self._library is not None and cards == self._seen):
            return
        with hushed():
            if self._library is not None:
                self._library.terminate()
            self._library, self._seen = pyaudio.PyAudio(), cards

    def _devices(self, direction: Direction) -> list[Device]:
        assert self._library is not None
        infos = [self._library.get_device_info_by_index(index) for index in range(self._library.get_device_count())]
        channels = f"max{direction.value.capitalize()}Channels"
        default = self._library.get_host_api_info_by_index(0)[f"default{direction.value.capitalize()}Device"]
        infos.sort(key=lambda info: info["index"] != default)
        found = [Device(info["index"], info["name"], info[channels], int(info["defaultSampleRate"])) for info in infos]
        return [device for device in found if device.channels > 0]

    def _open_device(self, wanted: Wanted, client: Client) -> Opened:
        self._look()
        device, channels = wanted.choose(self._devices(wanted.direction))
        with hushed():
            try:
                return self._open_stream(wanted, device, PcmFormat(wanted.rate, 2, channels), client)
            except OSError:
                if device.rate == wanted.rate:
                    raise
                return self._open_stream(wanted, device, PcmFormat(device.rate, 2, channels), client)

    def _open_stream(self, wanted: Wanted, device: Device, sound: PcmFormat, client: Client) -> Opened:
        assert self._library is not None

        def exchange(
            pcm: bytes | None, frames: int, times: Mapping[str, float], _status: int
        ) -> tuple[bytes | None, int]:
            return client.exchange(pcm, frames, times), pyaudio.paContinue

        stream = self._library.open(
            rate=sound.rate,
            channels=sound.channels,
            format=pyaudio.paInt16,
            frames_per_buffer=round(sound.rate * wanted.piece_s),
            stream_callback=exchange,
            start=False,
            **{wanted.direction.value: True, f"{wanted.direction.value}_device_index": device.index},
        )
        client.begin(sound)
        try:
            stream.start_stream()
        except OSError:
            stream.close()
            raise
        self._open += 1
        return Opened(stream, device, sound)
