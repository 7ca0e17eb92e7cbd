"""How finished words sound to a home: P(end), the probability that they are all that will be said.

Strategy: the words so far are read with the sentences that people say to this home (known.py). What is no sentence
yet goes on; a whole sentence is the end unless it is often the beginning of a longer one ("turn on the lights" … "in
the kitchen"); words that no sentence has tell nothing.
"""

from __future__ import annotations

from hub.home.home import Home
from hub.stt.grammar.known import KnownSentences
from hub.stt.grammar.reading import Reading
from hub.stt.grammar.spoken_words import LEANING, PASSED_OVER, every_word, spoken

NOTHING = 0.1  # of words, when somebody did speak: they were not caught, or have hardly begun
LEANS = 0.05  # on a word to come: nobody ends with "in the"
BEGINNING = 0.1  # of sentences, and none itself; some people have sentences that we do not know
UNKNOWN = 0.5  # words that no sentence has: as likely the one as the other
WHOLE = 0.65
"""Of a sentence that is whole, even where most that begin so go on: it is a thing to say, and the short form of a
command is said more often than the long ones. More than BEGINNING + 0.5, so that the two never blur."""


class Completeness:
    """Judges words in a home; `language` as in hub/sentences.py. The first of a language takes a second to make."""

    def __init__(self, home: Home, language: str) -> None:
        self._language = language
        self._known = KnownSentences(home, language)

    def p_end(self, words: str) -> float:
        """How likely it is that somebody who has said this is done, 0 to 1."""
        said = every_word(words)
        if not said:
            return NOTHING
        if said[-1] in PASSED_OVER.get(self._language, ()):
            return LEANS
        reading = self._known.read(spoken(words, self._language))
        if reading.sentence == 0 and said[-1] in LEANING.get(self._language, ()):
            return LEANS
        return _judged(reading)


def _judged(reading: Reading) -> float:
    known = reading.sentence + reading.open_end + reading.beginning
    if known == 0:
        return UNKNOWN
    if reading.sentence:
        return WHOLE + (1 - WHOLE) * reading.sentence / known
    return BEGINNING + (UNKNOWN - BEGINNING) * reading.open_end / known
