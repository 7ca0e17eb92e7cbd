"""Laws of a voice at another rate: any cutting gives the same sound, and its length is right to a millisecond."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.load.need import SOME_DAY, Need
from hub.tts.resampled import Resampled
from hub.tts.voice import VoiceError
from wire.pcm import FULL_SCALE, PcmError, PcmFormat

RATES = st.sampled_from([16_000, 22_050, 24_000, 48_000])
PITCH = 440.0


@dataclass
class Tone:
    """Speaks a tone of as many samples as the text says, in pieces of the given sizes."""

    format: PcmFormat
    cuts: list[int] = field(default_factory=list)
    name: str = "tone"
    breaks: bool = False
    closed: bool = False

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        left = tone(self.format, int(text))
        try:
            for cut in self.cuts:
                yield left[: 2 * cut]
                left = left[2 * cut :]
            if self.breaks:
                raise VoiceError("the engine is broken; mend it")
            yield left
        finally:
            self.closed = True


def tone(kind: PcmFormat, samples: int) -> bytes:
    turns = np.arange(samples) / kind.rate * PITCH
    return np.rint(0.5 * FULL_SCALE * np.sin(2 * np.pi * turns)).astype("<i2").tobytes()


async def heard(voice: Resampled, text: str) -> list[bytes]:
    return [piece async for piece in voice.speak(text)]


@given(RATES, RATES, st.integers(0, 30_000), st.lists(st.integers(0, 3000), max_size=9))
def test_any_cutting_gives_the_same_sound_of_the_right_length(
    rate: int, wanted: int, samples: int, cuts: list[int]
) -> None:
    kind = PcmFormat(rate)
    whole = b"".join(asyncio.run(heard(Resampled(Tone(kind), wanted), str(samples))))
    pieces = asyncio.run(heard(Resampled(Tone(kind, cuts), wanted), str(samples)))
    assert b"".join(pieces) == whole
    assert all(pieces)
    assert abs(PcmFormat(wanted).seconds(len(whole)) - samples / rate) <= 0.001


@given(RATES, RATES)
def test_what_was_said_before_leaves_no_trace(rate: int, wanted: int) -> None:
    voice = Resampled(Tone(PcmFormat(rate)), wanted)

    async def twice() -> list[list[bytes]]:
        return [await heard(voice, "9000"), await heard(voice, "9000")]

    first, second = asyncio.run(twice())
    assert first == second


@given(RATES, RATES)
def test_the_sound_is_the_same_tone(rate: int, wanted: int) -> None:
    made = b"".join(asyncio.run(heard(Resampled(Tone(PcmFormat(rate)), wanted), str(rate))))
    expected = tone(PcmFormat(wanted), wanted)
    middle = slice(wanted // 4, 3 * wanted // 4)
    difference = np.frombuffer(made, "<i2")[middle].astype(int) - np.frombuffer(expected, "<i2")[middle]
    assert np.abs(difference).max() <= 8


def test_a_voice_of_the_wanted_rate_passes_untouched() -> None:
    voice = Resampled(Tone(PcmFormat(16_000), [100, 200]), 16_000)
    assert asyncio.run(heard(voice, "1000")) == asyncio.run(heard_as_is(Tone(PcmFormat(16_000), [100, 200])))
    assert (voice.name, voice.format) == ("tone", PcmFormat(16_000))


async def heard_as_is(voice: Tone) -> list[bytes]:
    return [piece async for piece in voice.speak("1000")]


def test_a_voice_that_breaks_breaks_here_too_and_is_closed() -> None:
    voice = Tone(PcmFormat(16_000), [5000], breaks=True)
    with pytest.raises(VoiceError, match="mend it"):
        asyncio.run(heard(Resampled(voice, 24_000), "9000"))
    assert voice.closed


def test_a_reader_that_leaves_closes_the_voice() -> None:
    voice = Tone(PcmFormat(16_000), [5000, 5000])

    async def leave() -> None:
        speech = Resampled(voice, 24_000).speak("20000")
        await anext(speech)
        await speech.aclose()

    asyncio.run(leave())
    assert voice.closed


def test_a_rate_that_cannot_be_is_refused() -> None:
    with pytest.raises(PcmError, match="7 Hz"):
        Resampled(Tone(PcmFormat(16_000)), 7)
