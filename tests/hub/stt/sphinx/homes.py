"""Homes for the laws of speech-to-text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.home.home import Action, Area, Floor, Thing
from hub.stt.sphinx.classes import token


@dataclass
class NamedHome:
    """A home that has names and nothing else."""

    things: Sequence[Thing] = ()
    areas: Sequence[Area] = field(default_factory=lambda: [Area("Kitchen", ("Cook's Room",))])
    stale: str = ""
    floors: Sequence[Floor] = ()

    async def act(self, action: Action) -> None:
        """Nothing happens here."""
        raise NotImplementedError


def thing(name: str, domain: str, **attributes: object) -> Thing:
    """A thing of this name."""
    return Thing(f"{domain}.{token(name)}", name, domain, "on", attributes=attributes)
