"""Laws of Piper's voices among rooms and in memory, with the real library and small models that the tests make."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

pytest.importorskip("piper", reason="needs the extra piper: pip install 'hark[piper]'")

from config.hub import PiperSettings
from hub.load.need import SOME_DAY, Kind, Need
from hub.load.scheduler import Scheduler, T
from hub.tts.espeak import Espeak
from hub.tts.piper.voices import FRAME_S, LONGEST_TEXT, MB, Piper, PiperVoices
from hub.tts.voice import Voice, VoiceError
from tests.stub_piper import NAME, RATE, make

SENTENCE = "The kitchen light is on."
SETTINGS = PiperSettings(
    voice=NAME, speaker="", speed=1.0, workers=1, threads=1, loaded_mb=400, folder="", download=False
)


def settings(**changes: object) -> PiperSettings:
    return PiperSettings(**{name: getattr(SETTINGS, name) for name in SETTINGS.__struct_fields__} | changes)


def speaking(
    folder: Path, test: Callable[[PiperVoices], Awaitable[None]], chosen: PiperSettings = SETTINGS, slots: int = 2
) -> None:
    """Runs a test with the voices of a folder; afterwards no work is left."""

    async def scenario() -> None:
        async with asyncio.timeout(60), Scheduler(slots) as scheduler:
            await test(PiperVoices(chosen, lambda name: folder / f"{name}.onnx", scheduler))
        assert scheduler.busy == 0

    asyncio.run(scenario())


async def spoken(voice: Voice, text: str) -> bytes:
    return b"".join([piece async for piece in voice.speak(text)])


async def seconds(voice: Voice, text: str) -> float:
    return voice.format.seconds(len(await spoken(voice, text)))


def test_a_sentence_is_sound_of_the_model_s_format_in_frames(tmp_path: Path) -> None:
    make(tmp_path)

    async def scenario(voices: PiperVoices) -> None:
        voice = await voices.voice(NAME)
        assert voice.format.rate == RATE
        assert NAME in voice.name
        frames = [frame async for frame in voice.speak(SENTENCE)]
        assert all(0 < len(frame) <= voice.format.bytes(FRAME_S) for frame in frames)
        assert len(frames) > 10

    speaking(tmp_path, scenario)


def test_the_first_sentence_sounds_before_the_last_is_made(tmp_path: Path) -> None:
    make(tmp_path)

    async def scenario(voices: PiperVoices) -> None:
        voice = await voices.voice(NAME)
        text = f"{SENTENCE} " * 60
        whole = await seconds(voice, text)
        async with aclosing(voice.speak(text)) as frames:
            first = await anext(frames)
        assert voice.format.seconds(len(first)) < whole / 60

    speaking(tmp_path, scenario)


def test_a_text_that_is_too_long_is_refused_with_the_remedy(tmp_path: Path) -> None:
    make(tmp_path)

    async def scenario(voices: PiperVoices) -> None:
        voice = await voices.voice(NAME)
        with pytest.raises(VoiceError, match=rf"2001.*{LONGEST_TEXT}.*cut it"):
            await spoken(voice, "x" * (LONGEST_TEXT + 1))

    speaking(tmp_path, scenario)


def test_two_rooms_at_once_do_not_mix(tmp_path: Path) -> None:
    make(tmp_path)
    other = "Good night to everyone in the house."

    async def scenario(voices: PiperVoices) -> None:
        voice = await voices.voice(NAME)
        alone = [await spoken(voice, text) for text in (SENTENCE, other)]
        assert await asyncio.gather(*(spoken(voice, text) for text in (SENTENCE, other) * 4)) == alone * 4

    speaking(tmp_path, scenario)


class Noting(Scheduler):
    """Notes what each job is needed for."""

    def __init__(self) -> None:
        super().__init__(1)
        self.needs: list[Need] = []

    async def run(self, work: Callable[[], T], need: Need = SOME_DAY) -> T:
        self.needs.append(need)
        return await super().run(work, need)


def noting(folder: Path, test: Callable[[Piper], Awaitable[None]]) -> list[Need]:
    """Runs a test with a voice; returns what its jobs were needed for, without the one that loads."""
    path, scheduler = make(folder), Noting()

    async def scenario() -> None:
        async with asyncio.timeout(60), scheduler:
            await test(await PiperVoices(SETTINGS, lambda name: path, scheduler).voice(NAME))

    asyncio.run(scenario())
    return scheduler.needs[1:]


def test_a_reader_that_leaves_ends_the_work_at_its_next_phrase(tmp_path: Path) -> None:
    async def leave(voice: Piper) -> None:
        async with aclosing(voice.speak(f"{SENTENCE} " * 60)) as frames:
            await anext(frames)

    assert len(noting(tmp_path, leave)) == 1


def test_what_comes_later_is_needed_later(tmp_path: Path) -> None:
    """A job a sentence, each to be done when the sound before it has been played."""

    async def speak(voice: Piper) -> None:
        async for _ in voice.speak(f"{SENTENCE} " * 3, Need(Kind.ANSWER, "kitchen", deadline=100.0)):
            pass

    first, *others = noting(tmp_path, speak)
    assert first == Need(Kind.ANSWER, "kitchen", deadline=100.0)
    assert [(need.kind, need.satellite) for need in others] == [(Kind.SPEECH, "kitchen")] * 2
    assert 101 < others[0].deadline < others[1].deadline < 110


def test_the_voice_speaks_on_after_it_was_interrupted(tmp_path: Path) -> None:
    make(tmp_path)

    async def scenario(voices: PiperVoices) -> None:
        voice = await voices.voice(NAME)
        before = await spoken(voice, SENTENCE)
        for _ in range(3):
            async with aclosing(voice.speak(f"{SENTENCE} " * 60)) as frames:
                await anext(frames)
            assert await spoken(voice, SENTENCE) == before

    speaking(tmp_path, scenario)


def test_the_espeak_ng_that_it_carries_is_not_the_one_that_speaks_itself(tmp_path: Path) -> None:
    """Two copies of one library, each with state of its own, in one process."""
    make(tmp_path)

    async def scenario(voices: PiperVoices) -> None:
        async with Scheduler(1) as others:
            voice = await voices.voice(NAME)
            before = await spoken(voice, SENTENCE)
            espeak = Espeak("de", 170, others)
            both = await asyncio.gather(*(spoken(one, SENTENCE) for one in (voice, espeak) * 4))
        assert both[::2] == [before] * 4
        assert all(both[1::2])

    speaking(tmp_path, scenario)


def test_voices_that_do_not_fit_together_make_room_and_come_back(tmp_path: Path) -> None:
    names = ["one", "two", "three"]
    for name, rate in zip(names, (16_000, 22_050, 24_000), strict=True):
        make(tmp_path, name, rate=rate, ballast=MB)

    async def scenario(voices: PiperVoices) -> None:
        made = [await voices.voice(name) for name in names]
        for _ in range(2):
            for voice, rate in zip(made, (16_000, 22_050, 24_000), strict=True):
                assert voice.format.rate == rate
                assert await seconds(voice, SENTENCE) > 1
        first = voices.model("three")
        assert voices.model("three") is first
        assert voices.model("one") is not voices.model("two")
        assert voices.model("three") is not first  # two of these fit

    speaking(tmp_path, scenario, settings(loaded_mb=3))


def test_a_voice_whose_file_was_replaced_by_another_rate_is_not_spoken_wrongly(tmp_path: Path) -> None:
    make(tmp_path, "one", ballast=MB)
    make(tmp_path, "two", ballast=MB)

    async def scenario(voices: PiperVoices) -> None:
        one = await voices.voice("one")
        await voices.voice("two")
        make(tmp_path, "one", rate=22_050, ballast=MB)
        with pytest.raises(VoiceError, match="changed from 16000 Hz"):
            await spoken(one, SENTENCE)

    speaking(tmp_path, scenario, settings(loaded_mb=1))
