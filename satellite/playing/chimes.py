"""The satellite's own sounds: short tones made here, sentences in sounds/ that were spoken by script/sounds.

Tones are sines with a soft second harmonic, a raised-cosine attack and an exponential decay, like a small bell:
pleasant when heard for years, and without clicks. The awake chime is short and quiet: the microphone hears it while
somebody speaks already. People may replace each sound by a WAV file of their own.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from config.satellite import Sounds as SoundsSettings
from wire.pcm import FULL_SCALE, PcmFormat
from wire.resample import Resampler

SPOKEN = Path(__file__).with_name("sounds")
LONGEST_S = 30.0  # of one sound; whoever wants music has a player
ATTACK_S = 0.008  # softer than a click, still at once
RELEASE_S = 0.01  # of each note's end, which has nearly died away by then
DECAY = 4.0  # a note ends 35 dB below its beginning
SPOKEN_GAIN = 0.5  # flite speaks at -15 dBFS, espeak-ng at -21: sentences shall be as loud as replies
HARMONIC = 0.25  # of the second harmonic: warmer than a bare sine


class Sound(Enum):
    """What the satellite can say by itself; the value is the name of the file that replaces it."""

    AWAKE = "awake"
    DONE = "done"
    ERROR = "error"
    TIMER = "timer"
    MUTED = "muted"
    UNMUTED = "unmuted"
    NO_CONTROLLER = "no_controller"
    MICROPHONE_TROUBLE = "microphone_trouble"


class SoundError(Exception):
    """A sound cannot be used; says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Note:
    """A tone of `hertz` from `at` for `seconds`, at a peak of `level` (of full scale)."""

    hertz: float
    at: float
    seconds: float
    level: float


NOTES: dict[Sound, tuple[Note, ...]] = {
    Sound.AWAKE: (Note(784, 0, 0.07, 0.05), Note(1047, 0.06, 0.08, 0.05)),
    Sound.DONE: (Note(1047, 0, 0.07, 0.05), Note(784, 0.06, 0.08, 0.05)),
    Sound.ERROR: (Note(330, 0, 0.16, 0.15), Note(247, 0.14, 0.28, 0.15)),
    Sound.TIMER: tuple(Note(hertz, 0.18 * number, 0.3, 0.3) for number, hertz in enumerate((659, 880, 659, 880))),
    Sound.MUTED: (Note(523, 0, 0.15, 0.12), Note(349, 0.13, 0.25, 0.12)),
    Sound.UNMUTED: (Note(349, 0, 0.15, 0.12), Note(523, 0.13, 0.25, 0.12)),
}
"""What is not here is the error's notes, and a sentence."""

PAUSE_S = {
    Sound.TIMER: 1.6
}  # of silence after a sound: "stop" is heard between two rings, and more often the longer it is


def tone(notes: tuple[Note, ...], rate: int) -> bytes:
    """Notes together, as 16 bit, mono, `rate` Hz."""
    ends = max(note.at + note.seconds for note in notes)
    total = np.zeros(round(ends * rate))
    for note in notes:
        start, samples = round(note.at * rate), _samples(note, rate)
        total[start : start + len(samples)] += samples[: len(total) - start]
    return bytes(np.rint(total * (FULL_SCALE - 1)).astype("<i2"))


def _samples(note: Note, rate: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    at = np.arange(round(note.seconds * rate)) / rate
    sine = np.sin(2 * np.pi * note.hertz * at) + HARMONIC * np.sin(4 * np.pi * note.hertz * at)
    attack = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1, at / ATTACK_S))
    release = np.minimum(1, (note.seconds - at) / RELEASE_S)
    return note.level / (1 + HARMONIC) * sine * attack * release * np.exp(-DECAY * at / note.seconds)


def load_sounds(settings: SoundsSettings, rate: int) -> dict[Sound, bytes]:
    """Every sound as 16 bit, mono, `rate` Hz; b"" for what is switched off. Raises SoundError."""
    own = _own(settings.folder)
    sounds = {sound: read_sound(own[sound], rate) if sound in own else _built_in(sound, rate) for sound in Sound}
    off = [sound for sound, on in ((Sound.AWAKE, settings.awake), (Sound.DONE, settings.done)) if not on]
    pauses = {sound: PcmFormat(rate).silence(seconds) for sound, seconds in PAUSE_S.items()}
    return {sound: b"" if sound in off else pcm + pauses.get(sound, b"") for sound, pcm in sounds.items()}


def _own(folder: str) -> dict[Sound, Path]:
    if not folder:
        return {}
    if not Path(folder).is_dir():
        raise SoundError(f'sounds.folder: {folder} is not a folder; make it, or set it to ""')
    found = {path.stem: path for path in sorted(Path(folder).glob("*.wav"))}
    names = [sound.value for sound in Sound]
    if strange := sorted(set(found) - set(names)):
        raise SoundError(f"{found[strange[0]]} replaces no sound; the names are {', '.join(names)}")
    return {Sound(name): path for name, path in found.items()}


def _built_in(sound: Sound, rate: int) -> bytes:
    if sound in NOTES:
        return tone(NOTES[sound], rate)
    return tone(NOTES[Sound.ERROR], rate) + spoken(sound.value, rate)


def spoken(name: str, rate: int) -> bytes:
    """A sentence of sounds/ as 16 bit, mono, `rate` Hz, as loud as a reply."""
    pcm = read_sound(SPOKEN / f"{name}.wav", rate)
    return bytes(np.rint(np.frombuffer(pcm, "<i2") * SPOKEN_GAIN).astype("<i2"))


def read_sound(path: Path, rate: int) -> bytes:
    """Returns a WAV file's sound as 16 bit, mono, `rate` Hz. Raises SoundError, also past LONGEST_S."""
    try:
        with wave.open(str(path), "rb") as file:
            source = PcmFormat(file.getframerate(), file.getsampwidth(), file.getnchannels())
            if not 0 < source.seconds(file.getnframes() * source.frame_bytes) <= LONGEST_S:
                raise SoundError(f"{path} holds nothing or more than {LONGEST_S:.0f} s; cut it, or take it away")
            pcm = file.readframes(file.getnframes())
    except OSError as error:
        raise SoundError(f"cannot read {path}: {error.strerror}; check its rights, or take it away") from None
    except (wave.Error, EOFError, ValueError, RuntimeError) as error:  # the last is wave's for a chunk without an end
        raise SoundError(f"{path} is not a WAV file of linear PCM ({error}); convert it, or take it away") from None
    resampler = Resampler(source, rate)
    return resampler.push(pcm) + resampler.flush()
