"""What a home is to the hub: floors, areas, things with states, and actions that change them.

The demo home and Home Assistant both answer to `Home`; intents, speech-to-text and tools know nothing else.
Names, domains, services and states are Home Assistant's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar


class HomeError(Exception):
    """An action that the home could not carry out; its text can be spoken."""


@dataclass(frozen=True, slots=True)
class Floor:
    """A storey of the home, or whatever else people sum up areas by."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A room or another part of the home, on the floor of that name."""

    name: str
    aliases: tuple[str, ...] = ()
    floor: str | None = None


Place = TypeVar("Place", bound=Area | Floor)


def called(name: str, places: Iterable[Place]) -> Place | None:
    """The first of these that people call so; None where there is none."""
    wanted = name.casefold()
    return next((one for one in places if wanted in map(str.casefold, (one.name, *one.aliases))), None)


@dataclass(frozen=True, slots=True)
class Thing:
    """One entity of the home and how it stands at this moment.

    `state` is Home Assistant's word for it ("on", "locked", "21.5"); `attributes` are Home Assistant's too
    (brightness 0-255, current_position 0-100, temperature, unit_of_measurement, device_class …).
    `supports` names what it can do beyond its domain's basics: brightness, color, color_temp (lights), position
    (covers), percentage (fans).
    """

    entity_id: str
    name: str
    domain: str
    state: str
    area: str | None = None
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    supports: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Action:
    """One service called on one thing, as Home Assistant would name both: `light.turn_on` on `light.bed_light`."""

    service: str
    entity_id: str
    data: Mapping[str, object] = field(default_factory=dict)


class Home(Protocol):
    """The home at hand."""

    @property
    def floors(self) -> Sequence[Floor]:
        """Every floor, in the home's own order; a home need not have any."""

    @property
    def areas(self) -> Sequence[Area]:
        """Every area, in the home's own order."""

    @property
    def things(self) -> Sequence[Thing]:
        """Every thing that may be spoken about, as it stands now."""

    @property
    def stale(self) -> str:
        """Why what is known may be wrong by now, in words that can be spoken; "" while it is fresh."""

    async def act(self, action: Action) -> None:
        """Carries out one action and returns when the home has confirmed it; raises HomeError with the reason."""
