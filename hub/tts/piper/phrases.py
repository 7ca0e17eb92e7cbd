"""Cuts a sentence's phonemes into phrases, since Piper makes the sound of what it is given in one go; pure.

Rules: nothing is lost or moved. A phrase ends behind a clause mark once it is long enough to sound like one, at a space
where no mark comes, inside a word where there is no space.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

FEWEST = 60  # phonemes in a phrase that ends at a mark, marks of stress and length among them: some 4 s of speech
FULL = 200  # from here on any space ends it: a call of the model lasts a second on a slow CPU, and nothing can stop it
MOST = 300  # in any phrase

CLAUSE_MARKS = frozenset(",;:")


def phrases(phonemes: Sequence[str]) -> Iterator[list[str]]:
    """The phrases in order; each is some phonemes, at most MOST."""
    phrase: list[str] = []
    for phoneme in phonemes:
        phrase.append(phoneme)
        if len(phrase) >= MOST or (phoneme == " " and _ends(phrase)):
            yield phrase
            phrase = []
    if phrase:
        yield phrase


def _ends(phrase: Sequence[str]) -> bool:
    return len(phrase) >= FULL or (len(phrase) >= FEWEST and phrase[-2] in CLAUSE_MARKS)
