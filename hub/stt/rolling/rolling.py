"""Listens while someone speaks, with an engine that can only transcribe a whole buffer of sound.

Every pass decodes the buffer anew; `agreement` tells which of its words are settled, `guards` which were never said.
The buffer loses its beginning once the words in it are committed, and never outgrows what the engine takes, so that
memory is bounded however long someone talks: what grows with it is only the list of committed words (1 MB in an hour).
Anything may be taken while a pass runs; a pass that is cancelled or fails has changed nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from hub.stt.recognizer import Listener, RecognizerError, Voiced, Word, Words
from hub.stt.rolling.agreement import Hypothesis, LocalAgreement
from hub.stt.rolling.guards import credible, is_voiced
from hub.stt.rolling.transcriber import Ask, Segment, Transcriber, Transcription
from wire.pcm import SPEECH

WINDOW_S = 28.0  # the longest sound a transcriber is asked for; Whisper's window is 30 s, and words at its end suffer
PADDING_S = 0.5  # silence behind the sound, 0.3-0.66: without it Whisper loses the last word
TRIM_S = 15.0  # a longer buffer is trimmed: decoding it takes more tokens each time
ONSET_S = 0.5  # kept before the first voice, for the consonant that voice detection missed
PROMPT_CHARACTERS = 200  # of what was said before the buffer; more costs time and tempts Whisper to repeat it


class RollingBuffer:
    """The latest sound of an utterance and its place in it. Pure."""

    def __init__(self) -> None:
        self._sound = bytearray()
        self._start = 0  # samples of the utterance before the buffer

    @property
    def pcm(self) -> bytes:
        """All it holds."""
        return bytes(self._sound)

    @property
    def start_s(self) -> float:
        """Where in the utterance it begins."""
        return self._start / SPEECH.rate

    @property
    def end_s(self) -> float:
        """Where it ends: all the sound that was taken."""
        return self.start_s + SPEECH.seconds(len(self._sound))

    def take(self, pcm: bytes) -> None:
        """The next piece; what no longer fits is lost at the beginning."""
        self._sound += pcm
        self._drop(len(self._sound) - SPEECH.bytes(WINDOW_S - PADDING_S))

    def trim(self, start_s: float) -> None:
        """Drops the sound before a time; nothing where it begins later already."""
        self._drop((int(start_s * SPEECH.rate) - self._start) * SPEECH.frame_bytes)

    def _drop(self, size: int) -> None:
        dropped = min(max(0, size), len(self._sound))
        del self._sound[:dropped]
        self._start += dropped // SPEECH.frame_bytes


class RollingListener:
    """One utterance; see hub.stt.recognizer.Listener."""

    def __init__(self, transcriber: Transcriber, language: str | None) -> None:
        self._transcriber = transcriber
        self._language = language  # until words are committed in one, each pass detects it: half a second tells little
        self._buffer = RollingBuffer()
        self._agreement = LocalAgreement()

    def take(self, pcm: bytes) -> None:
        """Words whose sound is lost for want of room can not be heard better: they are committed, and leave no rest."""
        self._buffer.take(pcm)
        self._agreement.leave(self._buffer.start_s)
        last = self._agreement.committed[-1:]
        if last and last[0].start_s < self._buffer.start_s:
            self._buffer.trim(last[0].end_s)

    async def partial(self, voiced: Voiced) -> Words:
        """Commits what two passes agree on."""
        segments, heard, language = await self._hear(voiced, final=False)
        self._agreement.agree(heard)
        if self._agreement.committed:
            self._language = language
        if self._buffer.end_s - self._buffer.start_s > TRIM_S:
            self._buffer.trim(_completed(segments, self._agreement.end_s))
        return self._words(language)

    async def final(self, voiced: Voiced) -> Words:
        """Decodes all that the buffer holds, so that the last words are there, however the partials stood."""
        _, heard, language = await self._hear(voiced, final=True)
        self._agreement.note(heard)
        return self._words(language)

    async def _hear(self, voiced: Voiced, final: bool) -> tuple[tuple[Segment, ...], Hypothesis, str | None]:
        """One pass; where nobody speaks the engine is not asked, it would only invent."""
        if voiced and not self._agreement.committed + self._agreement.tail:
            self._buffer.trim(voiced[0][0] - ONSET_S)
        start_s, end_s, pcm = self._buffer.start_s, self._buffer.end_s, self._buffer.pcm
        if not pcm or not is_voiced(start_s, end_s, voiced):
            return (), Hypothesis((), start_s, end_s), self._language
        ask = Ask(self._language, prompt(self._agreement.committed, start_s), final)
        transcription = await self._transcriber.transcribe(pcm + SPEECH.silence(PADDING_S), ask)
        segments = credible(_placed(transcription, start_s, end_s), voiced)
        words = tuple(word for segment in segments for word in segment.words)
        return segments, Hypothesis(words, start_s, end_s), transcription.language

    def _words(self, language: str | None) -> Words:
        return Words(self._agreement.committed, self._agreement.tail, language)


class RollingRecognizer:
    """Any number of utterances over one transcriber; see hub.stt.recognizer.Recognizer."""

    step_s = 0.5  # less new sound holds one word or none
    promotes = True

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber

    @property
    def name(self) -> str:
        """The transcriber's."""
        return self._transcriber.name

    @property
    def languages(self) -> Sequence[str]:
        """The transcriber's."""
        return self._transcriber.languages

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[Listener]:
        """Never waits; raises RecognizerError for a language that the transcriber lacks."""
        if language is not None and language not in self.languages:
            raise RecognizerError(f"{self.name} does not understand {language!r}; choose a multilingual model in stt")
        yield RollingListener(self._transcriber, language)


def prompt(committed: Sequence[Word], start_s: float) -> str:
    """The end of what was said before the buffer that starts at `start_s`, in whole words."""
    gone = " ".join(word.text for word in committed if word.start_s < start_s)
    return gone if len(gone) <= PROMPT_CHARACTERS else gone[-PROMPT_CHARACTERS:].partition(" ")[2]


def _placed(transcription: Transcription, start_s: float, end_s: float) -> list[Segment]:
    """Segments in the utterance's time, with words in order, apart and inside the buffer, whatever it was told."""
    segments, limit = [], end_s
    for segment in reversed(transcription.segments):
        words: list[Word] = []
        for word in reversed([word for word in segment.words if word.text.strip()]):
            word_end = max(start_s, min(limit, start_s + word.end_s))
            limit = max(start_s, min(word_end, start_s + word.start_s))
            words.append(replace(word, start_s=limit, end_s=word_end))
        segments.append(replace(segment, words=tuple(reversed(words))))
    return segments[::-1]


def _completed(segments: Sequence[Segment], committed_s: float) -> float:
    """Where to trim: after the last segment that is committed, or after the last word where there is none."""
    ends = (segment.words[-1].end_s for segment in segments)
    return max((end_s for end_s in ends if end_s <= committed_s), default=committed_s)
