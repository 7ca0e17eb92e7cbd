"""Which timer is meant. Pure.

Rules, which are Home Assistant's but for the last: what was said of it must fit: its name, what it was started for,
the area it rings in. Of several, the satellite's own is meant, then the one in its area. Several that nothing said
could tell apart are one to whoever asks: the one that ends first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.timers.timer import Timer, Timers


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said of a timer; `areas` are all names of the one area, and empty where none was said."""

    name: str | None = None
    length_s: int | None = None
    areas: frozenset[str] = frozenset()


def fitting(timers: Iterable[Timer], wanted: Wanted) -> list[Timer]:
    """Those of which it can have been said."""
    return [timer for timer in timers if _fits(timer, wanted)]


def nearest(found: Sequence[Timer], here: str | None, areas: frozenset[str]) -> Sequence[Timer]:
    """The satellite's own among them, else those of its area, else all."""
    own = [timer for timer in found if timer.satellite == here]
    return own or [timer for timer in found if _at(timer, areas)] or found


def the_one(found: Sequence[Timer], timers: Timers, areas: frozenset[str]) -> Timer | None:
    """The one meant of those that fit, at least one; None where it cannot be told."""
    near = nearest(found, timers.here, areas)
    alike = len({(_key(timer.name), timer.length_s, timer.satellite) for timer in near}) == 1
    return min(near, key=lambda timer: timer.left(timers.now)) if alike else None


def _fits(timer: Timer, wanted: Wanted) -> bool:
    return (
        (wanted.name is None or _key(timer.name) == _key(wanted.name))
        and (wanted.length_s is None or timer.length_s == wanted.length_s)
        and (not wanted.areas or _at(timer, wanted.areas) or _key(timer.name) in map(_key, wanted.areas))
    )


def _at(timer: Timer, areas: frozenset[str]) -> bool:
    return timer.area is not None and _key(timer.area) in map(_key, areas)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
