"""Laws of the satellite's own sounds."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from config.satellite import Sounds
from satellite.doctor.check import SENTENCE
from satellite.playing.chimes import LONGEST_S, NOTES, SPOKEN, Sound, SoundError, load_sounds, tone
from wire.pcm import FULL_SCALE, PcmFormat

RATE = 48_000
MIXED = PcmFormat(RATE)
ALL_ON = Sounds(folder="", awake=True, done=True)


def write(path: Path, pcm: bytes, sound: PcmFormat = MIXED) -> None:
    with wave.open(str(path), "wb") as file:
        file.setframerate(sound.rate)
        file.setsampwidth(sound.width)
        file.setnchannels(sound.channels)
        file.writeframes(pcm)


def own(folder: Path) -> dict[Sound, bytes]:
    return load_sounds(Sounds(folder=str(folder), awake=True, done=True), RATE)


def peak(pcm: bytes) -> float:
    return float(np.abs(np.frombuffer(pcm, "<i2").astype(float)).max()) / FULL_SCALE


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_every_sound_is_there_neither_loud_nor_long(rate: int) -> None:
    sounds = load_sounds(ALL_ON, rate)
    assert set(sounds) == set(Sound)
    for sound, pcm in sounds.items():
        assert 0.02 < peak(pcm) < 0.6, sound
        assert 0.1 < PcmFormat(rate).seconds(len(pcm)) < 5, sound


def test_the_awake_chime_is_short_and_quiet() -> None:
    chime = load_sounds(ALL_ON, RATE)[Sound.AWAKE]
    assert MIXED.seconds(len(chime)) <= 0.15
    assert peak(chime) <= 0.1


@pytest.mark.parametrize("sound", NOTES)
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_tone_begins_and_ends_without_a_click(sound: Sound, rate: int) -> None:
    samples = np.frombuffer(tone(NOTES[sound], rate), "<i2").astype(float) / FULL_SCALE
    assert np.abs(samples[[0, -1]]).max() < 0.001
    edge = rate // 1000  # a millisecond at either end
    assert max(np.abs(samples[:edge]).max(), np.abs(samples[-edge:]).max()) < 0.1 * np.abs(samples).max()


def test_awake_and_done_can_be_off_and_nothing_else() -> None:
    sounds = load_sounds(Sounds(folder="", awake=False, done=False), RATE)
    assert {sound for sound, pcm in sounds.items() if not pcm} == {Sound.AWAKE, Sound.DONE}


def test_a_ring_pauses_before_it_repeats() -> None:
    ring = load_sounds(ALL_ON, RATE)[Sound.TIMER]
    assert not ring[-MIXED.bytes(0.5) :].strip(b"\0")


def test_a_file_of_ones_own_replaces_a_sound_and_no_other(tmp_path: Path) -> None:
    mine = b"\1\2" * RATE
    write(tmp_path / "error.wav", mine)
    (tmp_path / "README.txt").write_text("mine")
    sounds, usual = own(tmp_path), load_sounds(ALL_ON, RATE)
    assert sounds[Sound.ERROR] == mine
    assert all(sounds[sound] == usual[sound] for sound in Sound if sound is not Sound.ERROR)


def test_a_file_of_ones_own_may_be_of_any_format(tmp_path: Path) -> None:
    sound = PcmFormat(44_100, 3, 2)
    write(tmp_path / "awake.wav", sound.silence(0.5), sound)
    assert own(tmp_path)[Sound.AWAKE] == MIXED.silence(0.5)


def too_long(path: Path) -> None:
    write(path, PcmFormat(8_000, 1).silence(LONGEST_S + 1), PcmFormat(8_000, 1))


def cut_header(path: Path) -> None:
    path.write_bytes(b"RIFF\0\0")


def of_a_strange_rate(path: Path) -> None:
    write(path, b"\0" * 8_000)
    path.write_bytes(path.read_bytes().replace(RATE.to_bytes(4, "little"), (100).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("error", lambda path: write(path, b""), "holds nothing"),
        ("error", too_long, "more than 30 s"),
        ("error", cut_header, "not a WAV file"),
        ("error", of_a_strange_rate, "100 Hz"),
        ("error", Path.mkdir, "cannot read"),
        ("eror", cut_header, "replaces no sound; the names are awake, done"),
    ],
    ids=["empty", "long", "cut", "rate", "folder", "misnamed"],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, name: str, make: object, says: str) -> None:
    assert callable(make)
    path = tmp_path / f"{name}.wav"
    make(path)
    with pytest.raises(SoundError, match=says) as told:
        own(tmp_path)
    assert str(path) in str(told.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="is not a folder"):
        own(tmp_path / "nowhere")


def test_every_sentence_belongs_to_a_sound_or_to_the_check() -> None:
    spoken = {path.stem for path in SPOKEN.glob("*.wav")}
    assert spoken == {sound.value for sound in Sound if sound not in NOTES} | {SENTENCE}
