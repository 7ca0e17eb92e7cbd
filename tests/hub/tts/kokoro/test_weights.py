"""Laws of Kokoro's table of files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.hub import HubSettings
from config.loading import build, read
from hub.tts.kokoro.weights import CONFIG, MODEL, VOICES, own, pinned, voice_file
from hub.tts.voice import VoiceError
from tests.settings import HUB_TOML


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_is_three_files_with_size_and_hash(voice: str) -> None:
    weights = pinned(voice)
    assert [file.name for file in weights.files] == [CONFIG, MODEL, f"voices/{voice}.pt"]
    assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) and file.size for file in weights.files)
    assert 327_000_000 < weights.size < 329_000_000


def test_no_two_voices_are_the_same() -> None:
    assert len({sha256 for _, sha256 in VOICES.values()}) == len(VOICES)


def test_the_default_voice_is_among_them() -> None:
    assert build(HubSettings, [read(HUB_TOML)]).tts.kokoro.voice in VOICES


def test_a_voice_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(VoiceError, match=r"'af_nobody'.* af_heart, .*bm_lewis"):
        pinned("af_nobody")


@pytest.mark.parametrize("missing", [CONFIG, MODEL, voice_file("af_heart")])
def test_what_a_model_of_ones_own_lacks_is_named(tmp_path: Path, missing: str) -> None:
    (tmp_path / "voices").mkdir()
    for name in {CONFIG, MODEL, voice_file("af_heart")} - {missing}:
        (tmp_path / name).touch()
    with pytest.raises(VoiceError, match=missing):
        own(tmp_path, "af_heart")
    (tmp_path / missing).touch()
    assert own(tmp_path, "af_heart") == tmp_path
