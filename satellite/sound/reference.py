"""What the speaker plays, addressed by when it is heard: the reference of echo cancellation.

Pure; a position counts 16 kHz samples of the event loop's clock. An adaptive filter needs one thing of its two inputs:
that the distance between them stays. The times that come with sound jitter by many milliseconds, so samples are counted
and times only say where a count begins and when it has gone astray: a jump of one millisecond costs WebRTC's canceller
a second of cancelling, while it follows two crystals that differ by 300 ppm without loss (measured).
"""

from __future__ import annotations

import numpy as np

from wire.pcm import SPEECH

HELD_S = 4.0  # of sound that is remembered: sound servers take 2 s ahead, and late frames look back
STRAY_S = 0.03  # between a count and its times: more than a busy loop's jitter, less than the pause between two sounds
JUDGED_FRAMES = 50  # from the microphone (1 s) of which not one came in time: sound was lost

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


class Reference:
    """A ring of the latest sound (s16 at 16 kHz), in the order in which it is heard; silence where nothing plays."""

    def __init__(self) -> None:
        self._ring = np.zeros(round(HELD_S * SPEECH.rate), np.int16)
        self._end = 0
        self._audible_end = -len(self._ring)

    @property
    def audible_end(self) -> int:
        """The position after the latest sound that was not digital silence."""
        return self._audible_end

    def seek(self, position: int) -> None:
        """What is written next is heard from `position` on; what was to be heard after it never will be."""
        low, high = sorted((self._end, position))
        gap = min(high - low, len(self._ring))
        self._put(np.zeros(gap, np.int16), high - gap)
        self._end = position
        self._audible_end = min(self._audible_end, position)

    def write(self, samples: Samples) -> None:
        """Takes in the sound that is heard next."""
        kept = samples[-len(self._ring) :]
        self._end += len(samples)
        self._put(kept, self._end - len(kept))
        if kept.any():
            self._audible_end = self._end

    def read(self, position: int, count: int) -> bytes:
        """Returns `count` samples from `position`: silence where nothing plays, or it is not known, yet or any more."""
        found = np.zeros(count, np.int16)
        begin, end = max(position, self._end - len(self._ring)), min(position + count, self._end)
        if begin < end:
            found[begin - position : end - position] = self._ring[np.arange(begin, end) % len(self._ring)]
        return found.astype("<i2").tobytes()

    def _put(self, samples: Samples, position: int) -> None:
        self._ring[np.arange(position, position + len(samples)) % len(self._ring)] = samples


class PlayedSound:
    """Writes what a speaker plays, at any rate, into a reference. However the sound is cut, the same is written.

    Linear interpolation: wire/resample.py looks 40 ms ahead, and a speaker may play sound 20 ms after it is told of it.
    The canceller loses nothing by it (40 dB either way on synthetic speech of 22050 Hz).
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._rate = 0
        self._begin_s = 0.0  # of the sound that is played without a gap
        self._taken = 0  # samples of it, at its own rate
        self._given = 0  # samples of it, at the reference's
        self._latest = np.zeros(1, np.int16)

    def push(self, pcm: bytes, rate: int, at: float) -> None:
        """Takes in more (s16, mono, `rate` hertz), which is heard from `at` (the loop's time) on."""
        if rate != self._rate or abs(at - self._begin_s - self._taken / rate) > STRAY_S:
            self._begin(rate, at)
        samples = np.frombuffer(pcm, "<i2", len(pcm) // 2)
        if samples.size:
            self._reference.write(self._resample(samples.astype(np.int16)))

    def _begin(self, rate: int, at: float) -> None:
        self._rate, self._begin_s, self._taken, self._given = rate, at, 0, 0
        self._reference.seek(round(at * SPEECH.rate))

    def _resample(self, samples: Samples) -> Samples:
        known = np.concatenate([self._latest, samples])
        first, self._taken, self._latest = self._taken - 1, self._taken + samples.size, samples[-1:]
        wanted = np.arange(self._given, (self._taken - 1) * SPEECH.rate // self._rate + 1)
        self._given += wanted.size
        between = np.interp(wanted * self._rate / SPEECH.rate - first, np.arange(known.size), known)
        return np.asarray(between.round(), dtype=np.int16)


class CaptureClock:
    """Where each frame of a microphone begins.

    Frames are often late and never early: one that comes before its count is over shows that the count began late, and
    a second in which all are late shows that sound was lost.
    """

    def __init__(self) -> None:
        self._end: int | None = None
        self._lateness: list[int] = []

    def begin_of(self, count: int, at: float) -> int:
        """Returns the position of the first of `count` samples that were delivered at `at` (the loop's time)."""
        delivered = round(at * SPEECH.rate)
        expected = delivered if self._end is None else self._end + count
        self._end = expected + self._astray(delivered - expected)
        return self._end - count

    def _astray(self, late: int) -> int:
        stray = STRAY_S * SPEECH.rate
        self._lateness.append(late)
        if late >= -stray and len(self._lateness) < JUDGED_FRAMES:
            return 0
        least = min(self._lateness)
        self._lateness.clear()
        return late if late < -stray else least if least > stray else 0
