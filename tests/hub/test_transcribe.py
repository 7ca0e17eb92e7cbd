"""Laws of hark-hub transcribe: every word of a recording once, at its time, in bounded memory."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.recognizer import RecognizerError, Voiced, Word, Words
from hub.transcribe.progress import BAR_FROM_S, Progress, bar
from hub.transcribe.report import Failure, Transcript, document, lines, partial_line
from hub.transcribe.transcription import LONGEST_S, Ears, Heard, transcribe
from wire.pcm import SPEECH

PIECE_S = 0.1
QUIET = 5  # samples below are a room's
NEAR_S = 0.1


class LoudIsVoice:
    """See hub.stt.activity.VoiceActivity."""

    frame_bytes = SPEECH.bytes(0.02)
    threshold = 0.5

    def probability(self, frame: bytes) -> float:
        """See hub.stt.activity.VoiceActivity."""
        return float(np.abs(np.frombuffer(frame, "<i2")).max() > QUIET)


@dataclass
class Level:
    """Hears one word in each run of samples of one level: that level."""

    name: str = "levels"
    languages: Sequence[str] = ("en",)
    step_s: float = 0.5
    promotes: bool = False
    broken: bool = False
    open: int = 0
    lengths: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[LevelListener]:
        """One at a time."""
        self.open += 1
        listener = LevelListener(self.broken)
        try:
            yield listener
        finally:
            self.open -= 1
            self.lengths.append(SPEECH.seconds(len(listener.sound)))


@dataclass
class LevelListener:
    """See Level; all words but the last are committed by a partial."""

    broken: bool
    sound: bytearray = field(default_factory=bytearray)

    def take(self, pcm: bytes) -> None:
        """See hub.stt.recognizer.Listener."""
        self.sound += pcm

    async def partial(self, voiced: Voiced) -> Words:
        """See hub.stt.recognizer.Listener."""
        words = (await self.final(voiced)).all
        return Words(words[:-1], words[-1:], "en")

    async def final(self, voiced: Voiced) -> Words:
        """See hub.stt.recognizer.Listener; hears nothing outside of the voice."""
        if self.broken:
            raise RecognizerError("the engine is broken; mend it")
        samples = np.frombuffer(bytes(self.sound), "<i2")
        edges = [0, *(np.flatnonzero(np.diff(samples)) + 1).tolist(), len(samples)]
        runs = [(int(samples[start]), start / SPEECH.rate, end / SPEECH.rate) for start, end in pairwise(edges)]
        words = [Word(str(level), start, end) for level, start, end in runs if level > QUIET]
        return Words((), tuple(word for word in words if _inside(word, voiced)), "en")


def _inside(word: Word, voiced: Voiced) -> bool:
    return any(start - NEAR_S < word.start_s and word.end_s < end + NEAR_S for start, end in voiced)


def sound(runs: Sequence[tuple[int, float]]) -> bytes:
    return b"".join(np.full(round(seconds * SPEECH.rate), level, "<i2").tobytes() for level, seconds in runs)


def pieces(pcm: bytes) -> Iterator[bytes]:
    size = SPEECH.bytes(PIECE_S)
    return (pcm[start : start + size] for start in range(0, len(pcm), size))


async def told(pcm: bytes, ears: Ears) -> list[Heard]:
    async with aclosing(transcribe(pieces(pcm), ears)) as heards:
        return [heard async for heard in heards]


def spoken(pauses: Sequence[float], lengths: Sequence[float]) -> list[tuple[int, float]]:
    """Words of rising levels, a pause before each."""
    return [
        run
        for number, (pause, length) in enumerate(zip(pauses, lengths, strict=False))
        for run in ((0, pause), (100 + number, length))
    ]


@given(st.lists(st.floats(0.2, 3), max_size=12), st.lists(st.floats(0.2, 9), max_size=12), st.booleans())
def test_every_word_is_heard_once_at_its_time(pauses: list[float], lengths: list[float], partials: bool) -> None:
    runs = [*spoken(pauses, lengths), (0, 1.0)]
    engine = Level()
    heards = asyncio.run(told(sound(runs), Ears(engine, LoudIsVoice, partials)))
    found = [word for heard in heards if heard.final for word in heard.words.all]
    assert [int(word.text) for word in found] == [level for level, _ in runs if level]
    ends = np.cumsum([seconds for _, seconds in runs])
    for word, end, (_, length) in zip(found, ends[1::2], runs[1::2], strict=False):
        assert abs(word.end_s - end) < 0.01
        assert abs(word.start_s - (end - length)) < 0.01
    assert engine.open == 0
    assert all(length <= LONGEST_S + 2 * PIECE_S for length in engine.lengths)


def test_silence_opens_no_engine() -> None:
    engine = Level()
    assert asyncio.run(told(sound([(0, 60.0)]), Ears(engine, LoudIsVoice))) == []
    assert engine.lengths == []


def test_a_long_pause_ends_an_utterance_and_a_short_one_does_not() -> None:
    runs = [(100, 1.0), (0, 1.0), (101, 1.0), (0, 2.0), (102, 1.0), (0, 0.5)]
    heards = asyncio.run(told(sound(runs), Ears(Level(), LoudIsVoice)))
    assert [heard.words.text for heard in heards] == ["100 101", "102"]


def test_somebody_who_never_pauses_is_cut_at_the_longest_that_engines_take() -> None:
    engine = Level()
    asyncio.run(told(sound([(100, 90.0)]), Ears(engine, LoudIsVoice)))
    assert len(engine.lengths) == 4
    assert sum(engine.lengths) == pytest.approx(90.0)


def test_without_a_voice_detector_all_sound_is_heard() -> None:
    engine = Level()
    heards = asyncio.run(told(sound([(0, 2.0), (100, 1.0), (0, 57.0)]), Ears(engine, None)))
    assert [heard.words.text for heard in heards] == ["100", "", ""]
    assert sum(engine.lengths) == pytest.approx(60.0)


def test_partials_come_while_somebody_speaks_and_tell_what_stays() -> None:
    runs = [(0, 1.0), (100, 1.0), (0, 0.3), (101, 1.0), (0, 3.0)]
    heards = asyncio.run(told(sound(runs), Ears(Level(), LoudIsVoice, partials=True)))
    assert [heard.final for heard in heards] == [False] * (len(heards) - 1) + [True]
    assert ("100", "101") in [heard.texts for heard in heards]
    assert all(1.0 < heard.at_s <= 3.5 for heard in heards[:-1])


def test_an_engine_that_breaks_is_closed_and_said() -> None:
    engine = Level(broken=True)
    with pytest.raises(RecognizerError, match="the engine is broken"):
        asyncio.run(told(sound([(100, 2.0)]), Ears(engine, LoudIsVoice)))
    assert engine.open == 0


LIGHT = Words((Word("light", 1.0, 1.5, 0.5),), (Word("on", 1.5, 1.75),), "en")
HEARD = Transcript("light.wav", 2.0, 0.5, [LIGHT], [Heard(1.25, LIGHT, final=False)])


def test_a_person_sees_words_and_where_they_begin() -> None:
    assert list(lines(HEARD, 80)) == [
        "light.wav  2.00 s  “light on”  (real-time factor 0.25)",
        "  1.00 light  1.50 on",
    ]
    assert partial_line("light.wav", HEARD.partials[0]) == "light.wav  1.25 s  light | on"


def test_a_recording_without_words_is_said_to_have_none() -> None:
    assert list(lines(Transcript("noise.wav", 2.0, 0.5, [Words()], []), 80)) == [
        "noise.wav  2.00 s  (no words)  (real-time factor 0.25)"
    ]


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=40), st.integers(20, 120))
def test_word_times_stay_within_the_terminal(texts: list[str], width: int) -> None:
    words = Words(tuple(Word(text, number, number + 1) for number, text in enumerate(texts)))
    rows = list(lines(Transcript("a.wav", 60.0, 1.0, [words], []), width))[1:]
    assert all(len(row) <= width for row in rows)
    assert "".join(rows).split() == [part for word in words.all for part in (f"{word.start_s:.2f}", word.text)]


def test_a_program_gets_all_of_it() -> None:
    made = json.loads(json.dumps(document("levels", [HEARD, Failure("b.wav", "b.wav is empty; give a recording")])))
    assert made == {
        "engine": "levels",
        "files": [
            {
                "path": "light.wav",
                "seconds": 2.0,
                "rtf": 0.25,
                "language": "en",
                "text": "light on",
                "words": [
                    {"text": "light", "start": 1.0, "end": 1.5, "probability": 0.5},
                    {"text": "on", "start": 1.5, "end": 1.75, "probability": 1.0},
                ],
                "partials": [{"at": 1.25, "committed": "light", "tail": "on"}],
            },
            {"path": "b.wav", "error": "b.wav is empty; give a recording"},
        ],
    }


def test_a_long_recording_has_a_bar_that_goes_away() -> None:
    out = io.StringIO()
    progress = Progress("talk.wav", 20.0, out)
    heard = list(progress.of(pieces(SPEECH.silence(20.0))))
    assert sum(map(len, heard)) == SPEECH.bytes(20.0)
    assert progress.seconds == pytest.approx(20.0)
    drawn = out.getvalue().split("\r\x1b[K")
    assert " 50% talk.wav" in out.getvalue()
    assert drawn[-1] == ""
    assert len(drawn) < 150


@pytest.mark.parametrize("length_s", [None, BAR_FROM_S - 1])
def test_a_short_recording_and_one_of_unknown_length_have_none(length_s: float | None) -> None:
    out = io.StringIO()
    progress = Progress("talk.wav", length_s, out)
    assert len(list(progress.of(pieces(SPEECH.silence(1.0))))) == 10
    assert progress.seconds == pytest.approx(1.0)
    assert out.getvalue() == ""


@given(st.floats(0, 3))
def test_a_bar_keeps_its_width(share: float) -> None:
    assert len(bar(share)) == len(bar(0))
