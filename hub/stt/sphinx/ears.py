"""pocketsphinx itself: one loaded model, and the utterance that it hears, in a child process (decoder_process.py).

Strategy: two decoders share the sound. The live one hears it as it comes and only serves the words so far. The final
one decodes the spoken part at once, because only then is the mean of the cepstra (the colour of voice and channel)
that of this very utterance: on recordings that alone takes exact sentences from 4 to 63 of 73. The live one is told
that mean, as far as it is known, after the first half second and at every doubling, and hears all again.

Rules: nothing of one utterance is left in the next. No file is written: what pocketsphinx wants to read from files
lies in anonymous memory.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pocketsphinx import Config, Decoder, get_model_path

from hub.stt.recognizer import Word
from hub.stt.sphinx.confidence import against_opposites, confidence
from hub.stt.sphinx.flow import WAKE
from hub.stt.sphinx.pronunciation import dictionary, read_cmudict, wake_dictionary
from hub.stt.sphinx.segments import Segment, text, words
from hub.stt.sphinx.spoken_part import spoken_part
from wire.pcm import SPEECH

SEARCH: Mapping[str, object] = {
    "beam": 1e-80,
    "pbeam": 1e-80,
    "wbeam": 1e-40,  # beams: narrower ones save a tenth of the time, wider ones change no word
    "lw": 8.0,
    "fwdflatlw": 10.5,
    "bestpathlw": 11.5,  # the language's weight: 6.5 to 9.5 are alike, more costs exact sentences
    "loglevel": "FATAL",
}
LIVE: Mapping[str, object] = {"fwdflat": False, "bestpath": False}  # second passes, which only finals need

FIRST_MEAN = 16_000  # bytes of sound (0.5 s) before the live decoder's mean is first corrected
PRIOR_FRAMES = 500  # for how many frames the mean that pocketsphinx was told counts (its CMN_WIN)
SPEECH_MEAN = (45.0, -5.0, -3.0, 0.0, -5.0, -5.0, -5.0, -5.0, -3.0, -3.0, -3.0, -3.0, -3.0)
"""What speech at large measures with this model: the mean while nothing is known of the utterance."""

DOUBTFUL = 0.25  # of confidence, below which words are taken for something else
OTHERS = 50  # hypotheses that are compared with the best; it takes some milliseconds
SCALE = 1024  # pocketsphinx keeps the logarithms of scores in units of so many (its SENSCR_SHIFT)
SLOWEST_SOUND = 30
"""Frames (of 10 ms) that a sound of a word lasts at most, on average; noise heard as a word takes 60 and more."""


class Ears:
    """Hears one utterance after the other. `model`: the fields of LanguageModel, and `wake`, the wake phrases."""

    def __init__(self, model: Mapping[str, Sequence[str]]) -> None:
        cmudict = read_cmudict(Path(get_model_path("en-us/cmudict-en-us.dict")))
        words = [word for word in model["words"] if word != WAKE]
        lines = [*dictionary(words, cmudict), *wake_dictionary(WAKE, model["wake"], cmudict)]
        with _Memory() as memory:
            settings = {**SEARCH, "lm": None, "lmname": "home", "dict": memory.file(lines)}
            classes, arpa = memory.file(model["class_definitions"]), memory.file(model["arpa"])
            settings["lmctl"] = memory.file([f"{{ {classes} }}", f"{arpa} home {{ {' '.join(model['classes'])} }}"])
            self._final = Decoder(Config(**settings))
            self._live = Decoder(Config(**settings, **LIVE))
        self._heard = bytearray()
        self._told: Sequence[float] = SPEECH_MEAN
        self._fed = 0  # bytes that the live decoder has heard
        self._next_mean = FIRST_MEAN  # bytes at which it hears all again
        self._live.start_utt()
        self.begin()

    def begin(self) -> None:
        """Forgets what was heard before."""
        self._heard.clear()
        self._listen_again(SPEECH_MEAN)

    def hear(self, pcm: bytes) -> list[Word]:
        """Takes more sound (16 kHz, 16 bit, mono, whole samples); returns the words so far."""
        self._heard += pcm
        if len(self._heard) >= self._next_mean and self._live.n_frames():
            self._listen_again(self._mean())
        if len(self._heard) > self._fed:  # pocketsphinx raises IndexError on nothing
            self._live.process_raw(bytes(self._heard[self._fed :]))
        self._fed = len(self._heard)
        return words(_segments(self._live))

    def final(self, pcm: bytes) -> list[Word]:
        """Takes more sound and decodes all that was heard; returns its words, none where they are likely to be none."""
        self._heard += pcm
        if not self._heard:
            return []
        start, end = spoken_part(self._heard)
        self._final.start_utt()
        self._final.process_raw(bytes(self._heard[start:end]), full_utt=True)
        self._final.end_utt()
        segments = [one for one in _segments(self._final) if one.is_word and not self._is_noise(one)]
        sure = confidence(segments)
        return self._rated(words(segments, SPEECH.seconds(start)), sure) if sure > DOUBTFUL else []

    def _rated(self, heard: list[Word], sure: float) -> list[Word]:
        chances = against_opposites([word.text for word in heard], self._others())
        return [replace(word, probability=round(sure * chance, 3)) for word, chance in zip(heard, chances, strict=True)]

    def _others(self) -> Iterator[tuple[list[str], float]]:
        """What else the utterance may have been, and its log likelihood."""
        for other in itertools.islice(self._final.nbest() or (), OTHERS):
            if other is not None and other.score > 0:
                tokens = (Segment(token, 0, 0) for token in other.hypstr.split())
                yield " ".join(text(one.token) for one in tokens if one.is_word).split(), SCALE * math.log(other.score)

    def _listen_again(self, mean: Sequence[float]) -> None:
        """The live decoder starts afresh, and will hear everything with this mean."""
        self._live.end_utt()
        self._live.set_cmn(",".join(f"{value:.2f}" for value in mean))
        self._live.start_utt()
        self._told, self._fed = mean, 0
        self._next_mean = max(FIRST_MEAN, 2 * len(self._heard))

    def _mean(self) -> list[float]:
        """The mean of what the live decoder has heard, without the one it was told, which is mixed into its own."""
        frames = self._live.n_frames()
        mixed = [float(value) for value in self._live.get_cmn(True).split(",")]
        weights = zip(mixed, self._told, strict=True)
        return [((PRIOR_FRAMES + frames) * mix - PRIOR_FRAMES * told) / frames for mix, told in weights]

    def _is_noise(self, segment: Segment) -> bool:
        """Whether a word is the long noise that passes for one."""
        phones = self._final.lookup_word(segment.token)
        return phones is not None and segment.frames > SLOWEST_SOUND * len(phones.split())


def _segments(decoder: Decoder) -> list[Segment]:
    return [
        Segment(one.word, one.start_frame, one.end_frame, math.log(max(one.ascore, 5e-324)), one.lback)
        for one in decoder.seg() or ()
    ]


class _Memory:
    """Files that only this process sees, by path, for as long as the context lasts."""

    def __init__(self) -> None:
        self._files: list[int] = []

    def file(self, lines: Iterable[str]) -> str:
        self._files.append(os.memfd_create("model"))
        with open(self._files[-1], "w", encoding="utf-8", closefd=False) as file:
            file.writelines(f"{line}\n" for line in lines)
        return f"/proc/self/fd/{self._files[-1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in self._files:
            os.close(descriptor)
