"""Silero bears what is no speech, hears what is, and keeps nothing from one utterance to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.spoken import shipped
from hub.stt.activity import Activity
from hub.stt.silero import Silero
from tests import sounds
from wire.pcm import SPEECH, Framer

QUESTION = sounds.pcm(shipped()[0].sound.astype(np.float64))
NOISE = Path(__file__).parents[4] / "shared" / "audio" / "noise" / "background_noise.wav"


def heard(pcm: bytes, piece: int = 640) -> Activity:
    activity = Activity(Silero(0.5), tells=False)
    for start in range(0, len(pcm), piece):
        activity.sound(pcm[start : start + piece])
    return activity


def probabilities(silero: Silero, pcm: bytes) -> list[float]:
    return [silero.probability(frame) for frame in Framer(silero.frame_bytes).push(pcm)]


@pytest.mark.parametrize("kind", sounds.NO_SPEECH)
def test_what_is_no_speech_is_silence(kind: str) -> None:
    activity = heard(sounds.pcm(sounds.NO_SPEECH[kind](3.0)))
    assert not activity.spoken
    assert activity.silence == 3 * SPEECH.rate


@pytest.mark.parametrize("raw", [sounds.stereo_48k, sounds.eight_bit], ids=["48 kHz stereo", "8 bit"])
def test_noise_in_a_format_that_was_not_converted_is_silence(raw: Callable[[sounds.Sound], bytes]) -> None:
    pcm = raw(sounds.white_noise(2.0))
    assert not heard(pcm[: len(pcm) // 2 * 2]).spoken


@pytest.mark.skipif(not NOISE.exists(), reason="../shared/audio is absent")
def test_a_room_is_silence() -> None:
    assert not heard(NOISE.read_bytes()[44:]).spoken


@pytest.mark.parametrize(
    "spoil", [lambda sound: sound, sounds.clipped, sounds.offset], ids=["clean", "clips", "offset"]
)
def test_speech_is_heard_however_it_was_recorded(spoil: object) -> None:
    assert callable(spoil)
    activity = heard(sounds.pcm(spoil(shipped()[0].sound.astype(np.float64))))
    assert activity.spoken
    assert len(activity.voiced) >= 1


def test_speech_is_found_where_it_is() -> None:
    gap = sounds.pcm(sounds.white_noise(1.0, 0.0004))
    activity = heard(gap + QUESTION + gap)
    (start, _), (_, end) = activity.voiced[0], activity.voiced[-1]
    assert 0.9 < start < 1.3
    assert end < 1.0 + SPEECH.seconds(len(QUESTION)) + 0.3
    assert not activity.speaking


def test_utterances_know_nothing_of_each_other() -> None:
    alone = probabilities(Silero(0.5), QUESTION)
    one, other, after = Silero(0.5), Silero(0.5), list[float]()
    for frame in Framer(Silero.frame_bytes).push(QUESTION):
        after.append(one.probability(frame))
        other.probability(os.urandom(Silero.frame_bytes))
    assert after == alone == probabilities(Silero(0.5), QUESTION)


def test_probabilities_are_such_whatever_comes() -> None:
    extremes = np.resize(np.array([-32768, 32767], "<i2"), 512 * 50).tobytes()
    assert all(0 <= p <= 1 for p in probabilities(Silero(0.5), extremes + QUESTION + extremes))
