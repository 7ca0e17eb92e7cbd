"""What the hub leaves out when it is loaded, cheapest first, and when it takes it back; pure, time is given.

Strategy: a turn's predicted first sound is held against a budget. Above it the ladder goes down, to the first rung that
would hold the budget at this load and at least by one; well below it for a while it goes up again, by one at a time, if
the better rung would hold as well. So a sudden crowd reaches the smaller voice in one turn, and steady load is not
probed every half minute with a voice that cannot keep up.

Rules:
- Down: above the budget twice running, or once far above. To the last rung, where people no longer get what they asked
  for, only from the last but one, and only when that has not helped for 10 s.
- Up: after 30 s of calm one rung, then one each 10 s; after 50 s of calm all that holds. Silence is calm: where no turn
  comes, what waited is done after its forecast. No timer is needed, since the next turn finds the time that has passed.
- The voice that is heard changes at most twice in any minute; meanwhile the ladder goes as far as that allows.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from enum import IntEnum

ALONE = (
    2.0  # times what a turn takes on an idle hub: below that it is slow, not loaded, and no rung would be left again
)
TWICE = 2
FAR = 1.5  # of the budget: no second turn is waited for
CALM = 0.6  # of the budget: room for what the better rung costs
CALM_S = 30.0  # before the first rung up: a crowd that comes back within it, as the next question does, finds it down
STEP_S = 10.0  # between rungs up: two or three turns of a busy house show what one costs
WHOLE_S = 50.0  # of calm, after which the load is over and all is taken back: within a minute of its end
LAST_S = 10.0  # on the last rung but one: by then the speech of the turns before it, in the better voice, has been made
MINUTE_S = 60.0
CHANGES = 2  # of the voice in a minute: more sounds broken


class Rung(IntEnum):
    """What is left out, and all above it with it."""

    FULL = 0
    """Nothing."""
    NO_SPECULATIVE_SPEECH = 1
    """Speech for replies that are not certain."""
    NO_SPECULATION = 2
    """Replies that are not certain."""
    SLOW_PARTIALS = 3
    """Every other partial transcript."""
    NO_PARTIALS = 4
    """Partial transcripts."""
    SMALL_STT = 5
    """The large model for final transcripts."""
    SMALL_VOICE = 6
    """The better voice."""
    SHORT_REPLY = 7
    """The language model: a short reply of the hub's own, in the smaller voice."""

    @property
    def voice(self) -> int:
        """Which voice is heard: the better, or the smaller."""
        return int(self >= Rung.SMALL_VOICE)


class Ladder:
    """`budget_s` until the first sound; `frozen` stays at FULL, for comparison."""

    def __init__(self, budget_s: float, frozen: bool = False) -> None:
        self.rung = Rung.FULL
        self._budget_s = budget_s
        self._frozen = frozen
        self._over = 0  # times running
        self._calm_at = -math.inf  # since when, or from when on if nobody comes
        self._moved_at = -math.inf
        self._changes: deque[float] = deque(maxlen=CHANGES)  # of the voice

    def observe(self, forecast_s: float, holding: Callable[[Rung], float], now: float, alone_s: float = 0.0) -> Rung:
        """The rung for a turn that would hear something after `forecast_s`.

        `holding` gives the seconds that a rung would take, now and if as many turns as of late went on to come,
        `alone_s` those that a turn takes at FULL on an idle hub.
        """
        if self._frozen:
            return self.rung
        budget_s = max(self._budget_s, ALONE * alone_s)
        calm = forecast_s < CALM * budget_s
        self._calm_at = min(self._calm_at, now) if calm else now + forecast_s
        self._over = self._over + 1 if forecast_s > budget_s else 0
        if self._over == TWICE or forecast_s > FAR * budget_s:
            self._over = 0
            self._down(lambda rung: holding(rung) <= budget_s, now)
        elif calm:
            self._up(lambda rung: holding(rung) < CALM * budget_s, now)
        return self.rung

    def _down(self, holds: Callable[[Rung], bool], now: float) -> None:
        last = self.rung >= Rung.SMALL_VOICE and now - self._moved_at >= LAST_S
        worst = Rung.SHORT_REPLY if last else Rung.SMALL_VOICE
        worse = [Rung(rung) for rung in range(self.rung + 1, worst + 1)]
        if worse:
            self._move(next(filter(holds, worse), worse[-1]), now)

    def _up(self, holds: Callable[[Rung], bool], now: float) -> None:
        calm_s = now - self._calm_at
        if self.rung is Rung.FULL or calm_s < CALM_S or now - self._moved_at < STEP_S:
            return
        best = Rung.FULL if calm_s >= WHOLE_S else self.rung - 1
        better = [Rung(rung) for rung in range(best, self.rung)]
        self._move(next(filter(holds, better), self.rung), now)

    def _move(self, target: Rung, now: float) -> None:
        """Goes there, or as far as the voice may change."""
        if target.voice != self.rung.voice:
            if len(self._changes) == CHANGES and now - self._changes[0] < MINUTE_S:
                nearer = range(self.rung, target, 1 if target > self.rung else -1)
                target = [Rung(rung) for rung in nearer if Rung(rung).voice == self.rung.voice][-1]
            else:
                self._changes.append(now)
        if target is not self.rung:
            self.rung, self._moved_at = target, now
