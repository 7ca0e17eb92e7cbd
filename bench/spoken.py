"""Spoken questions as sound: those that ship, a person's own recordings, and sentences spoken by flite or espeak-ng.

Each becomes one recording for the satellite's microphone: low noise, the wake word, a short gap, the question;
with a label track that says where speech ends, found by level.
"""

from __future__ import annotations

import shutil
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wire.pcm import FULL_SCALE, SPEECH
from wire.wav import WavError, open_wav

HERE = Path(__file__).parent / "questions"
WAKE_WORD = HERE / "hey-jarvis.wav"
SHIPPED = (
    "turn on the kitchen light",
    "what is the temperature in the bedroom",
    "is the front door locked",
    "close the living room blinds",
    "who won the football match",
)
"""In the order in which the demo asks them: an action, questions, another action, and one that it cannot answer."""

LEAD_S = 0.5  # of noise before the wake word
GAP_S = 0.4  # between wake word and question, as a person leaves it
NOISE_RMS = 12 / FULL_SCALE  # a quiet room
PAUSE_DB = 35.0  # below the loudest 10 ms: what is quieter at the end is no speech
WINDOW_S = 0.01


class SpokenError(Exception):
    """A question that cannot be spoken; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the recording of it (16 kHz, mono, floats from -1 to 1)."""

    text: str
    sound: np.ndarray[tuple[int], np.dtype[np.float32]]


def shipped() -> list[Question]:
    """The questions that ship, made with flite's voice slt."""
    return [question(HERE / f"{text.replace(' ', '-')}.wav") for text in SHIPPED]


def question(path: Path) -> Question:
    """A recording of any PCM format; its name is what it asks."""
    return Question(path.stem.replace("-", " ").replace("_", " "), _read(path))


def said(text: str, folder: Path) -> Question:
    """A sentence, spoken by flite or espeak-ng, whichever is installed; the file goes to `folder`."""
    path = folder / "said.wav"
    commands = {
        "flite": ["flite", "-voice", "slt", "-t", text, "-o", str(path)],
        "espeak-ng": ["espeak-ng", "-w", str(path), "--", text],
    }
    program = next((name for name in commands if shutil.which(name)), None)
    if program is None:
        raise SpokenError("speaking a sentence needs flite or espeak-ng; run: sudo apt-get install flite")
    done = subprocess.run(commands[program], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode or not path.exists():
        raise SpokenError(f"{program} could not speak: {done.stderr.strip()[:200]}; try another sentence")
    return Question(text, _read(path))


def record(asked: Question, path: Path, wake: bool = True) -> None:
    """Writes the recording for the microphone to `path` and its label track beside it; appears there whole.

    Without `wake` there is no wake word in it: an answer to what the satellite asks.
    """
    word = _read(WAKE_WORD) if wake else np.zeros(0, np.float32)
    lead, gap = np.zeros(round(LEAD_S * SPEECH.rate), np.float32), np.zeros(round(GAP_S * SPEECH.rate), np.float32)
    before = np.concatenate([lead, word[: speech_end(word)], gap])
    end = len(before) + speech_end(asked.sound)
    sound = np.concatenate([before, asked.sound])[:end]
    sound = sound + np.random.default_rng(0).normal(0, NOISE_RMS, len(sound)).astype(np.float32)
    path.with_suffix(".txt").write_text(f"{len(before) / SPEECH.rate:.6f}\t{end / SPEECH.rate:.6f}\tspeech\n")
    half = path.with_suffix(".half")
    with wave.open(str(half), "wb") as file:
        file.setparams((SPEECH.channels, SPEECH.width, SPEECH.rate, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * (FULL_SCALE - 1)).astype("<i2").tobytes())
    half.rename(path)


def speech_end(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> int:
    """The sample after the last window that is not PAUSE_DB below the loudest."""
    size = round(WINDOW_S * SPEECH.rate)
    windows = sound[: len(sound) // size * size].reshape(-1, size)
    power = (windows.astype(np.float64) ** 2).mean(axis=1)
    if not power.size or not power.max():
        return len(sound)
    return (int(np.flatnonzero(power > power.max() * 10 ** (-PAUSE_DB / 10))[-1]) + 1) * size


def _read(path: Path) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    try:
        with open_wav(path) as wav:
            pcm = b"".join(wav.resampled(SPEECH.rate, channel=1))
    except WavError as error:
        raise SpokenError(str(error)) from None
    if not pcm:
        raise SpokenError(f"{path} has no sound; give another recording")
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(FULL_SCALE)
