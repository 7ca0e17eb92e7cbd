"""The word "stop" by keyword spotting with CMU pocketsphinx (package pocketsphinx; extra stop), its model included.

A program of its own, started by satellite/hearing/stop_word.py: the library holds Python's lock while it works, and all
memory of a process that has ended is given back. It reads sound (16 kHz, 16 bit, mono) from standard input and answers
each step of it with the word's score, a little-endian double; it ends when the input does.

Strategy: pocketsphinx compares the word with any other sounds in its place; the score is that likelihood ratio. A short
word needs the mean of the cepstra that belongs to speech: the library's own follows the silence, ring or reply before
it and costs most of the hits, so it is told speech's at every step. Figures: bench/stop_word.py.
"""

from __future__ import annotations

import math
import os
import struct
import sys

from pocketsphinx import Config, Decoder, get_model_path

STEP = 2560  # bytes: 80 ms; satellite/hearing/stop_word.py asks in these
WORDS = {"stopa": "S T AA P", "stopb": "S T AO P"}  # as Americans and as the British say it
SPEECH_MEAN = "45,-5,-3,0,-5,-5,-5,-5,-3,-3,-3,-3,-3"
"""Mean cepstra of speech with this model. The first is its level: 45 hears a person a few steps away and what echo
cancellation leaves of one best, 50 those who speak loudly."""
LEAST = -8.0
"""Decimal logarithm of the likelihood ratio that counts as heard. Of 217 s of commands and 190 s of its own voice, echo
cancelled, none reaches it, at -11 some do; -5 costs hits."""
SOFTNESS = 5.0  # of the score: five powers of ten over LEAST have 0.73
LOG_BASE = math.log10(1.0001)  # of pocketsphinx's integers that stand for likelihoods
SHIFT = 1024  # by which its scores of sound are made smaller
MOST = 1500  # that it takes from the logarithm of a keyword's likelihood ratio, so that this is below 0


class Spotter:
    """Scores the word "stop", step by step. `least` is the logarithm that counts as heard."""

    def __init__(self, least: float = LEAST) -> None:
        self._least = least
        self._decoder = Decoder(Config(hmm=get_model_path("en-us/en-us"), lm=None, dict=None, loglevel="FATAL"))
        for word, sounds in WORDS.items():
            self._decoder.add_word(word, sounds, True)
        self._decoder.add_kws("stop", _file("".join(f"{word} /1e{least:.0f}/\n" for word in WORDS)))
        self._decoder.activate_search("stop")
        self._decoder.start_utt()

    def score(self, step: bytes) -> float:
        """Takes STEP bytes; returns the score, from 0.5 on where the word was heard, 100 ms ago, else 0."""
        self._decoder.set_cmn(SPEECH_MEAN)
        self._decoder.process_raw(step)
        if not self._decoder.hyp():
            return 0.0
        likelihood = max(segment.prob for segment in self._decoder.seg())
        self._decoder.end_utt()  # a word that was heard stays heard
        self._decoder.start_utt()
        return 1 / (1 + math.exp((self._least - ratio(likelihood)) / SOFTNESS))


def ratio(likelihood: float) -> float:
    """The decimal logarithm of a keyword's likelihood ratio from what pocketsphinx calls its probability."""
    return (math.log10(likelihood) / LOG_BASE + MOST) * SHIFT * LOG_BASE


def _file(text: str) -> str:
    """A path under which this process alone can read a text; pocketsphinx takes lists of keywords from files only."""
    descriptor = os.memfd_create("words")
    os.write(descriptor, text.encode())
    return f"/proc/self/fd/{descriptor}"


def main() -> None:
    """Answers until the input ends."""
    spotter = Spotter()
    while len(step := sys.stdin.buffer.read(STEP)) == STEP:
        sys.stdout.buffer.write(struct.pack("<d", spotter.score(step)))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
