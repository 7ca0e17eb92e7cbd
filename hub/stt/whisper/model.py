"""faster-whisper itself: one loaded model that decodes sounds in batches; the only file that imports it.

Strategy: below faster-whisper's `transcribe`, which takes one sound at a time, its own steps over several: encode,
generate, align. No temperature fallback, no conditioning on what it said before, no voice detection: Hark has its own.
Rules: one thread calls it. What it raises is RecognizerError, and it can be used after that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import merge_punctuations
from faster_whisper.version import __version__

from hub.stt.recognizer import Word
from hub.stt.rolling.transcriber import Ask, Transcription
from hub.stt.whisper.device import Placement
from hub.stt.whisper.errors import explained
from hub.stt.whisper.segments import Aligned, Decoded, segments, split
from wire.pcm import FULL_SCALE, SPEECH

FINAL_BEAM: Mapping[str, int] = {"cuda": 5, "cpu": 1}
"""Hypotheses of a final: Whisper's own 5 where a GPU decodes them side by side. On a CPU they cost a tenth to a quarter
of a pass (random weights of small, 2 cores, bench/gpu_stt.py), and there every pass is late already."""
PROMPT_TOKENS = 64  # of the words before the buffer: 200 characters are 40 to 60, but far more in some scripts
TOKENS_PER_S = 10  # the fastest speech has 7 and timestamps; more is a decoder that repeats itself
FEWEST_TOKENS = 24  # may always be said: a command whose end is cut
SHORTEST_S = 0.1  # of sound that is decoded; shorter is padded, as the spectrum of nothing is not defined
FRAMES_PER_S = 100  # of the spectrum
PREPENDED = "\"'“¿([{-"  # punctuation that belongs to the word after it
APPENDED = "\"'.。,，!！?？:：”)]}、"  # to the word before it; both are Whisper's own lists
BROKEN = (RuntimeError, ValueError, MemoryError, LookupError)  # what CTranslate2 raises, and aligning odd words


def available() -> dict[str, set[str]]:
    """The compute types of each device of this machine."""
    try:
        devices = ["cuda", "cpu"] if ctranslate2.get_cuda_device_count() else ["cpu"]
    except RuntimeError:  # a driver that is older than CTranslate2's CUDA
        devices = ["cpu"]
    return {device: set(ctranslate2.get_supported_compute_types(device)) for device in devices}


class Model:
    """Loading takes seconds; raises RecognizerError where files are bad or memory or a GPU's libraries are missing."""

    def __init__(self, name: str, folder: Path, placement: Placement, threads: int) -> None:
        self.name = f"faster-whisper {__version__} {name}, {placement}"
        self._called = name
        self._placement = placement
        try:
            self._whisper = WhisperModel(
                str(folder), device=placement.device, compute_type=placement.compute, cpu_threads=threads
            )
        except Exception as error:  # the tokenizers library raises nothing narrower
            raise explained(f"loading {name} from {folder}", error, placement.device) from None
        self.languages: tuple[str, ...] = tuple(filter(self._knows, self._whisper.supported_languages))

    def _knows(self, language: str) -> bool:
        """Models before large-v3 lack Cantonese, which faster-whisper lists for all."""
        english_only = not self._whisper.model.is_multilingual
        return english_only or self._whisper.hf_tokenizer.token_to_id(f"<|{language}|>") is not None

    def tokens(self, text: str) -> int:
        """How many a text takes."""
        return len(self._whisper.hf_tokenizer.encode(text, add_special_tokens=False).ids)

    def transcribe(self, sounds: Sequence[bytes], ask: Ask, hotwords: str) -> list[Transcription]:
        """One for each of the sounds (16 kHz, 16 bit, mono, at most 30 s); several only where the language is known."""
        try:
            return self._transcribe(sounds, ask, hotwords)
        except BROKEN as error:
            raise explained(f"decoding with {self._called}", error, self._placement.device) from None

    def _transcribe(self, sounds: Sequence[bytes], ask: Ask, hotwords: str) -> list[Transcription]:
        waves = [_wave(sound) for sound in sounds]
        encoded = self._whisper.encode(np.stack([self._spectrum(wave) for wave in waves]))
        language = ask.language or self._detected(encoded)
        tokenizer = self._tokenizer(language)
        decoded = self._decode(encoded, tokenizer, ask, hotwords, max(map(len, waves)) / SPEECH.rate)
        frames = [min(math.ceil(len(wave) / SPEECH.rate * FRAMES_PER_S), self._frames) for wave in waves]
        aligned = self._align(encoded, tokenizer, decoded, frames)
        return [Transcription(segments(*one), language) for one in zip(decoded, aligned, strict=True)]

    def _spectrum(self, wave: np.ndarray) -> np.ndarray:
        spectrum: np.ndarray = pad_or_trim(self._whisper.feature_extractor(wave)[..., :-1])
        return spectrum

    @property
    def _frames(self) -> int:
        return int(self._whisper.feature_extractor.nb_max_frames)

    def _detected(self, encoded: ctranslate2.StorageView) -> str:
        if len(self.languages) == 1:
            return self.languages[0]
        [[(token, _), *_]] = self._whisper.model.detect_language(encoded)
        return str(token).strip("<|>")

    def _tokenizer(self, language: str) -> Tokenizer:
        multilingual = self._whisper.model.is_multilingual
        return Tokenizer(self._whisper.hf_tokenizer, multilingual, task="transcribe", language=language)

    def _decode(
        self, encoded: ctranslate2.StorageView, tokenizer: Tokenizer, ask: Ask, hotwords: str, longest_s: float
    ) -> list[Decoded]:
        before = tokenizer.encode(ask.prompt)[-PROMPT_TOKENS:] if ask.prompt else []
        prompt = self._whisper.get_prompt(tokenizer, before, hotwords=hotwords or None)
        room = self._whisper.max_length - len(prompt)
        results = self._whisper.model.generate(
            encoded,
            [prompt] * encoded.shape[0],
            beam_size=FINAL_BEAM[self._placement.device] if ask.final else 1,
            max_length=len(prompt) + min(room, FEWEST_TOKENS + math.ceil(TOKENS_PER_S * longest_s)),
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0,
        )
        return [_decoded(result, tokenizer.eot) for result in results]

    def _align(
        self,
        encoded: ctranslate2.StorageView,
        tokenizer: Tokenizer,
        decoded: Sequence[Decoded],
        frames: Sequence[int],
    ) -> list[list[Aligned]]:
        if not any(one.segments for one in decoded):
            return [[] for _ in decoded]
        found = self._whisper.find_alignment(tokenizer, [one.tokens for one in decoded], encoded, list(frames))
        for words in found:
            merge_punctuations(words, PREPENDED, APPENDED)
        return [[_aligned(word) for word in words] for words in found]


def _wave(pcm: bytes) -> np.ndarray:
    """Samples of -1 to 1."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / FULL_SCALE
    return np.pad(samples, (0, max(0, int(SHORTEST_S * SPEECH.rate) - len(samples))))


def _decoded(result: ctranslate2.models.WhisperGenerationResult, end: int) -> Decoded:
    tokens = result.sequences_ids[0]
    log_probability = result.scores[0] * len(tokens) / (len(tokens) + 1)  # the score is the mean without end of text
    return Decoded(split(tokens, end), result.no_speech_prob, log_probability)


def _aligned(word: Mapping[str, Any]) -> Aligned:
    heard = Word(word["word"].strip(), float(word["start"]), float(word["end"]), float(word["probability"]))
    return Aligned(heard, len(word["tokens"]))
