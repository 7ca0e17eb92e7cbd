"""The simulated room of the echo bench: what comes back from its speaker, when, and how loud."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.room.echo_room import (
    DIRECT_S,
    MIXED,
    Played,
    Stray,
    Way,
    at_mixer,
    cleaned,
    echo,
    gain,
    made_up_way,
    microphone,
    recorded_way,
)
from satellite.sound.microphone import Frame
from wire.pcm import SPEECH, PcmFormat, level_dbfs

LATER = Way("one echo, 10 ms later", np.eye(1, 400, 160)[0])


class Listener:
    """A canceller that cancels nothing and notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, float]] = []
        self.times: list[float] = []

    def played(self, pcm: bytes, rate: int, at: float) -> None:
        """See satellite.sound.echo.EchoCanceller."""
        self.told.append((rate, at))

    def clean(self, frame: Frame) -> Frame:
        """See satellite.sound.echo.EchoCanceller."""
        assert not self.told or self.told[-1][1] <= frame.at + 0.04
        self.times.append(frame.at)
        return frame


def noise(seconds: float, rate: int, level: float = 1000.0) -> bytes:
    samples = np.random.default_rng(1).normal(0, level, round(seconds * rate))
    return samples.astype("<i2").tobytes()


@given(st.floats(-50, -15))
def test_speech_is_brought_to_its_level(level: float) -> None:
    pcm = at_mixer(noise(0.5, 22_050), PcmFormat(22_050), level)
    assert level_dbfs(pcm) == pytest.approx(level, abs=0.2)
    assert MIXED.seconds(len(pcm)) == pytest.approx(0.5, abs=0.001)


def test_gain_looks_at_what_is_spoken_alone() -> None:
    spoken = np.frombuffer(noise(1.0, SPEECH.rate), "<i2").astype(np.float64)
    padded = np.concatenate([spoken, np.zeros(5 * spoken.size)])
    assert gain(padded, -30) == pytest.approx(gain(spoken, -30))


def test_an_echo_comes_after_its_way() -> None:
    played = Played(at_mixer(noise(0.2, 48_000), MIXED, -40), 0.5)
    back = echo([played], LATER, 1.0)
    energy = np.flatnonzero(np.abs(back) > 20)
    assert energy[0] / SPEECH.rate == pytest.approx(0.51, abs=0.002)
    assert energy[-1] / SPEECH.rate == pytest.approx(0.71, abs=0.002)


def test_the_nearer_the_speaker_the_less_of_the_room_is_heard() -> None:
    near, far = made_up_way(0.1).response, made_up_way(0.6).response
    direct = round(DIRECT_S * SPEECH.rate)
    for response, rest in ((near, (0.1 / 0.6) ** 2), (far, 1.0)):
        assert not response[:direct].any()
        assert response[direct] == 1
        assert (response[direct + 1 :] ** 2).sum() == pytest.approx(rest)


def test_a_way_is_found_again_in_what_it_did() -> None:
    far = np.frombuffer(noise(10.0, SPEECH.rate), "<i2").astype(np.float64)
    near = np.convolve(far, LATER.response)[: far.size]
    found = recorded_way(far, near).response
    assert int(np.argmax(found)) == 160
    assert found[160] == pytest.approx(1, abs=0.1)


@given(st.floats(0, 0.02), st.floats(0, 0.02))
def test_a_canceller_is_told_of_sound_in_time_and_gets_every_frame(late: float, heard: float) -> None:
    listener, pcm = Listener(), noise(1.0, SPEECH.rate)
    played = [Played(noise(0.1, MIXED.rate), 0.2), Played(noise(0.1, MIXED.rate), 0.6)]
    assert cleaned(pcm, played, listener, Stray(late, heard)) == pcm
    assert len(listener.times) == 50
    assert all(0 <= at - number * 0.02 <= late + 1e-9 for number, at in enumerate(listener.times, 1))
    assert [rate for rate, _ in listener.told] == [MIXED.rate] * 10
    assert all(abs(told - at) <= heard + 1e-9 for (_, told), at in zip(listener.told[::5], (0.2, 0.6), strict=True))


def test_person_and_echo_add_up_and_are_clipped() -> None:
    both = np.frombuffer(microphone(np.array([1.0, 30_000.0]), np.array([2.0, 30_000.0, 9.0])), "<i2")
    assert both.tolist() == [3, 32767]
