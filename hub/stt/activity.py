"""Where somebody speaks, to the sample: from a detector's probabilities, or from the satellite's edges.

Pure but for the detector that is given; time is audio. With a detector, voice begins when it is likely and ends when it
is unlikely, each for some frames, so that neither a click nor a breath counts. The detector's certainty falls before it
is gone (Silero hangs over by 30 to 160 ms): voice that is not sure any more is a pause from where it last was, unless
it goes on like that for too long, which a soft voice does. All constants are measured: bench/voice_activity.py.

Of the satellite's edges only STARTED counts then: it says that the wake word is over, which a soft voice that the
satellite misses need not wait for longer than WAKE_S. The satellite's detector takes a kitchen for voice and, in noise,
soft syllables for pauses. Without a detector its edges are all there is, and are believed; without either, all sound
is voice, so that nobody is cut off.

Law: any cutting of the same sound, with the edges at the same samples, gives the same activity at the same sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from hub.stt.recognizer import Voiced
from wire.pcm import SPEECH, Framer

HYSTERESIS = 0.15  # voice goes on while it is so much less probable than what starts it: Silero's own VADIterator
SURE = 0.8  # 99 of 100 frames of speech have more; 0.9 calls twice as many pauses inside words, for 25 ms less delay
ONSET_FRAMES = 2  # 64 ms: a click or a plate fills one frame; the shortest word has five
PAUSE_FRAMES = 2  # 64 ms without sure voice are a raw pause; one frame alone dips inside words
SOFT_FRAMES = 8  # 256 ms of unsure voice are no hang-over, in quiet and at 10 dB, but somebody soft
WAKE_S = 1.2  # of a satellite's sound are the wake word: 0.8 s from before its detection, tail and hang-over
LEAD_S = 0.2  # before STARTED may be voice: 60 ms of it are awaited, and a soft beginning is noticed late
MERGE_S = 0.3  # a gap that is shorter is a pause inside what is said
LONGEST_SPANS = 128  # 46 s of the shortest spans and gaps: more than any window that is decoded; the oldest are merged


class Voice(Enum):
    """What the satellite's voice activity detection tells between the pieces of sound."""

    STARTED = "voice started"
    STOPPED = "voice stopped"


class VoiceActivity(Protocol):
    """A detector of voice for one utterance."""

    @property
    def frame_bytes(self) -> int:
        """The size of the frames that it takes (16 kHz, 16 bit, mono)."""

    @property
    def threshold(self) -> float:
        """The probability from which a frame counts as voice."""

    def probability(self, frame: bytes) -> float:
        """Takes the next frame; says from 0 to 1 how sure it is of a voice. Raises RecognizerError."""


class Activity:
    """Takes sound and edges as they come; says where somebody speaks. Samples count from the first of the sound.

    `vad` is the hub's own detector; `tells` says whether the source sends edges, after a wake word (a satellite does).
    """

    def __init__(self, vad: VoiceActivity | None, tells: bool) -> None:
        self._detected = None if vad is None else _Detected(vad)
        self._since = _samples(WAKE_S) if tells else 0  # voice before it is the wake word
        self._spans = _Spans()
        self.heard = 0
        """Samples so far."""
        self.voice_end = 0
        """The sample after the last one with voice, 0 before anyone spoke."""
        self.spoken = False
        """Whether anyone has spoken."""
        self.speaking = False
        """From the first voice to a raw pause: the first moment that might be the end."""
        self.revision = 0
        """How often speech resumed after a raw pause."""
        if vad is None and not tells:
            self._speak(True)

    @property
    def silence(self) -> int:
        """Samples since the voice ended, or since the beginning."""
        return self.heard - self.voice_end

    @property
    def voiced(self) -> Voiced:
        """Where somebody spoke, to the end of the latest voice."""
        return tuple((start / SPEECH.rate, end / SPEECH.rate) for start, end in self._spans.all)

    def sound(self, pcm: bytes) -> None:
        """The next piece (16 kHz, 16 bit, mono, whole samples). Raises RecognizerError where the detector does."""
        before, self.heard = self.heard, self.heard + len(pcm) // SPEECH.frame_bytes
        if self._detected is not None:
            for _ in self._detected.sound(pcm):
                self._look(self._detected)
        elif self.speaking:
            self._voice(before, self.heard)

    def told(self, voice: Voice) -> None:
        """An edge that the satellite heard, between two pieces."""
        if self._detected is None:
            self._speak(voice is Voice.STARTED)
        elif voice is Voice.STARTED:
            self._since = min(self._since, max(0, self.heard - _samples(LEAD_S)))
            self._look(self._detected)

    def _look(self, detected: _Detected) -> None:
        """Takes over what was detected once the wake word is over."""
        counts = detected.end > self._since
        if counts:
            self._voice(max(detected.start, self._since), detected.end)
            if not self.spoken:  # however short it was
                self._speak(True)
        self._speak(counts and detected.speaking)

    def _voice(self, start: int, end: int) -> None:
        self.voice_end = end
        self._spans.add(start, end)

    def _speak(self, speaking: bool) -> None:
        if speaking and not self.speaking:
            self.revision += self.spoken
            self.spoken = True
        self.speaking = speaking


class _Detected:
    """The detector's voice, as of its last whole frame; in samples."""

    def __init__(self, vad: VoiceActivity) -> None:
        self._vad = vad
        self._framer = Framer(vad.frame_bytes)
        self._heard = 0
        self._voice = False
        self._contradicted = 0  # frames in a row that speak against `_voice`
        self._unsure = 0  # frames of voice in a row that may be the detector's hang-over
        self.start = 0
        """Where the latest voice began."""
        self.end = 0
        """The sample after it, so far."""

    @property
    def speaking(self) -> bool:
        """Whether it goes on."""
        return self._voice and not PAUSE_FRAMES <= self._unsure < SOFT_FRAMES

    def sound(self, pcm: bytes) -> Iterator[None]:
        """Takes any piece; yields after each frame."""
        for frame in self._framer.push(pcm):
            self._heard += len(frame) // SPEECH.frame_bytes
            self._frame(self._vad.probability(frame), len(frame) // SPEECH.frame_bytes)
            yield

    def _frame(self, probability: float, size: int) -> None:
        if self._turns(probability):
            self._voice = not self._voice
            self._contradicted = self._unsure = 0
            self.start = self._heard - ONSET_FRAMES * size if self._voice else self.start
        else:
            self._unsure = self._unsure + 1 if probability < SURE else 0
        if self._voice and not 0 < self._unsure < SOFT_FRAMES:
            self.end = self._heard - self._contradicted * size

    def _turns(self, probability: float) -> bool:
        """Whether voice begins or ends with this frame."""
        threshold = self._vad.threshold - HYSTERESIS if self._voice else self._vad.threshold
        contradicts = (probability >= threshold) != self._voice
        self._contradicted = self._contradicted + 1 if contradicts else 0
        return self._contradicted == (PAUSE_FRAMES if self._voice else ONSET_FRAMES)


@dataclass(slots=True)
class _Spans:
    """Spans of samples in order, merged where the gap is short, bounded in number."""

    all: list[tuple[int, int]] = field(default_factory=list)

    def add(self, start: int, end: int) -> None:
        """Voice from `start` to `end`; neither is before that of the latest span."""
        if self.all and start < self.all[-1][1] + _samples(MERGE_S):
            start = self.all.pop()[0]
        self.all.append((start, end))
        if len(self.all) > LONGEST_SPANS:
            self.all[:2] = [(self.all[0][0], self.all[1][1])]


def _samples(seconds: float) -> int:
    return round(seconds * SPEECH.rate)
