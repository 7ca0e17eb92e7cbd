"""Laws of hark-hub say: all of a text is spoken, what it took is told, and its file is a WAV that says its length."""

from __future__ import annotations

import argparse
import asyncio
import io
import wave
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hub import HubSettings
from config.loading import assignment, build, read
from hub.load.need import SOME_DAY, Need
from hub.say.command import chosen, send
from hub.say.speech import Speech
from hub.say.texts import LONGEST, TextError, decoded, text
from hub.say.wav import OutError, header, write
from hub.tts.voice import VoiceError
from tests.settings import HUB_TOML
from wire.pcm import PcmFormat
from wire.wav import open_wav, read_wav

KIND = PcmFormat(16_000)


@dataclass
class Slow:
    """Takes a second of its own clock for each 1000 bytes of sound; a text is half that many pieces as it has words."""

    name: str = "slow"
    format: PcmFormat = KIND
    now: float = 0.0
    said: list[str] = field(default_factory=list)
    breaks: bool = False

    def clock(self) -> float:
        """Seconds."""
        return self.now

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        self.said.append(text)
        for _ in text.split():
            self.now += 1
            yield b"\1\0" * 500
        if self.breaks:
            raise VoiceError("the engine is broken; mend it")


async def given_text(*pieces: str) -> AsyncGenerator[str, None]:
    for piece in pieces:
        yield piece


async def spoken(speech: Speech, *pieces: str) -> bytes:
    async with aclosing(speech.of(given_text(*pieces))) as sound:
        return b"".join([piece async for piece in sound])


def test_all_of_a_text_is_spoken_and_counted() -> None:
    voice = Slow()
    speech = Speech(voice, "en", voice.clock)
    pcm = asyncio.run(spoken(speech, "The kitchen light ", "is on. Good", " night."))
    assert " ".join(voice.said) == "The kitchen light is on. Good night."
    assert speech.size == len(pcm) == 7 * 1000
    assert speech.seconds == pytest.approx(7 * 1000 / 32_000)


def test_the_first_sound_and_the_pace_are_told() -> None:
    voice = Slow()
    speech = Speech(voice, "en", voice.clock)
    assert str(speech) == "slow: no sound"
    asyncio.run(spoken(speech, "one two three four"))
    assert (speech.first_s, speech.made_s) == (1, 4)
    assert str(speech) == "slow: 0.12 s of sound, the first after 1000 ms, real-time factor 32.000"


def test_a_listener_who_takes_time_does_not_make_the_voice_slow() -> None:
    voice = Slow()
    speech = Speech(voice, "en", voice.clock)

    async def listen() -> None:
        async for _ in speech.of(given_text("one two three four")):
            voice.now += 100

    asyncio.run(listen())
    assert speech.made_s == 4


def test_a_text_that_comes_slowly_does_not_either() -> None:
    voice = Slow()
    speech = Speech(voice, "en", voice.clock)

    async def typed() -> AsyncGenerator[str, None]:
        voice.now += 50
        yield "one two three four.\n"
        voice.now += 50

    async def listen() -> None:
        async for _ in speech.of(typed()):
            pass

    asyncio.run(listen())
    assert (speech.first_s, speech.made_s) == (1, 4)


@given(st.text(max_size=200), st.integers(1, 200))
def test_text_in_a_file_is_text_however_it_is_cut(content: str, width: int) -> None:
    class Narrow(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            return super().readline(width)

    async def whole() -> str:
        return "".join([piece async for piece in decoded(Narrow(content.encode(errors="replace")))])

    assert asyncio.run(whole()) == content.encode(errors="replace").decode()


@given(st.binary(max_size=300))
def test_any_bytes_are_text(content: bytes) -> None:
    async def whole() -> str:
        return "".join([piece async for piece in decoded(io.BytesIO(content))])

    assert asyncio.run(whole()) == content.decode(errors="replace")


@pytest.mark.parametrize("size", [LONGEST, LONGEST + 1])
def test_a_text_has_a_bound_wherever_it_comes_from(size: int) -> None:
    async def pieces(text: AsyncGenerator[str, None]) -> int:
        return sum([len(piece) async for piece in text])

    for source in (text(["x" * size]), decoded(io.BytesIO(b"x" * size))):
        if size <= LONGEST:
            assert asyncio.run(pieces(source)) == size
        else:
            with pytest.raises(TextError, match=f"longer than {LONGEST}"):
                asyncio.run(pieces(source))


def test_words_of_the_command_line_are_one_text() -> None:
    async def whole(given: list[str]) -> str:
        return "".join([piece async for piece in text(given)])

    assert asyncio.run(whole(["good", "morning - you"])) == "good morning - you"
    assert asyncio.run(whole(["\udcff", "-"])) == "? -"


@given(st.sampled_from([8_000, 22_050, 48_000]), st.integers(1, 2), st.binary(max_size=100))
def test_a_file_says_what_is_in_it(rate: int, channels: int, content: bytes) -> None:
    kind = PcmFormat(rate, 2, channels)
    content = content[: len(content) - len(content) % kind.frame_bytes]
    with wave.open(io.BytesIO(header(kind, len(content)) + content)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (rate, 2, channels)
        assert file.readframes(file.getnframes()) == content


def test_a_stream_is_a_wav_without_a_length() -> None:
    voice, out = Slow(), io.BytesIO()
    asyncio.run(send(Speech(voice, "en", voice.clock).of(given_text("one two three")), KIND, out))
    out.seek(0)
    wav = read_wav(out, "pipe")
    assert (wav.sound, wav.seconds) == (KIND, None)
    assert b"".join(wav.pieces()) == b"\1\0" * 1500


def test_what_was_made_before_a_voice_broke_is_heard() -> None:
    voice, out = Slow(breaks=True), io.BytesIO()
    with pytest.raises(VoiceError, match="mend it"):
        asyncio.run(send(Speech(voice, "en", voice.clock).of(given_text("one two three")), KIND, out))
    assert len(out.getvalue()) == 44 + 3000


def test_a_text_without_words_is_said_to_have_none_and_writes_nothing() -> None:
    voice, out = Slow(), io.BytesIO()
    with pytest.raises(TextError, match="no words"):
        asyncio.run(send(Speech(voice, "en", voice.clock).of(given_text(" ")), KIND, out))
    assert out.getvalue() == b""


def test_a_file_is_written_or_the_reason_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", KIND, bytes(3200))
    with open_wav(tmp_path / "a.wav") as wav:
        assert wav.seconds == pytest.approx(0.1)
    for path in (tmp_path / "none" / "a.wav", tmp_path, Path("a\0b.wav")):
        with pytest.raises(OutError, match="cannot write"):
            write(path, KIND, b"")


@pytest.mark.parametrize(
    ("option", "engine", "voice"),
    [("espeak", "espeak", "en-us"), ("espeak:de", "espeak", "de"), ('piper:a "b\\:c".onnx', "piper", 'a "b\\:c".onnx')],
)
def test_a_voice_on_the_command_line_is_settings(option: str, engine: str, voice: str) -> None:
    settings = build(HubSettings, [read(HUB_TOML), *map(assignment, chosen(option))])
    assert (settings.tts.engines, settings.tts.voice) == ((engine,), voice)


@pytest.mark.parametrize("option", ["", ":", "festival", "Piper", ":de"])
def test_an_engine_that_nobody_knows_is_told_those_that_are(option: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="kokoro, piper, espeak"):
        chosen(option)
