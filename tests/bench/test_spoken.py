"""Laws of the spoken questions: what the microphone gets is whole, labelled, and at its own rate."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from bench.spoken import PAUSE_DB, SHIPPED, SpokenError, question, record, shipped
from satellite.engines.files import read_recording, speech_end_s
from wire.pcm import SPEECH, level_dbfs


def test_every_question_that_ships_can_be_played_and_ends_where_its_label_says(tmp_path: Path) -> None:
    assert tuple(each.text for each in shipped()) == SHIPPED
    for each in shipped():
        path = tmp_path / "asked.wav"
        record(each, path)
        pcm = read_recording(path)
        end = speech_end_s(path)
        assert end is not None
        assert abs(SPEECH.seconds(len(pcm)) - end) < 0.001
        assert level_dbfs(pcm[-SPEECH.bytes(0.01) :]) > -20 - PAUSE_DB


def test_a_recording_of_another_rate_and_more_channels_is_converted(tmp_path: Path) -> None:
    path = tmp_path / "what-time-is-it.wav"
    tone = (np.sin(np.arange(48_000) * 2 * np.pi * 440 / 48_000) * 10_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(np.repeat(tone, 2).tobytes())
    asked = question(path)
    assert asked.text == "what time is it"
    assert abs(len(asked.sound) - SPEECH.rate) <= 1
    crossings = int((np.diff(np.signbit(asked.sound[1000:-1000])) != 0).sum())
    assert abs(crossings / 2 / ((SPEECH.rate - 2000) / SPEECH.rate) - 440) < 5


@pytest.mark.parametrize("content", [b"", b"no WAV at all", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_recording_is_said(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "noise.wav"
    path.write_bytes(content)
    with pytest.raises(SpokenError, match=r"noise\.wav"):
        question(path)
