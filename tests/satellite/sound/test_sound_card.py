"""The sound card's engine on a real one: what is spoken and played is heard, and a card may go and come."""

from __future__ import annotations

import asyncio
import threading
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import pytest

from config.satellite import Microphone as MicrophoneSettings
from satellite.sound.devices import Hangs
from satellite.sound.microphone import Frame, MicrophoneError
from satellite.sound.speaker import SpeakerError
from tests.sound_card import SoundCard, needs_sound_card, sound_card
from wire.pcm import FULL_SCALE, SPEECH, PcmFormat, level_dbfs

try:
    from satellite.engines.pyaudio import Direction, PortAudio, Wanted
    from satellite.engines.sound_card import SoundCardMicrophone, SoundCardSpeaker
except ImportError as error:
    pytest.skip(f"{error}: apt-get install portaudio19-dev, pip install 'hark[audio]'", allow_module_level=True)

pytestmark = [needs_sound_card, pytest.mark.end_to_end]

LATE_S = 30.0  # what has not come by then never comes
SETTINGS = MicrophoneSettings(device="default", channel=1, gain_db=0.0, piece_ms=40, preroll_ms=0, silent_s=10.0)
LOUD_DBFS = -30.0
TONE_HZ, TONE_S, TONE_DBFS = 700, 0.5, -15.0
LONG_S = 5.0  # of sound that is cut off after 0.2 s
LOUD = 1_000  # of 32768; the tone's peaks are eight times that
PIECE_S = 0.02
LOST_S = 0.05  # what a card holds: ALSA drops it where a busy machine has let it run dry
QUIET_S = 0.5  # of recorded silence, and the sound is over


def tone(sound: PcmFormat, seconds: float = TONE_S) -> bytes:
    """A sine of TONE_DBFS on every channel."""
    loudness = FULL_SCALE * 10 ** (TONE_DBFS / 20) * np.sqrt(2)
    wave_ = loudness * np.sin(2 * np.pi * TONE_HZ * np.arange(round(seconds * sound.rate)) / sound.rate)
    return bytes(np.repeat(wave_.astype("<i2"), sound.channels))


def samples(heard: bytes | bytearray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.frombuffer(heard[: len(heard) // 2 * 2], "<i2").astype(np.float64)


def tone_s(heard: bytes | bytearray) -> float:
    """Seconds of the tone, by its energy: silence in it changes nothing."""
    return float(np.sum(samples(heard) ** 2)) / (FULL_SCALE * 10 ** (TONE_DBFS / 20)) ** 2 / SPEECH.rate


def gaps(heard: bytes | bytearray) -> int:
    """How often the tone breaks off and goes on, as a busy machine has it."""
    return int(np.count_nonzero(np.diff(np.flatnonzero(np.abs(samples(heard)) > LOUD)) > 0.005 * SPEECH.rate))


async def falls_silent(heard: bytearray) -> None:
    """Waits until something was heard and is over; by what was recorded, for a busy machine records late."""
    tail = SPEECH.bytes(QUIET_S)
    while tone_s(heard[:-tail]) == 0 or np.abs(samples(heard[-tail:])).max() > LOUD:  # noqa: ASYNC110  (nobody tells)
        await asyncio.sleep(PIECE_S)


def recording(folder: Path, sound: PcmFormat = SPEECH) -> Path:
    path = folder / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((sound.channels, sound.width, sound.rate, 0, "NONE", ""))
        file.writeframes(tone(sound))
    return path


@dataclass
class Desk:
    """A sound card, PortAudio on it, and what its microphone hears."""

    card: SoundCard
    folder: Path
    audio: PortAudio

    @property
    def cards(self) -> Path:
        """In the place of the kernel's list of cards."""
        return self.folder / "cards"

    @asynccontextmanager
    async def microphone(self, **changed: object) -> AsyncIterator[AsyncIterator[Frame]]:
        settings = msgspec.structs.replace(SETTINGS, **changed)
        async with aclosing(SoundCardMicrophone(self.audio, settings).frames()) as frames, asyncio.timeout(LATE_S):
            yield frames

    async def hears_tone(self, frames: AsyncIterator[Frame], sound: PcmFormat = SPEECH) -> list[Frame]:
        """Speaks a tone into the room; returns the frames of it that the microphone heard."""
        await anext(frames)
        loop, spoken = asyncio.get_running_loop(), list[float]()
        speaking = asyncio.create_task(self.card.speak(recording(self.folder, sound)))
        speaking.add_done_callback(lambda _: spoken.append(loop.time()))
        heard: list[Frame] = []
        async for frame in frames:
            heard += [frame] if level_dbfs(frame.pcm) > LOUD_DBFS else []
            if spoken and frame.at > spoken[0] + 5 * PIECE_S:
                break
        return heard


@pytest.fixture
def at_desk() -> Iterator[Callable[[Callable[[Desk], Awaitable[None]]], None]]:
    with TemporaryDirectory(prefix="hark") as short:  # a socket's path is at most 107 bytes

        async def run(test: Callable[[Desk], Awaitable[None]]) -> None:
            async with sound_card(Path(short)) as card:
                with card.here():
                    audio = PortAudio(Path(short) / "cards")
                    try:
                        await test(Desk(card, Path(short), audio))
                    finally:
                        audio.end()

        yield lambda test: asyncio.run(run(test))


AtDesk = Callable[[Callable[[Desk], Awaitable[None]]], None]


def test_what_is_spoken_into_the_room_is_heard_in_frames_without_gaps(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        async with desk.microphone() as frames:
            heard = await desk.hears_tone(frames, PcmFormat(44_100, 2, 2))
        assert tone_s(b"".join(frame.pcm for frame in heard)) == pytest.approx(TONE_S, abs=0.04)
        assert level_dbfs(b"".join(frame.pcm for frame in heard[2:-2])) == pytest.approx(TONE_DBFS, abs=1.0)
        now = asyncio.get_running_loop().time()
        assert all(now - LATE_S < frame.at < now for frame in heard)

    at_desk(test)


def test_the_gain_is_applied(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        async with desk.microphone(gain_db=-10.0) as frames:
            heard = await desk.hears_tone(frames)
        assert level_dbfs(b"".join(frame.pcm for frame in heard[2:-2])) == pytest.approx(TONE_DBFS - 10, abs=1.0)

    at_desk(test)


@pytest.mark.parametrize("sound", [PcmFormat(48_000), PcmFormat(22_050), PcmFormat(16_000, 2, 2)], ids=str)
def test_all_that_is_played_is_heard_and_drained(
    at_desk: AtDesk, sound: PcmFormat, capfd: pytest.CaptureFixture[str]
) -> None:
    """But for what a card drops that ran dry: ALSA says so, or the tone has a gap there."""

    async def test(desk: Desk) -> None:
        heard = bytearray()
        async with desk.card.listen(heard), asyncio.timeout(LATE_S):
            async with SoundCardSpeaker(desk.audio, "default").stream(sound, "reply") as stream:
                pieces = tone(sound)
                size = sound.bytes(PIECE_S)
                starts = [await stream.play(pieces[start : start + size]) for start in range(0, len(pieces), size)]
                end = await stream.drain()
            await falls_silent(heard)
        dry = gaps(heard) + capfd.readouterr().err.count("underrun")
        assert TONE_S - dry * LOST_S - 0.005 <= tone_s(heard) <= TONE_S + 0.005
        assert np.median(np.diff(starts)) == pytest.approx(PIECE_S, abs=0.005)
        assert TONE_S <= end - starts[0] < TONE_S + LATE_S

    at_desk(test)


def test_leaving_without_draining_drops_what_is_not_heard(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        heard = bytearray()
        async with desk.card.listen(heard), asyncio.timeout(LATE_S):
            async with SoundCardSpeaker(desk.audio, "default").stream(SPEECH, "reply") as stream:
                await stream.play(tone(SPEECH, PIECE_S))
                await asyncio.wait([asyncio.create_task(stream.play(tone(SPEECH, LONG_S)))], timeout=0.2)
            await falls_silent(heard)
        assert tone_s(heard) < LONG_S / 2

    at_desk(test)


def test_a_card_that_goes_away_is_said_and_is_heard_again_when_it_is_back(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        async with desk.microphone() as frames:
            await anext(frames)
            await desk.card.stop()
            with pytest.raises(MicrophoneError, match="check its plug"):
                async for _ in frames:
                    pass
        with pytest.raises(MicrophoneError, match="cannot be opened"):
            async with desk.microphone() as frames:
                await anext(frames)
        await desk.card.start()
        async with desk.microphone() as frames:
            assert await desk.hears_tone(frames)

    at_desk(test)


def test_a_speaker_that_goes_away_is_said_and_plays_again_when_it_is_back(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        speaker = SoundCardSpeaker(desk.audio, "default")

        async def play_on() -> None:
            async with speaker.stream(SPEECH, "reply") as stream:
                await stream.play(tone(SPEECH))
                await desk.card.stop()
                while True:
                    await stream.play(tone(SPEECH, PIECE_S))

        with pytest.raises(SpeakerError, match="check its plug"):
            await play_on()
        await desk.card.start()
        async with asyncio.timeout(LATE_S), speaker.stream(SPEECH, "reply") as stream:
            await stream.play(tone(SPEECH))
            await stream.drain()

    at_desk(test)


def test_a_card_that_is_plugged_in_is_found_while_the_microphone_listens(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        async with desk.microphone() as frames:
            await anext(frames)
            with pytest.raises(SpeakerError, match="no sound device has 'usb trumpet'"):
                SoundCardSpeaker(desk.audio, "usb trumpet")
            alsa = desk.folder / "alsa.conf"
            alsa.write_text(alsa.read_text() + 'pcm.usbtrumpet { type pulse\n hint { show on\n description "x" } }\n')
            desk.cards.write_text("1 [trumpet]")
            while "usbtrumpet" not in [device.name for device in desk.audio.devices(Direction.IN)]:
                await anext(frames)
            assert await desk.hears_tone(frames)

    at_desk(test)


class Stuck:
    """Holds PortAudio's thread up, as a call that does not come back."""

    def __init__(self) -> None:
        self.holds, self.free = threading.Event(), threading.Event()

    def begin(self, sound: PcmFormat) -> None:
        self.holds.set()
        self.free.wait(LATE_S)

    def exchange(self, pcm: bytes | None, frames: int, times: Mapping[str, float]) -> bytes | None:
        return None


def test_a_library_that_hangs_is_told_from_a_microphone_that_fails_since_only_a_restart_helps(at_desk: AtDesk) -> None:
    """Used to be asked again and again, in vain: its thread spun after its server had died in the wrong moment."""

    async def test(desk: Desk) -> None:
        audio, stuck = PortAudio(desk.folder / "cards", hangs_s=0.05), Stuck()
        microphone = SoundCardMicrophone(audio, SETTINGS)
        opening = asyncio.create_task(audio.open(Wanted(Direction.IN, "default", 16_000, 0.01, lambda _: 1), stuck))
        await asyncio.to_thread(stuck.holds.wait)
        await asyncio.sleep(0.1)
        with pytest.raises(Hangs, match="restart"):
            await anext(microphone.frames())
        stuck.free.set()
        audio.close(await opening)
        audio.end()

    at_desk(test)


def test_a_device_that_is_not_there_is_refused_at_once(at_desk: AtDesk) -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(MicrophoneError, match=r"microphone.device .*'default'"):
            SoundCardMicrophone(desk.audio, msgspec.structs.replace(SETTINGS, device="trumpet"))

    at_desk(test)
