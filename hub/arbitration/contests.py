"""Who answers where several satellites have heard one wake word: claims in, verdicts out, on the caller's clock.

Strategy: the first claim for a wake word opens a contest. It is decided once every satellite has claimed, or a moment
later (`wait_ms`), and for good: the person hears it at once. Claims are told apart by when the word was heard, not by
when they came, so that one held up on its way is known for what it is.

Rules: the first to have heard the word answers, unless others are clearly louder and about as sure; then the loudest
of those. Whoever claims after the decision has lost, unless the one that was to answer has left meanwhile: then that
claim answers, so that somebody does. Different wake words do not compete.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from config.hub import ArbitrationSettings

AS_SURE = 0.3
"""By which a louder satellite's score may be lower: those of one spoken word scatter, whatever its level."""
REMEMBERED_S = 15.0
"""A satellite that loses its hub says the same words to it again for so long, its claim with them."""
MOST = 256  # contests remembered; beyond that the oldest are forgotten sooner

Verdicts: TypeAlias = Mapping[Hashable, bool]
"""By satellite, whether it is the one that answers."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A satellite has heard a wake word: when (s), how surely (0 to 1) and how loud (dBFS)."""

    satellite: Hashable
    word: str
    heard: float
    score: float
    level: float


@dataclass(slots=True)
class Contest:
    """The claims for one word that somebody said."""

    word: str
    heard: float
    due: float
    claims: dict[Hashable, Claim] = field(default_factory=dict)
    decided: bool = False
    answers: Hashable | None = None
    """Once it is decided; None where that satellite has left."""


class Contests:
    """Those under way and those of late. `satellites` are all that are connected, each with one claim at most."""

    def __init__(self, settings: ArbitrationSettings) -> None:
        self._settings = settings
        self._contests: list[Contest] = []
        self.satellites: set[Hashable] = set()

    def claim(self, claim: Claim, now: float) -> Verdicts:
        """A satellite claims; returns what is decided by that."""
        self.withdraw(claim.satellite)
        contest = self._for(claim, now)
        if contest.decided:
            if contest.answers in (None, claim.satellite):
                contest.answers = claim.satellite
            return {claim.satellite: contest.answers == claim.satellite}
        contest.claims[claim.satellite] = claim
        return self._decide(contest) if self.satellites <= contest.claims.keys() else {}

    def withdraw(self, satellite: Hashable) -> None:
        """A satellite no longer claims."""
        for contest in self._contests:
            if not contest.decided:
                contest.claims.pop(satellite, None)
        self._contests = [contest for contest in self._contests if contest.claims]

    def leave(self, satellite: Hashable) -> None:
        """A satellite is gone."""
        self.withdraw(satellite)
        self.satellites.discard(satellite)
        for contest in self._contests:
            if contest.answers == satellite:
                contest.answers = None

    def due(self, now: float) -> Verdicts:
        """Decides what may wait no longer."""
        late = [contest for contest in self._contests if not contest.decided and contest.due <= now]
        return {satellite: answers for contest in late for satellite, answers in self._decide(contest).items()}

    def _for(self, claim: Claim, now: float) -> Contest:
        """The contest for what a claim has heard."""
        self._forget(now)
        word = _normal(claim.word)
        same = [one for one in self._contests if one.word == word and self._is_same(one, claim)]
        if same:
            return min(same, key=lambda one: abs(one.heard - claim.heard))
        contest = Contest(word, claim.heard, now + self._settings.wait_ms / 1000)
        self._contests.append(contest)
        return contest

    def _forget(self, now: float) -> None:
        decided = [one for one in self._contests if one.decided and one.due + REMEMBERED_S > now]
        self._contests = [*decided[-MOST:], *(one for one in self._contests if not one.decided)]

    def _is_same(self, contest: Contest, claim: Claim) -> bool:
        return abs(contest.heard - claim.heard) <= self._settings.same_s

    def _decide(self, contest: Contest) -> Verdicts:
        contest.decided = True
        contest.answers = best(contest.claims.values(), self._settings.louder_db).satellite
        return {satellite: satellite == contest.answers for satellite in contest.claims}


def best(claims: Iterable[Claim], louder_db: float) -> Claim:
    """The one that answers: see the module's rules. The order in which claims came does not matter."""
    ordered = sorted(claims, key=lambda claim: claim.heard)
    first = ordered[0]
    louder = [one for one in ordered if one.level >= first.level + louder_db and one.score >= first.score - AS_SURE]
    return max(louder, key=lambda claim: claim.level, default=first)


def _normal(word: str) -> str:
    """The same for "Hey_Jarvis" and "hey jarvis"."""
    return " ".join(word.replace("_", " ").casefold().split())
