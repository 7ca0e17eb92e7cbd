"""Whether it pays to begin a reply before the turn is known to be over, and what came of those that were begun.

Pure. A reply is begun at a raw pause, or sooner, at words that may well be all, and dropped when speech resumes or the
final words are others; until its words are certain nothing is done or heard of it (hub/turn.py). That costs a model's
tokens for nothing, so each trigger is counted by itself, and one that misses too often pauses for a while.

Rules: a word alone is no request worth it, a long speech is seldom over at a pause, and under load nobody speculates.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from enum import Enum

LEAST_WORDS = 2
MOST_TRIES = 3  # in a turn: who pauses so often goes on
LONGEST_SPEECH_S = 10.0
REMEMBERED = 20  # tries by which it is judged
FEWEST_HITS = 6  # of those: below a third, waste outweighs the lead
PAUSE_TURNS = 50  # that it then stays off, before it is tried again


class Outcome(Enum):
    """What became of a reply that was begun early."""

    HIT = "the words were these"
    RESUMED = "the person went on speaking"
    CHANGED = "the final words, the conversation or the place were others"


@dataclass(slots=True)
class Speculation:
    """The counts of one trigger of a hub."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    lead_s: float = 0.0
    """By which all hits together were begun earlier."""
    wasted_s: float = 0.0
    """That all misses together ran."""
    _latest: deque[bool] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _off: int = 0

    def pays(self, words: str, tries: int, speech_s: float, loaded: bool) -> bool:
        """Whether to begin a reply to these words, after so many tries in this turn and so much speech."""
        worth = len(words.split()) >= LEAST_WORDS and speech_s < LONGEST_SPEECH_S
        return worth and tries < MOST_TRIES and not loaded and self._off == 0

    def ended(self, outcome: Outcome, seconds: float) -> None:
        """One that was begun so many seconds before has ended so."""
        self.counts[outcome] += 1
        if outcome is Outcome.HIT:
            self.lead_s += seconds
        else:
            self.wasted_s += seconds
        self._latest.append(outcome is Outcome.HIT)
        if len(self._latest) == REMEMBERED and sum(self._latest) < FEWEST_HITS:
            self._off = PAUSE_TURNS
            self._latest.clear()

    def report(self) -> dict[str, float]:
        """What came of it so far, for who watches: counts, and milliseconds of all together."""
        return {
            "hits": self.counts[Outcome.HIT],
            "resumed": self.counts[Outcome.RESUMED],
            "changed": self.counts[Outcome.CHANGED],
            "lead_ms": round(self.lead_s * 1000, 1),
            "wasted_ms": round(self.wasted_s * 1000, 1),
        }

    def turn(self) -> None:
        """A turn is over."""
        self._off = max(0, self._off - 1)
