"""Which voices a fleet heard, and how often they changed; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from bench.load.satellite import Asked

MINUTE_S = 60.0


def replies(asked: Sequence[Asked]) -> dict[str, int]:
    """Replies by the voice that they began with, the best being 0, and those in which it changed."""
    voices = [[voice for _, voice in turn.voices] for turn in asked if turn.voices]
    begun = {f"voice {number}": sum(said[0] == number for said in voices) for number in sorted({v[0] for v in voices})}
    return begun | {"changed": sum(len(said) > 1 for said in voices)}


def changes(asked: Sequence[Asked]) -> list[float]:
    """When what is heard in one place changes its voice, within replies and from one to the next."""
    heard = sorted(each for turn in asked for each in turn.voices)
    return [at for (_, before), (at, voice) in pairwise(heard) if voice != before]


def most_in_a_minute(times: Sequence[float]) -> int:
    """The most of them in any minute; they come in order."""
    return max((index + 1 - bisect_left(times, at - MINUTE_S) for index, at in enumerate(times)), default=0)


def most_heard_changes(asked: Sequence[Asked]) -> int:
    """The most changes of the voice that any one satellite heard in any minute."""
    of = {turn.satellite: [one for one in asked if one.satellite == turn.satellite] for turn in asked}
    return max((most_in_a_minute(changes(turns)) for turns in of.values()), default=0)


def smaller_until(asked: Sequence[Asked], since: float) -> float | None:
    """Seconds from `since` until a smaller voice was begun for the last time; None where it never was."""
    after = [at - since for turn in asked for at, voice in turn.voices if voice > 0 and at >= since]
    return round(max(after), 1) if after else None
