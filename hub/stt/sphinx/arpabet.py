"""From the International Phonetic Alphabet, as espeak-ng writes American English, to the phones of cmudict.

Rules: the longest letter that fits is read. Stress and length are no sounds of their own; letters that English lacks
are spoken as their nearest; what nobody knows is left out.
"""

from __future__ import annotations

import re

PHONES = {
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "ɔɪ": "OY", "tʃ": "CH", "dʒ": "JH", "ts": "T S",
    "i": "IY", "ɪ": "IH", "ᵻ": "IH", "ɨ": "IH", "y": "IY", "e": "EY", "ɛ": "EH", "ø": "ER", "œ": "ER", "æ": "AE",
    "a": "AA", "ɑ": "AA", "ɒ": "AA", "ɔ": "AO", "o": "OW", "ʊ": "UH", "u": "UW", "ʌ": "AH", "ə": "AH", "ɐ": "AH",
    "ɜ": "ER", "ɚ": "ER", "ɝ": "ER", "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y",
    "k": "K", "l": "L", "ɫ": "L", "m": "M", "n": "N", "ŋ": "NG", "ɲ": "N Y", "p": "P", "ɹ": "R", "r": "R", "ʁ": "R",
    "ɾ": "T", "s": "S", "ʃ": "SH", "ç": "SH", "t": "T", "ʔ": "T", "θ": "TH", "v": "V", "w": "W", "x": "K", "z": "Z",
    "ʒ": "ZH", "l̩": "AH L", "n̩": "AH N", "m̩": "AH M",
}  # fmt: skip

_LANGUAGE = re.compile(r"\([a-z-]+\)")  # espeak-ng's mark where a word is spoken by another language's rules
_MARKS = re.compile("[ˈˌː]")
_SOUND = re.compile("|".join(sorted(PHONES, key=lambda letters: -len(letters))))


def arpabet(ipa: str) -> str:
    """Phones without stress, separated by spaces."""
    return " ".join(PHONES[sound] for sound in _SOUND.findall(_MARKS.sub("", _LANGUAGE.sub("", ipa))))
