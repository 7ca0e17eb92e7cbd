"""Where the first chunk of a reply ends: at the first clause mark, since the person hears silence until then.

Strategy: each character is looked at once. A mark ends the chunk without waiting for what follows, unless its word may
go on behind it ("21.5", an address): then the next character tells. Where no mark comes, it is cut between words. For
its haste it pays where a bare "example.com" stands in the first clause: that is cut behind its dot.
"""

from __future__ import annotations

from hub.tts.cutting.holding import CLOSERS, LONGEST, abbreviated, leans, may_go_on

FEWEST_LETTERS = 10
"""Letters or digits: less is over before the next chunk's sound can be there (about 0.6 s)."""
FEWEST_WORDS, MOST_WORDS = 8, 10
"""Where no mark comes it is cut after so many words, 3 s of speech, behind one that does not lean on the next."""
MOST_CHARACTERS = 120  # unless a single word has more

MARKS = frozenset(".!?,;:—…。！？、，；：؟،؛।")
FINAL_MARKS = frozenset(".!?。！？؟।")


class FirstClause:
    """Looks for the end; `start` is the same at each call, and the text does not begin with a space there."""

    def __init__(self) -> None:
        self._at = 0  # characters that have been looked at, as all below without those before `start`
        self._word = 0  # where the latest word begins
        self._words = 0
        self._letters = 0
        self._mark = 0  # the end of a mark, and of closers, that ends the chunk if its word ends with it
        self._space = 0  # the latest good place between words
        self._any_space = 0

    def find(self, text: str, start: int) -> int | None:
        """The end of the chunk; None while the text so far does not tell."""
        while start + self._at < len(text):
            at, self._at = self._at, self._at + 1
            if cut := self._look(text, start, at):
                return start + cut
        return None

    def release(self, text: str, start: int) -> int | None:
        """The end of what can be said although no end was found; None where that is too little."""
        if self._space:
            return start + self._space
        said = text[start:].rstrip()
        word = said[self._word :]
        final = said[-1:] in FINAL_MARKS and not may_go_on(word[:-1], word[-1:]) and not abbreviated(said[:-1])
        return start + len(said) if final and self._letters else None

    def _look(self, text: str, start: int, at: int) -> int:
        """The end of the chunk as this character tells it, 0 where it does not."""
        letter = text[start + at]
        if letter.isspace():
            return self._between_words(text[start + self._word : start + at], letter, at)
        if letter in MARKS:
            return self._at_mark(text, start, at)
        if letter not in CLOSERS:
            self._mark = 0
        elif self._mark:
            self._mark = at + 1
        self._letters += letter.isalnum()
        return self._too_long(at)

    def _at_mark(self, text: str, start: int, at: int) -> int:
        mark, word = text[start + at], text[start + self._word : start + at]
        self._mark = 0
        if self._letters < FEWEST_LETTERS or (mark == "." and abbreviated(text[start : start + at])):
            return self._too_long(at)
        if not may_go_on(word, mark):
            return at + 1
        self._mark = at + 1
        return self._too_long(at)

    def _between_words(self, word: str, space: str, at: int) -> int:
        if self._mark or (space == "\n" and self._letters >= FEWEST_LETTERS):
            return self._mark or at + 1
        self._word = self._any_space = at + 1
        self._words += bool(word)
        if word and self._letters >= FEWEST_LETTERS and not leans(word):
            self._space = at + 1
            if self._words >= FEWEST_WORDS:
                return at + 1
        if self._words >= MOST_WORDS:
            return self._space or at + 1
        return self._too_long(at)

    def _too_long(self, at: int) -> int:
        if at < MOST_CHARACTERS:
            return 0
        return self._space or self._any_space or (at + 1 if at + 1 >= LONGEST else 0)
