"""What is restarted, how and when: dealt from shuffled decks, so that each way comes in its share. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, count, islice
from random import Random

HOME, HUB, KITCHEN, BEDROOM = PROGRAMS = ("home", "hub", "kitchen", "bedroom")
SATELLITES = (KITCHEN, BEDROOM)

DOWN_S = 5.0  # at most, between a program's end and its start
APART_S = 5.0  # at most, between two restarts of one round
ALONE, TOGETHER = 0.7, 0.9  # so many rounds restart one program, so many one or two, and the others all of them
HURRIED = 0.15  # of the rounds: the next one begins before all have found each other again
SPOKEN_EVERY = 3  # rounds, after which somebody speaks a command; in the others a turn is only begun


class How(Enum):
    """How a program goes."""

    ASKED = "asked"  # SIGTERM, as by a service manager
    SERVICE = "by its own service"
    KILLED = "killed"
    FROZEN = "gone and back"  # its machine cannot be reached for a while: SIGSTOP, SIGCONT
    VANISHED = "vanished"  # and it starts anew afterwards: SIGSTOP, SIGKILL


class Moment(Enum):
    """In the middle of what."""

    IDLE = "idle"
    COMMAND = "in a command"
    REPLY = "in a reply"


@dataclass(frozen=True, slots=True)
class Restart:
    """Of one program; `after_s` the round's beginning, down for `down_s`."""

    program: str
    how: How
    after_s: float
    down_s: float

    def __str__(self) -> str:
        return f"{self.program} {self.how.value}" + (f" +{self.after_s:.1f} s" if self.after_s else "")


@dataclass(frozen=True, slots=True)
class Round:
    """Restarts that belong together, and at which satellite somebody speaks before and after."""

    restarts: tuple[Restart, ...]
    moment: Moment
    speaks_at: str
    hurried: bool
    spoken: bool

    def __str__(self) -> str:
        told = [
            ", ".join(map(str, self.restarts)),
            f"{self.moment.value} at {self.speaks_at}" * (self.moment is not Moment.IDLE),
        ]
        return ", ".join(filter(None, [*told, "and on at once" * self.hurried]))


def planned(restarts: int, seed: int) -> list[Round]:
    """So many restarts in rounds, the same for the same seed."""
    chance = Random(seed)
    cards = list(islice(chain.from_iterable(_deck(chance, number) for number in count()), restarts))
    rounds: list[Round] = []
    while cards:
        dealt = _dealt(cards, chance)
        hurried = bool(cards) and chance.random() < HURRIED
        spoken = len(rounds) % SPOKEN_EVERY == SPOKEN_EVERY - 1
        rounds.append(Round(dealt, chance.choice(list(Moment)), chance.choice(SATELLITES), hurried, spoken))
    return rounds


def _deck(chance: Random, number: int) -> list[tuple[str, How]]:
    """Twenty: each program as often as the others, but for the hub and Home Assistant, which has more ways to go."""
    silent = (How.FROZEN, How.VANISHED)
    usual = (How.ASKED, How.ASKED, How.KILLED, How.KILLED)
    ways = {
        HOME: (How.ASKED, How.SERVICE, How.KILLED, (How.KILLED, *silent)[number % 3]),
        HUB: (*usual, *silent),
        KITCHEN: (*usual, silent[number % 2]),
        BEDROOM: (*usual, silent[(number + 1) % 2]),
    }
    deck = [(program, how) for program in PROGRAMS for how in ways[program]]
    chance.shuffle(deck)
    return deck


def _dealt(cards: list[tuple[str, How]], chance: Random) -> tuple[Restart, ...]:
    """Takes the next card, sometimes with the next ones of other programs."""
    drawn = chance.random()
    most = 1 if drawn < ALONE else 2 if drawn < TOGETHER else len(PROGRAMS)
    at_once = chance.random() < 1 / 3
    dealt: list[Restart] = []
    for card in list(cards):
        program, how = card
        if len(dealt) < most and program not in {restart.program for restart in dealt}:
            cards.remove(card)
            after_s = chance.uniform(0, APART_S) if dealt and not at_once else 0.0
            dealt.append(Restart(program, how, after_s, chance.choice((0.0, chance.uniform(0, DOWN_S)))))
    return tuple(dealt)


def counted(rounds: list[Round]) -> Iterator[tuple[str, How, int]]:
    """How often each program goes in each way."""
    cards = [(restart.program, restart.how) for one in rounds for restart in one.restarts]
    for program in PROGRAMS:
        for how in How:
            if number := cards.count((program, how)):
                yield program, how, number
