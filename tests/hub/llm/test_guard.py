"""Laws of the guard: nothing lets somebody in unless the settings say so; the strictest verdict holds for all."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Action, Thing
from hub.llm.guard import Guard, Verdict
from tests.hub.llm.noted_home import home_things

THINGS = {thing.entity_id: thing for thing in home_things()}
GATE = Thing("cover.gate", "Gate", "cover", "closed", attributes={"device_class": "gate"})
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def judged(action: Action, guard: Guard, thing: Thing | None = None) -> Verdict:
    return guard.verdict([action], [*THINGS.values(), *([thing] if thing else [])])


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize(
    ("service", "entity_id", "data"),
    [
        ("lock.unlock", "lock.front", {}),
        ("lock.open", "lock.front", {}),
        ("homeassistant.turn_off", "lock.front", {}),
        ("cover.open_cover", "cover.garage", {}),
        ("cover.toggle", "cover.garage", {}),
        ("cover.set_cover_position", "cover.garage", {"position": 1}),
        ("cover.open_cover", "cover.gate", {}),
        ("alarm_control_panel.alarm_disarm", "alarm_control_panel.house", {}),
        ("alarm_control_panel.alarm_trigger", "alarm_control_panel.house", {}),
    ],
)
def test_what_lets_somebody_in_is_judged_by_the_settings(
    service: str, entity_id: str, data: dict[str, object], verdict: Verdict
) -> None:
    assert judged(Action(service, entity_id, data), Guard(verdict, verdict, verdict), GATE) == verdict


@pytest.mark.parametrize(
    ("service", "entity_id", "data"),
    [
        ("lock.lock", "lock.front", {}),
        ("cover.close_cover", "cover.garage", {}),
        ("cover.set_cover_position", "cover.garage", {"position": 0}),
        ("cover.open_cover", "cover.blind", {}),
        ("alarm_control_panel.alarm_arm_away", "alarm_control_panel.house", {}),
        ("light.turn_on", "light.bed", {}),
    ],
)
def test_what_shuts_and_what_is_not_guarded_needs_no_question(
    service: str, entity_id: str, data: dict[str, object]
) -> None:
    assert judged(Action(service, entity_id, data), Guard("refuse", "refuse", "refuse")) == "allow"


def test_each_domain_has_a_setting_of_its_own() -> None:
    guard = Guard(lock="refuse", cover="ask", alarm_control_panel="allow")
    assert judged(Action("lock.unlock", "lock.front"), guard) == "refuse"
    assert judged(Action("cover.open_cover", "cover.garage"), guard) == "ask"
    assert judged(Action("alarm_control_panel.alarm_disarm", "alarm_control_panel.house"), guard) == "allow"


def test_who_says_nothing_is_asked() -> None:
    assert Guard() == Guard("ask", "ask", "ask")


def test_what_the_home_does_not_show_is_refused() -> None:
    assert judged(Action("light.turn_on", "light.elsewhere"), Guard("allow", "allow", "allow")) == "refuse"


def test_a_service_of_a_guarded_domain_is_guarded_on_whatever_it_is_called() -> None:
    assert judged(Action("lock.unlock", "light.bed"), Guard(lock="refuse")) == "refuse"


ACTIONS = st.builds(
    Action,
    st.sampled_from(["lock.unlock", "lock.lock", "cover.open_cover", "light.turn_on", "light.turn_off", "x", ""]),
    st.sampled_from([*THINGS, "lock.unknown"]),
)
GUARDS = st.builds(Guard, *[st.sampled_from(VERDICTS)] * 3)


@given(st.lists(ACTIONS, max_size=5), GUARDS)
def test_of_several_actions_the_strictest_verdict_holds(actions: list[Action], guard: Guard) -> None:
    each = {judged(action, guard) for action in actions}
    strictest = next((one for one in reversed(VERDICTS) if one in each), "allow")
    assert guard.verdict(actions, THINGS.values()) == strictest


@given(st.text(max_size=30), GUARDS)
def test_no_service_but_the_harmless_passes_a_lock_unasked(service: str, guard: Guard) -> None:
    if service != "lock.lock":
        assert judged(Action(service, "lock.front"), guard) == guard.lock or service.startswith(("cover.", "alarm_"))
