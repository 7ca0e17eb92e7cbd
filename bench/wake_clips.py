"""Recordings of wake words through the satellite's engine: which are heard, and how surely.

A clip is named after its word, or lies in a folder that is. Low noise goes before it, since the models misfire after
digital silence. FLAC is read with sox, and left out, with that reason, where sox is missing.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config.satellite import WakeWord
from satellite.engines.openwakeword import load
from satellite.hearing.wake import WakeError
from wire.pcm import SPEECH
from wire.wav import open_wav

THRESHOLD = 0.5  # the satellite's own, config/satellite.toml
LEAD_S, TAIL_S = 2.0, 1.0  # of noise: the models look back over 1.3 s
NOISE_RMS = 12.0  # of 16 bit samples: a quiet room


@dataclass(frozen=True, slots=True)
class WakeClip:
    """One clip's outcome; `score` is the best, None where the clip was not played, and `reason` why."""

    word: str
    clip: str
    score: float | None
    reason: str = ""

    @property
    def heard(self) -> bool:
        """Whether the satellite would wake."""
        return self.score is not None and self.score >= THRESHOLD


async def wake_clips(folder: Path) -> list[WakeClip]:
    """Every clip below a folder, in order."""
    return [await _play(word, path) for word, path in _clips(folder)]


def read_sound(path: Path) -> bytes:
    """A recording at 16 kHz, 16 bit, mono; raises ValueError with the reason where it is none."""
    if path.suffix == ".flac":
        return _flac(path)
    with open_wav(path) as wav:
        if wav.sound != SPEECH:
            raise ValueError(f"{path.name} is not {SPEECH}")
        return b"".join(wav.pieces())


def room(seconds: float) -> bytes:
    """The low noise of a quiet room, the same each time."""
    samples = np.random.default_rng(0).normal(0, NOISE_RMS, round(seconds * SPEECH.rate))
    return samples.astype("<i2").tobytes()


def _clips(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".wav", ".flac")):
        yield (path.stem if path.parent == folder else path.parent.name), path


async def _play(word: str, path: Path) -> WakeClip:
    try:
        sound, words = read_sound(path), load([WakeWord(name=word)])
    except (ValueError, WakeError) as error:
        return WakeClip(word, path.name, None, str(error))
    scores = words.score(room(LEAD_S) + sound + room(TAIL_S))
    return WakeClip(word, path.name, max(score[word] for score in scores))


def _flac(path: Path) -> bytes:
    if shutil.which("sox") is None:
        raise ValueError("reading FLAC needs sox; run: sudo apt-get install sox")
    raw = ["-t", "raw", "-r", str(SPEECH.rate), "-b", "16", "-c", "1", "-e", "signed", "-"]
    done = subprocess.run(["sox", "-q", str(path), *raw], capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise ValueError(f"sox cannot read {path.name}: {done.stderr.decode(errors='replace').strip()[:200]}")
    return bytes(done.stdout)
