"""One of Piper's voices, loaded; the only file that imports piper and what it runs on, onnxruntime.

Strategy: espeak-ng, which piper carries, makes phonemes of a text, sentence by sentence; a phrase of them at a time
goes through the model, so the first phrase sounds while the others wait. Loudness is left as the voice was trained:
piper would stretch every sentence to full scale by itself, so that a sigh came out as loud as a shout.

Rules: no text ever does more than be spoken: what piper and espeak-ng would take for commands is taken away before. All
that the model returns is checked. All of it blocks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from piper import PiperVoice, SynthesisConfig
from piper.config import PhonemeType, PiperConfig

from hub.tts.checked import pcm
from hub.tts.piper.phrases import phrases
from hub.tts.voice import VoiceError
from wire.pcm import PcmFormat

LONGEST_S = 60.0  # of one phrase's sound: some 20 s at the usual speed, 40 s at half
MOST_CONFIG = 1 << 20  # bytes of the JSON beside a model; real ones have 4 to 20 kB
WARM_UP = "Good morning, everyone."
ONLY_ERRORS = 3  # onnxruntime's severity: its warnings are for those who make models

CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
"""espeak-ng takes U+0001 for a command, and ends at a NUL."""
RAW = str.maketrans({"[": " ", "]": " "})
"""Two brackets would let a text say phonemes of its own."""

T = TypeVar("T")


class Model:
    """A voice of Piper's from a file, its JSON beside it; `speaker` is a name or number, "" the voice's own choice.

    As a call of the model takes all of `threads`, so many cores are busy for as long. Raises VoiceError.
    """

    def __init__(self, path: Path, speaker: str, speed: float, threads: int) -> None:
        self.name = f"piper {path.stem} (piper-tts {version('piper-tts')})"
        try:
            self._voice = _load(path, threads)
            config = self._voice.config
            self.format = PcmFormat(config.sample_rate)
            self.size = path.stat().st_size
            self._how = SynthesisConfig(_speaker(self.name, config, speaker), config.length_scale / speed)
        except VoiceError:
            raise
        except Exception as error:  # the files are anybody's, and so is what the libraries raise over them
            raise VoiceError(
                f"the piper voice {path} cannot be loaded ({_reason(error)}); fetch its files again, or set another "
                "tts.piper.voice"
            ) from error
        warm = self.phrases(WARM_UP)
        if not warm:
            raise VoiceError(f"{self.name} knows no phonemes of its language; fetch its files again")
        self.sound(warm[0])

    def phrases(self, text: str) -> list[list[str]]:
        """A text's phonemes, a phrase at a time; none where it has no words. Raises VoiceError."""
        plain = text.encode(errors="replace").decode().translate(CONTROLS).translate(RAW)
        known = self._voice.config.phoneme_id_map
        sentences = self._try(lambda: self._voice.phonemize(plain))
        return [phrase for one in sentences for phrase in phrases([phoneme for phoneme in one if phoneme in known])]

    def sound(self, phrase: list[str]) -> bytes:
        """The sound of a phrase, 16 bit, mono. Raises VoiceError."""
        samples = self._try(lambda: self._made(phrase))
        if samples.ndim != 1 or not 0 < len(samples) <= LONGEST_S * self.format.rate:
            raise VoiceError(f"{self.name} made sound of shape {samples.shape}; fetch its files again")
        try:
            return pcm(samples)
        except VoiceError as error:
            raise VoiceError(f"{self.name}: {error}") from None

    def _made(self, phrase: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        made = self._voice.phoneme_ids_to_audio(self._voice.phonemes_to_ids(phrase), self._how)
        return np.atleast_1d(np.asarray(made, np.float32))

    def _try(self, work: Callable[[], T]) -> T:
        """Everything that the libraries raise, said without the words that they were given."""
        try:
            return work()
        except Exception as error:
            raise VoiceError(f"{self.name} failed ({type(error).__name__}); fetch its files again") from error


def _load(path: Path, threads: int) -> PiperVoice:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = ONLY_ERRORS
    config = PiperConfig.from_dict(_config(path.with_name(f"{path.name}.json")))
    if config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):
        raise ValueError(f"its {config.phoneme_type.value} phonemes need more packages than Hark installs")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return PiperVoice(session, config)


def _config(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        read = json.loads(file.read(MOST_CONFIG))
    if not isinstance(read, dict):
        raise ValueError(f"{path.name} holds no settings of a voice")
    return read


def _speaker(called: str, config: PiperConfig, speaker: str) -> int | None:
    if not speaker:
        return None
    number: int = config.speaker_id_map.get(speaker, int(speaker) if speaker.isdecimal() else -1)
    if not 0 <= number < config.num_speakers:
        known = ", ".join(list(config.speaker_id_map)[:8]) or f"0 to {config.num_speakers - 1}"
        raise VoiceError(f"{called} has no speaker {speaker!r}; set tts.piper.speaker to one of {known}")
    return number


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
