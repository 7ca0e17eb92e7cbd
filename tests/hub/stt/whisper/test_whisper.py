"""Laws of Whisper as a recognizer: a tiny one behind the settings, the thread and the rolling buffer."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

import config
from config.hub import WhisperSettings
from hub.home.demo import DemoHome
from hub.load.scheduler import Scheduler
from hub.stt.recognizer import RecognizerError
from hub.stt.rolling.transcriber import Ask
from hub.stt.whisper.loading import files
from hub.stt.whisper.transcriber import WhisperTranscriber
from hub.stt.whisper.whisper import Whisper
from wire.pcm import SPEECH

pytest.importorskip("faster_whisper", reason="needs the extra whisper: pip install 'hark[whisper]'")

from hub.stt.whisper.model import available
from tests.tiny_whisper import SENTENCE, make

LATE_S = 60.0  # only a hanging test sees the end of it
HOME = Path(config.__file__).with_name("home.toml")
VOICED = [(0.0, 3.0)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("tiny"), hears="de")


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("english"), "in english", english_only=True)


def home() -> DemoHome:
    return DemoHome.load(HOME)


def settings(model: Path | str, small: Path | str = "", *, folder: Path | str = "", **other: object) -> WhisperSettings:
    keys = {"device": "cpu", "compute": "auto", "threads": 1, "download": False, **other}
    return WhisperSettings(model=str(model), small_model=str(small), folder=str(folder), **keys)  # type: ignore[arg-type]


def noise(seconds: float) -> bytes:
    return np.random.default_rng(4).normal(0, 1000, int(SPEECH.rate * seconds)).astype("<i2").tobytes()


def with_whisper(test: Callable[[Whisper], Awaitable[None]], wanted: WhisperSettings, language: str = "en") -> None:
    async def scenario() -> None:
        async with (
            asyncio.timeout(LATE_S),
            Scheduler(1) as scheduler,
            Whisper(wanted, language, home(), scheduler) as whisper,
        ):
            await test(whisper)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def test_it_hears_while_someone_speaks_and_finally(weights: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        async with whisper.listen() as listener:
            listener.take(noise(2))
            assert (await listener.partial([(0.0, 2.0)])).text
            listener.take(noise(1))
            final = await listener.final(VOICED)
            assert (final.text, final.language) == (SENTENCE, "en")

    with_whisper(scenario, settings(weights))


def test_several_rooms_are_heard_at_once(weights: Path) -> None:
    async def room(whisper: Whisper) -> str:
        async with whisper.listen() as listener:
            listener.take(noise(3))
            return (await listener.final(VOICED)).text

    async def scenario(whisper: Whisper) -> None:
        assert await asyncio.gather(*(room(whisper) for _ in range(5))) == [SENTENCE] * 5

    with_whisper(scenario, settings(weights))


def test_a_language_that_is_not_set_is_found_out(weights: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        async with whisper.listen() as listener:
            listener.take(noise(3))
            assert (await listener.final(VOICED)).language == "de"
        async with whisper.listen("fr-CA") as listener:
            listener.take(noise(3))
            assert (await listener.final(VOICED)).language == "fr"

    with_whisper(scenario, settings(weights), "auto")


def test_a_language_that_the_model_lacks_is_said_when_it_loads_and_when_it_is_asked_for(english: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        assert tuple(whisper.languages) == ("en",)
        with pytest.raises(RecognizerError, match="understands no 'fr'"):
            async with whisper.listen("fr"):
                pass

    with_whisper(scenario, settings(english))
    with pytest.raises(RecognizerError, match=r"understands no 'de', only 'en'; set stt\.whisper\.model"):
        with_whisper(scenario, settings(english), "de")


def test_where_there_is_no_sound_there_are_no_words(weights: Path) -> None:
    async def scenario() -> None:
        async with Scheduler(1) as scheduler, WhisperTranscriber(settings(weights), home(), scheduler) as transcriber:
            assert (await transcriber.transcribe(b"", Ask("en"))).segments == ()

    asyncio.run(scenario())


def test_silence_gives_no_words_whatever_the_decoder_says(weights: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        async with whisper.listen() as listener:
            listener.take(SPEECH.silence(2))
            assert (await listener.partial([])).text == ""
            assert (await listener.final([])).text == ""

    with_whisper(scenario, settings(weights))


def test_a_smaller_model_is_loaded_beside_and_both_are_let_go(weights: Path, english: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        async with whisper.listen() as listener:
            listener.take(noise(3))
            assert (await listener.final(VOICED)).text == SENTENCE  # nothing waits: the big one answers

    before = threading.active_count()
    with_whisper(scenario, settings(weights, english))
    assert threading.active_count() == before


def test_a_smaller_model_that_cannot_be_loaded_leaves_nothing_behind(weights: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        pytest.fail("it loaded")

    before = threading.active_count()
    with pytest.raises(RecognizerError, match="neither a folder nor one of"):
        with_whisper(scenario, settings(weights, "enormous"))
    assert threading.active_count() == before


def test_a_load_that_is_given_up_leaves_nothing_behind(weights: Path) -> None:
    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            loading = asyncio.create_task(Whisper(settings(weights), "en", home(), scheduler).__aenter__())
            await asyncio.sleep(0)
            loading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await loading
        assert asyncio.all_tasks() == {asyncio.current_task()}

    before = threading.active_count()
    asyncio.run(scenario())
    assert threading.active_count() == before


def test_nothing_of_the_extra_is_imported_before_it_loads() -> None:
    code = "import sys, hub.stt.whisper.whisper as w; assert not {'faster_whisper', 'ctranslate2'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_extra_is_said_with_the_command_that_installs_it() -> None:
    code = """
import sys, threading
sys.modules["faster_whisper"] = None  # importing it fails, as where it is not installed
from config.hub import WhisperSettings
from hub.stt.whisper.loading import load
load("tiny", WhisperSettings(
    model="tiny", small_model="", device="cpu", compute="auto", threads=1, folder="", download=False
), threading.Event())
"""
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "RecognizerError: faster-whisper is not installed" in run.stderr
    assert "run: pip install 'hark[whisper]'" in run.stderr


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("enormous", "neither a folder nor one of tiny,"),
        (".", "holds no Whisper in CTranslate2's format: it has no config.json"),
        ("tiny", "the files of .*-tiny are not in .* and stt.whisper.download is off; turn it on"),
    ],
)
def test_a_model_that_is_not_there_is_said_with_a_remedy(tmp_path: Path, model: str, said: str) -> None:
    with pytest.raises(RecognizerError, match=said):
        files(str(tmp_path) if model == "." else model, settings("x", folder=tmp_path), threading.Event())


def test_a_gpu_that_is_missing_is_said_before_anything_is_downloaded(tmp_path: Path) -> None:
    async def scenario(whisper: Whisper) -> None:
        pytest.fail("it loaded")

    if "cuda" in available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(RecognizerError, match="finds no NVIDIA GPU here"):
        with_whisper(scenario, settings("tiny", folder=tmp_path, device="cuda", download=True))
