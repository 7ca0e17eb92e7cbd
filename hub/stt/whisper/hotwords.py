"""The home's names as hotwords, which the decoder reads before the sound and so rather hears; rebuilt when they change.

Bound: they take at most LIMIT of the 448 tokens of Whisper's context, whole names only, floors and areas first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hub.home.home import Area, Floor, Home, Thing

LIMIT = 160  # tokens, some 50 names: more costs each pass time, and Whisper itself uses at most 223


def names(home: Home) -> tuple[str, ...]:
    """Every name and alias once, in the home's own order."""
    named: list[Floor | Area | Thing] = [*home.floors, *home.areas, *home.things]
    return tuple(dict.fromkeys(name for one in named for name in (one.name, *one.aliases)))


def hotwords(spoken: Iterable[str], tokens: Callable[[str], int]) -> str:
    """As many of the names as fit, as one text; `tokens` counts those of a text."""
    held, free = [], LIMIT
    for name in spoken:
        free -= tokens(f" {name},")
        if free < 0:
            break
        held.append(name)
    return ", ".join(held)


class Hotwords:
    """Those of a home; `text` is read by the model's thread, the home itself only by whoever calls `refresh`."""

    def __init__(self, home: Home, tokens: Callable[[str], int]) -> None:
        self._home = home
        self._tokens = tokens
        self._names: tuple[str, ...] = ()
        self.text = ""

    def refresh(self) -> None:
        """Makes it the home as it is named now; costs nothing where no name has changed."""
        if (now := names(self._home)) != self._names:
            self._names, self.text = now, hotwords(now, self._tokens)
