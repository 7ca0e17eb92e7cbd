"""Sound that is no speech, or hardly any: for every test of what a recogniser must bear. Always the same.

Sounds are floats from -1 to 1 at 16 kHz, one channel, unless said otherwise; `pcm` makes 16-bit bytes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from wire.pcm import SPEECH

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]
CHORDS_HZ = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))
"""C major, A minor, F major, G major: half the songs that a kitchen radio plays."""
CHORD_S = 0.5
OVERTONES = 5


def pcm(sound: Sound) -> bytes:
    """16 bit, clipped."""
    return np.clip(sound * 32768, -32768, 32767).astype("<i2").tobytes()


def silence(seconds: float) -> Sound:
    """Digital silence."""
    return np.zeros(round(seconds * SPEECH.rate))


def white_noise(seconds: float, rms: float = 0.05, seed: int = 0) -> Sound:
    """As much power at every frequency: a hiss."""
    return np.random.default_rng(seed).normal(0, rms, round(seconds * SPEECH.rate))


def pink_noise(seconds: float, rms: float = 0.05, seed: int = 0) -> Sound:
    """As much power in every octave, as rain and traffic have it."""
    size = round(seconds * SPEECH.rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, size))
    sound = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(spectrum.size))), size)
    return sound * (rms / max(float(np.sqrt(np.mean(sound**2))), 1e-12))


def hum(seconds: float, rms: float = 0.05) -> Sound:
    """Mains of 50 Hz with odd overtones, as a bad earth has it."""
    time = _time(seconds)
    sound: Sound = rms * np.sum([np.sin(2 * np.pi * 50 * odd * time) / odd for odd in (1, 3, 5, 7)], axis=0)
    return sound


def music(seconds: float, peak: float = 0.3) -> Sound:
    """Chords with overtones, plucked every half second."""
    time = _time(seconds)
    chord = (time // CHORD_S).astype(int) % len(CHORDS_HZ)
    tones = np.array(CHORDS_HZ).T[:, chord]
    overtones = range(1, OVERTONES + 1)
    sound: Sound = np.sum([np.sin(2 * np.pi * tones * n * time) / n for n in overtones], axis=(0, 1))
    plucked = np.exp(-3 * (time % CHORD_S) / CHORD_S)
    return sound * plucked * (peak / sum(len(CHORDS_HZ[0]) / n for n in overtones))


def square_wave(seconds: float, hz: float = 440.0, peak: float = 1.0) -> Sound:
    """A buzzer, as loud as can be."""
    return np.where(_time(seconds) * hz % 1 < 0.5, peak, -peak)


def clicks(seconds: float, every_s: float = 0.25) -> Sound:
    """Plates and switches: 2 ms at full scale."""
    time = _time(seconds)
    return np.where(time % every_s < 0.002, white_noise(seconds, 0.5), 0.0)


def clipped(sound: Sound, gain: float = 30.0) -> Sound:
    """A microphone turned up far too high."""
    return np.clip(sound * gain, -1, 1)


def offset(sound: Sound, by: float = 0.3) -> Sound:
    """With a DC offset, as cheap sound cards have it."""
    return sound + by


def stereo_48k(sound: Sound) -> bytes:
    """48 kHz, 16 bit, two channels; each sample thrice and in both."""
    return pcm(np.repeat(sound, 6))


def eight_bit(sound: Sound) -> bytes:
    """16 kHz, 8 bit unsigned, one channel."""
    return np.clip(sound * 128 + 128, 0, 255).astype(np.uint8).tobytes()


NO_SPEECH: Mapping[str, Callable[[float], Sound]] = {
    "silence": silence,
    "white noise": white_noise,
    "faint white noise": lambda seconds: white_noise(seconds, 0.0004),
    "loud white noise": lambda seconds: white_noise(seconds, 0.5),
    "pink noise": pink_noise,
    "hum": hum,
    "clicks": clicks,
    "a square wave": square_wave,
    "music": music,
    "noise that clips": lambda seconds: clipped(white_noise(seconds)),
    "music that clips": lambda seconds: clipped(music(seconds)),
    "silence with an offset": lambda seconds: offset(silence(seconds)),
    "noise with an offset": lambda seconds: offset(white_noise(seconds)),
}
"""Each kind, by what it is."""


def _time(seconds: float) -> Sound:
    return np.arange(round(seconds * SPEECH.rate)) / SPEECH.rate
