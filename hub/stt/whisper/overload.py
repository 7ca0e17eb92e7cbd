"""When a final is left to the smaller model; pure arithmetic on the big one's queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub.stt.rolling.transcriber import Ask

TOO_LATE_S = 0.4
"""A longer wait is heard: the endpoint waits 250 to 700 ms anyway, and a pass of a model that fits its device takes
150 to 250 ms of that, so this is what a final can lose before the answer comes later."""


def wait_s(service: float, running: float | None, ahead: int) -> float:
    """Seconds until a request's turn: `service` a batch, `running` how long one runs already, `ahead` those that wait.

    Nothing is known before the first batch (`service` 0): then it is 0.
    """
    return (0.0 if running is None else max(0.0, service - running)) + ahead * service


class Loaded(Protocol):
    """A model that can be asked."""

    @property
    def languages(self) -> Sequence[str]:
        """What it understands, as "en"."""

    def wait_s(self, ask: Ask) -> float:
        """How long a final that comes now would wait."""


def takes_over(small: Loaded, big: Loaded, ask: Ask, spared: bool = False) -> bool:
    """Whether the small one decodes it: a final that it understands, for which the big one is too late and it is not.

    Where the big one is to be spared, every final that it understands.

    A language that is to be detected takes a model that knows several.
    """
    understood = len(small.languages) > 1 if ask.language is None else ask.language in small.languages
    if not (ask.final and understood):
        return False
    if spared:
        return True
    return (wait := big.wait_s(ask)) > TOO_LATE_S and small.wait_s(ask) < wait
