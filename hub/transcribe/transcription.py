"""The words of a recording of any length: cut at pauses into utterances, each heard as one in a room would be.

An utterance ends at a long pause; once it is full, at the first short one; and at the longest that engines take, pause
or not. Silence between utterances is heard by the voice detector alone.

Rules: memory is bounded by the longest utterance. Sound is read in a thread, so that a slow pipe holds nobody up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from hub.stt.activity import Activity, VoiceActivity
from hub.stt.moving import move_voiced, move_words
from hub.stt.recognizer import Listener, Recognizer, Voiced, Word, Words
from wire.pcm import SPEECH

PAUSE_S = 1.5  # ends an utterance: people pause for less inside a sentence
FULL_S = 15.0  # from here on the next raw pause ends it
LONGEST_S = 28.0  # ends it in any case: engines take 30 s, and some of that is their own padding
LEAD_S = 0.5  # of sound that is kept from before the voice


@dataclass(frozen=True, slots=True)
class Ears:
    """The engine, what makes voice detectors (None: all sound is voice), and whether partials are wanted."""

    recognizer: Recognizer
    vad: Callable[[], VoiceActivity] | None
    partials: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of one utterance as they stood when `at_s` had been heard; all times are the recording's."""

    at_s: float
    words: Words
    final: bool

    @property
    def texts(self) -> tuple[str, str]:
        """The words that stay, and those that may change."""
        return _text(self.words.committed), _text(self.words.tail)


async def transcribe(sound: Iterator[bytes], ears: Ears) -> AsyncGenerator[Heard, None]:
    """Hears pieces of sound (16 kHz, 16 bit, mono, whole samples) to their end.

    Yields each utterance's final words, before them partial ones where those are wanted. Raises RecognizerError, and
    what `sound` raises.
    """
    before_s, left = 0.0, b""
    while pcm := await _next(sound):
        activity = Activity(ears.vad() if ears.vad else None, tells=False)
        lead = await _reach_voice(left + pcm, sound, activity)
        left = b""
        if activity.spoken:
            begin_s = _seconds(activity.heard) - SPEECH.seconds(len(lead))
            utterance = _Utterance(activity, begin_s, lead)
            async with (
                ears.recognizer.listen() as listener,
                aclosing(utterance.hear(sound, listener, ears)) as told,
            ):
                async for heard in told:
                    yield _moved(heard, before_s + begin_s)
            left = utterance.left
        before_s += _seconds(activity.heard) - SPEECH.seconds(len(left))


async def _reach_voice(first: bytes, sound: Iterator[bytes], activity: Activity) -> bytes:
    """Goes on to where somebody speaks, or to the end; returns the latest sound up to there."""
    lead = pcm = first
    activity.sound(pcm)
    while not activity.spoken and (pcm := await _next(sound)):
        activity.sound(pcm)
        lead = _latest(lead + pcm)
    return lead


@dataclass(slots=True)
class _Utterance:
    """One utterance, from `begin_s` in what the activity hears; `latest` is the end of its sound so far."""

    activity: Activity
    begin_s: float
    latest: bytes

    async def hear(self, sound: Iterator[bytes], listener: Listener, ears: Ears) -> AsyncGenerator[Heard, None]:
        """Its words, by the clock of its own sound."""
        listener.take(self.latest)
        decoded_s = 0.0
        while not self._over and (pcm := await _next(sound)):
            self.activity.sound(pcm)
            listener.take(pcm)
            self.latest = _latest(self.latest + pcm)
            if ears.partials and self.activity.speaking and self._heard_s >= decoded_s + ears.recognizer.step_s:
                decoded_s = self._heard_s
                yield Heard(decoded_s, await listener.partial(self._voiced), final=False)
        yield Heard(self._heard_s, await listener.final(self._voiced), final=True)

    @property
    def left(self) -> bytes:
        """The silence at its end: the next word may have begun in it, too late for the detector to be sure."""
        silence = 0 if self.activity.speaking else self.activity.silence * SPEECH.frame_bytes
        return self.latest[max(0, len(self.latest) - silence) :]

    @property
    def _heard_s(self) -> float:
        return _seconds(self.activity.heard) - self.begin_s

    @property
    def _voiced(self) -> Voiced:
        return move_voiced(self.activity.voiced, -self.begin_s)

    @property
    def _over(self) -> bool:
        paused = _seconds(self.activity.silence) >= PAUSE_S
        full = self._heard_s >= FULL_S and not self.activity.speaking
        return paused or full or self._heard_s >= LONGEST_S


def _latest(pcm: bytes) -> bytes:
    return pcm[-SPEECH.bytes(LEAD_S) :]


def _moved(heard: Heard, by_s: float) -> Heard:
    words = heard.words
    moved = replace(words, committed=move_words(words.committed, by_s), tail=move_words(words.tail, by_s))
    return Heard(heard.at_s + by_s, moved, heard.final)


def _text(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def _seconds(samples: int) -> float:
    return samples / SPEECH.rate


async def _next(sound: Iterator[bytes]) -> bytes:
    """The next piece, b"" at the end."""
    return await asyncio.to_thread(next, sound, b"")
