"""Laws of where somebody is: Home Assistant's word counts, then the satellite's own, and none is another room."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import pytest

from hub.home.home import Area
from hub.home.whereabouts import Whereabouts
from tests.hub.llm.noted_home import NotedHome

AREAS = (Area("Kitchen", ("Galley",)), Area("Bedroom"))


@dataclass
class Registry:
    """Devices by satellite, and areas by device; a test may change both."""

    devices: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)

    def device_of(self, satellite: str) -> str | None:
        """See hub.home.whereabouts.Devices."""
        return self.devices.get(satellite)

    def area_of(self, device: str) -> str | None:
        """See hub.home.whereabouts.Devices."""
        return self.areas.get(device)


def where(registry: Registry | None = None, stale: str = "", areas: tuple[Area, ...] = AREAS) -> Whereabouts:
    return Whereabouts(NotedHome(areas=areas, stale=stale), registry)


@pytest.mark.parametrize(
    ("own", "area"), [("Bedroom", "Bedroom"), ("galley", "Kitchen"), ("Attic", "Attic"), (None, None)]
)
@pytest.mark.parametrize(
    "registry", [None, Registry(), Registry({"den": "d"}), Registry({"other": "d"}, {"d": "Hall"})]
)
def test_where_the_home_does_not_know_it_a_satellite_is_where_it_says(
    registry: Registry | None, own: str | None, area: str | None
) -> None:
    assert where(registry).of_satellite("den", own) == area


@pytest.mark.parametrize("own", ["Bedroom", "Attic", None])
def test_where_the_home_knows_it_a_satellite_is_there_and_nowhere_else(
    own: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    known = where(Registry({"den": "d"}, {"d": "Kitchen"}))
    assert known.of_satellite("den", own) == "Kitchen"
    assert caplog.messages == []


def test_a_satellite_that_is_carried_elsewhere_is_elsewhere_at_once() -> None:
    registry = Registry({"den": "d"}, {"d": "Kitchen"})
    known = where(registry)
    before = known.of_satellite("den", "Attic")
    registry.areas["d"] = "Bedroom"
    assert (before, known.of_satellite("den", "Attic")) == ("Kitchen", "Bedroom")


def test_a_device_is_where_the_home_has_it() -> None:
    assert where(Registry({}, {"d": "Kitchen"})).of_device("d") == "Kitchen"
    assert where(Registry()).of_device("d") is None
    assert where().of_device("d") is None


def test_an_area_that_the_home_does_not_have_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    known = where()
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            known.of_satellite("den", "Attic\nand more")
    (said,) = caplog.messages
    assert "'den' is in 'Attic\\nand more' by its own settings" in said


@pytest.mark.parametrize(("stale", "areas"), [("It is away.", AREAS), ("", ())])
def test_a_home_that_does_not_know_its_areas_is_no_reason_to_complain(
    stale: str, areas: tuple[Area, ...], caplog: pytest.LogCaptureFixture
) -> None:
    assert where(stale=stale, areas=areas).of_satellite("den", "Attic") == "Attic"
    assert caplog.messages == []
