"""Where each word of a recording lies, by forced alignment: pocketsphinx finds the best times for words that are known.

Cut at the quietest moment near a word's end, so that a recording can be parted there without a click.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder, get_model_path

from bench.recognition import normal
from hub.stt.sphinx.pronunciation import pronunciations, read_cmudict
from wire.pcm import SPEECH

FRAME_S = 0.01
NEAR_FRAMES = 4  # on both sides of an aligned end: alignment is right to some 30 ms
SILENCES = ("<s>", "</s>", "<sil>", "[NOISE]")


class Aligner:
    """Aligns one recording after the other."""

    def __init__(self) -> None:
        self._decoder = Decoder(lm=None, loglevel="FATAL")
        self._known = read_cmudict(Path(get_model_path("en-us/cmudict-en-us.dict")))

    def ends(self, said: Sequence[str], sound: bytes) -> list[int]:
        """The sample after each of these words in the sound (16 kHz, 16 bit, mono); raises ValueError if they are not.

        A word of a transcript may be spoken in several ("75").
        """
        spoken = [normal(word) for word in said]
        found = self._aligned(list(itertools.chain(*spoken)), sound)
        lasts = itertools.accumulate(map(len, spoken))
        ends = [found[last - 1] for last in lasts]
        return [_quietest(sound, end) for end in ends[:-1]] + [ends[-1] * round(FRAME_S * SPEECH.rate)]

    def _aligned(self, words: Sequence[str], sound: bytes) -> list[int]:
        for word in words:
            if self._decoder.lookup_word(word) is None:
                self._decoder.add_word(word, pronunciations(word, self._known)[0])
        self._decoder.set_align_text(" ".join(words))
        self._decoder.start_utt()
        self._decoder.process_raw(sound, full_utt=True)
        self._decoder.end_utt()
        ends = [segment.end_frame + 1 for segment in self._decoder.seg() or () if segment.word not in SILENCES]
        if len(ends) != len(words):
            raise ValueError(f"“{' '.join(words)}” cannot be found in its recording")
        return ends


def _quietest(sound: bytes, frame: int) -> int:
    """The middle of the quietest frame around this one, in samples."""
    size = round(FRAME_S * SPEECH.rate)
    samples = np.frombuffer(sound, "<i2").astype(np.float64)
    frames = range(max(0, frame - NEAR_FRAMES), min(len(samples) // size, frame + NEAR_FRAMES + 1))
    power = [float(np.mean(samples[one * size : (one + 1) * size] ** 2)) for one in frames]
    return frames[int(np.argmin(power))] * size + size // 2
