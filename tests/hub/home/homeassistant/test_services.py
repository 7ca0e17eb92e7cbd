"""Laws of the services: nothing but what the table has, on the thing itself and on no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Action, HomeError, Thing
from hub.home.homeassistant.services import SERVICES, TARGETS, allowed
from hub.home.services import SERVICES as OF_THE_DEMO_HOME


def of(service: str, state: str = "off") -> Thing:
    domain = service.partition(".")[0]
    return Thing(f"{domain}.it", "It", domain, state)


def test_all_that_the_demo_home_can_do_may_be_asked_of_home_assistant() -> None:
    assert OF_THE_DEMO_HOME.keys() <= SERVICES.keys()


@pytest.mark.parametrize("service", sorted(SERVICES))
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_no_data_widens_a_service_to_other_things(service: str, target: str) -> None:
    with pytest.raises(HomeError):
        allowed(of(service), Action(service, "any.it", {target: "all"}))


@given(
    st.text() | st.sampled_from(["script.open_door", "scene.apply", "light.reload", "automation.trigger", "lock.open"])
)
def test_no_service_beside_the_table_is_called(service: str) -> None:
    if service not in SERVICES:
        with pytest.raises(HomeError):
            allowed(of(service), Action(service, "any.it"))


@given(st.sampled_from(sorted(SERVICES)), st.sampled_from(sorted(SERVICES)))
def test_a_service_is_for_things_of_its_domain(service: str, other: str) -> None:
    if of(service).domain != of(other).domain:
        with pytest.raises(HomeError):
            allowed(of(other), Action(service, "any.it"))


@pytest.mark.parametrize(
    ("service", "data", "states"),
    [
        ("light.turn_on", {}, {"on"}),
        ("light.turn_on", {"brightness_pct": 0}, set()),
        ("light.turn_off", {}, {"off"}),
        ("lock.unlock", {}, {"unlocked", "open"}),
        ("cover.close_cover", {}, {"closed", "closing"}),
        ("media_player.volume_mute", {"is_volume_muted": False}, set()),
        ("scene.turn_on", {}, set()),
    ],
)
def test_a_service_is_confirmed_by_its_state(service: str, data: dict[str, object], states: set[str]) -> None:
    assert allowed(of(service), Action(service, "any.it", data)).states == states
