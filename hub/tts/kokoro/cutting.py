"""Phonemes in parts that the model takes at once; pure, and nothing is lost."""

from __future__ import annotations

MARKS = (".!?…", ":;", ",—", " ")  # where a cut is heard least, best first: the order of Kokoro's own pipeline


def cut(phonemes: str, longest: int) -> list[str]:
    """Parts of at most `longest` phonemes, cut at marks where there are some; those with nothing to say left out."""
    parts = []
    while len(phonemes) > longest:
        end = _end(phonemes[:longest])
        parts.append(phonemes[:end])
        phonemes = phonemes[end:]
    return [part.strip() for part in (*parts, phonemes) if any(map(str.isalpha, part))]


def _end(phonemes: str) -> int:
    for marks in MARKS:
        if end := max(phonemes.rfind(mark) for mark in marks) + 1:
            return end
    return len(phonemes)
