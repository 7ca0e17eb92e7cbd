"""English text to the phonemes that Kokoro was trained on; the only file that imports misaki.

misaki looks words up in a dictionary of its own and tells "read" from "read" by spaCy's model en_core_web_sm, which is
no package of the index: where it is missing misaki would fetch it by itself. Then espeak-ng alone pronounces, which
Kokoro understands as well; misaki asks it for the words that it does not know anyway.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from types import SimpleNamespace

from misaki.espeak import EspeakFallback

from hub.tts.voice import VoiceError

TAGGER = "en_core_web_sm"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # none can be said, and a NUL would end the text
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

Phonemize = Callable[[str], str]
"""Text to phonemes; blocks for some milliseconds, and is not called twice at the same time."""

_log = logging.getLogger(__name__)
logging.getLogger("phonemizer").setLevel(logging.ERROR)  # it warns of each text whose words it counts otherwise


def english(british: bool) -> Phonemize:
    """The best way that is installed, with what would be better said once; raises VoiceError."""
    try:
        espeak = EspeakFallback(british)
    except RuntimeError as error:
        raise VoiceError(f"espeak-ng cannot pronounce ({error}); reinstall the package espeakng-loader") from None
    if _installed(TAGGER):
        return _dictionary(british, espeak)
    _log.warning("espeak-ng pronounces for kokoro; for its own dictionary run: python -m spacy download %s", TAGGER)
    return lambda text: _alone(espeak, _CONTROL.sub(" ", text))


def _installed(package: str) -> bool:
    """Asked as misaki asks, so that it never downloads."""
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def _dictionary(british: bool, espeak: EspeakFallback) -> Phonemize:
    from misaki.en import G2P

    made = G2P(british=british, fallback=espeak, unk="")
    return lambda text: str(made(_CONTROL.sub(" ", text))[0])


def _alone(espeak: EspeakFallback, text: str) -> str:
    """Of espeak-ng, which gets a text in pieces between its marks; so those inside numbers must go."""
    return espeak(SimpleNamespace(text=_THOUSANDS.sub("", _POINT.sub(" point ", text))))[0] or ""
