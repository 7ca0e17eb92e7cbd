"""Laws of the guard around every voice: broken sound is an error, whole sound passes as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import pytest

from hub.load.need import SOME_DAY, Kind, Need
from hub.tts.checked import AUDIBLE, FIRST_S, LONGEST_CHARACTER_S, LONGEST_S, PIECE_S, Checked, pcm
from hub.tts.voice import VoiceError
from tests.virtual_time import run
from wire.pcm import PcmFormat

FORMAT = PcmFormat(24_000)
SECRET = "the code is 4711"


def loud(seconds: float = 0.1, size: int = 3000) -> bytes:
    return np.full(FORMAT.bytes(seconds) // 2, size, dtype="<i2").tobytes()


@dataclass
class Scripted:
    """Says the same pieces whatever the text, each after a wait; an exception among them is raised."""

    pieces: Sequence[bytes | Exception]
    wait_s: float = 0.0
    closed: bool = False
    need: Need = SOME_DAY
    name: str = "scripted"
    format: PcmFormat = FORMAT

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        self.need = need
        try:
            for piece in self.pieces:
                await asyncio.sleep(self.wait_s)
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.closed = True


def spoken(voice: Scripted, text: str = SECRET) -> list[bytes]:
    """What passes the guard."""

    async def speak() -> list[bytes]:
        return [piece async for piece in Checked(voice).speak(text)]

    return run(speak())


def refusal(voice: Scripted, text: str = SECRET) -> str:
    with pytest.raises(VoiceError) as error:
        spoken(voice, text)
    assert voice.closed
    assert text not in str(error.value)
    return str(error.value)


def test_whole_sound_passes_piece_by_piece_as_it_is() -> None:
    pieces = [loud(), loud(0.02), FORMAT.silence(0.3), loud()]
    assert spoken(Scripted(pieces)) == pieces


def test_silence_before_the_first_sound_comes_with_it() -> None:
    silence = FORMAT.silence(0.1)
    assert spoken(Scripted([silence, silence, loud(), loud()])) == [silence * 2 + loud(), loud()]


@pytest.mark.parametrize(
    ("pieces", "said"), [([], "no sound"), ([b""], "no sound"), ([loud(size=AUDIBLE - 1)], "silence")]
)
def test_no_sound_and_silence_are_no_speech(pieces: list[bytes], said: str) -> None:
    assert f"scripted made {said} of 16 characters" in refusal(Scripted(pieces))


@pytest.mark.parametrize("text", ["", " …\n", "?!"])
@pytest.mark.parametrize("pieces", [[], [FORMAT.silence(1.0)]])
def test_of_no_words_there_is_no_sound(text: str, pieces: list[bytes]) -> None:
    assert spoken(Scripted(pieces), text) == []


@pytest.mark.parametrize("size", [AUDIBLE, -AUDIBLE, -32768])
def test_soft_speech_is_speech(size: int) -> None:
    assert spoken(Scripted([loud(size=size)])) == [loud(size=size)]


def test_what_runs_away_is_cut_at_a_bound_that_grows_with_the_text() -> None:
    most_s = LONGEST_S + LONGEST_CHARACTER_S * len(SECRET)
    assert "26 s of sound of 16 characters" in refusal(Scripted([loud(1.0)] * int(most_s + 1)))
    assert len(spoken(Scripted([loud(1.0)] * int(most_s)))) == int(most_s)
    assert len(spoken(Scripted([loud(1.0)] * int(most_s + 1)), SECRET + "!")) == int(most_s + 1)


def test_a_piece_that_does_not_come_is_not_waited_for() -> None:
    assert f"no sound for {FIRST_S:.0f} s" in refusal(Scripted([loud()], wait_s=FIRST_S + 1))
    assert f"no sound for {PIECE_S:.0f} s" in refusal(Scripted([loud()] * 2, wait_s=PIECE_S + 1))
    assert spoken(Scripted([loud()] * 3, wait_s=PIECE_S - 1)) == [loud()] * 3


def test_a_voice_that_is_slow_at_its_first_use_alone_is_none_that_failed() -> None:
    """A hub that started together with much else used to leave Kokoro out until its next start."""
    slow = Scripted([loud()], wait_s=FIRST_S - 1)
    voice = Checked(slow)

    async def speak() -> list[bytes]:
        first = [piece async for piece in voice.speak(SECRET)]
        slow.wait_s = PIECE_S - 1
        return first + [piece async for piece in voice.speak(SECRET)]

    assert run(speak()) == [loud()] * 2


def test_half_a_sample_is_refused() -> None:
    assert "half a sample" in refusal(Scripted([loud() + b"\0"]))


def test_whatever_an_engine_raises_is_a_voice_error_without_words() -> None:
    assert "scripted failed (KeyError)" in refusal(Scripted([KeyError(SECRET)]))
    assert refusal(Scripted([VoiceError("no breath")])) == "no breath"


def test_what_was_heard_before_a_failure_stays_heard() -> None:
    async def scenario() -> None:
        async with aclosing(Checked(Scripted([loud(), RuntimeError()])).speak(SECRET)) as sound:
            assert await anext(sound) == loud()
            with pytest.raises(VoiceError):
                await anext(sound)

    run(scenario())


def test_a_reader_that_leaves_closes_the_voice_and_the_need_goes_through() -> None:
    voice, need = Scripted([loud()] * 3), Need(Kind.ANSWER, "kitchen", 1.0)

    async def scenario() -> None:
        async with aclosing(Checked(voice).speak(SECRET, need)) as sound:
            await anext(sound)

    run(scenario())
    assert voice.closed
    assert voice.need == need


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(VoiceError, match="no numbers"):
        pcm(np.array([0.0, bad, 0.5], dtype=np.float32))


def test_samples_become_16_bit_sound_and_what_is_too_loud_is_clipped() -> None:
    made = np.frombuffer(pcm(np.array([0.0, 0.5, 1.0, 3.0, -3.0], dtype=np.float32)), "<i2")
    assert made.tolist() == [0, 16383, 32767, 32767, -32767]
