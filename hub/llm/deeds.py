"""What is done for a reply: actions in order, each told of once it was confirmed.

The one way to the home and to the timers, for sentences, tools and answers to questions alike. Rules: nothing is done
before the request's words are certain; a failure is told in the home's own words.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.home.home import Action, Home, HomeError
from hub.llm.responder import Request
from hub.timers.actions import DOMAIN
from hub.timers.timer import Timers

DONE = "Done."


class Timekeeper(Protocol):
    """The hub's timers."""

    def seen_from(self, satellite: str) -> Timers:
        """The timers as they stand, for a sentence said at this satellite."""

    async def act(self, action: Action) -> None:
        """Carries out one of hub.timers.actions; raises HomeError with the reason."""


@dataclass(frozen=True, slots=True)
class House:
    """All that an action can be for: the home, and the hub's timers where it keeps any."""

    home: Home
    timers: Timekeeper | None = None

    async def act(self, action: Action) -> None:
        """Carries out an action where it belongs; raises HomeError."""
        if self.timers is not None and action.service.startswith(f"{DOMAIN}."):
            await self.timers.act(action)
        else:
            await self.home.act(action)

    def timers_from(self, satellite: str) -> Timers | None:
        """The timers as they stand, for a sentence said at this satellite."""
        return None if self.timers is None else self.timers.seen_from(satellite)


async def carry_out(
    house: House, actions: Sequence[Action], request: Request, failures: list[str]
) -> AsyncGenerator[Action, None]:
    """Yields each action that was done; appends what failed to `failures`, as sentences."""
    if actions:
        await request.commit()
    for action in actions:
        try:
            await house.act(action)
        except HomeError as error:
            failures.append(str(error))
        else:
            yield action


def outcome(reply: str, actions: Sequence[Action], failures: Sequence[str]) -> str:
    """The reply where anything was done or nothing was wanted, and what failed, as sentences one after the other."""
    told = list(dict.fromkeys(failures))
    if not told:
        return reply
    done = reply if len(failures) < len(actions) else ""
    return " ".join([f"{done.rstrip('.')}.", *told] if done else told)
