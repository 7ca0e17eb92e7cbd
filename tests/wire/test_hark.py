"""Laws of the hark/ events: each round-trips, each wrong field is refused by name, strangers are passed over."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wyoming.event import Event
from wyoming.user_event import UserEvent

from tests.wire_events import EVENTS, OBJECTS, VALUES
from wire import hark
from wire.errors import MalformedEvent
from wire.framing import Decoder, encode

TEXTS = st.text(min_size=1, max_size=hark.LENGTH)
MS = st.floats(0, hark.DAY_MS) | st.integers(0, int(hark.DAY_MS))
TIMES = st.floats(-hark.CLOCK_S, hark.CLOCK_S)
CAPABILITIES = st.lists(TEXTS, max_size=hark.ITEMS).map(tuple)
HARK_EVENTS = st.one_of(
    st.builds(hark.Hello, name=TEXTS, capabilities=CAPABILITIES, identity=st.none() | TEXTS),
    st.builds(hark.Standby, identity=st.none() | TEXTS),
    st.builds(
        hark.Turn,
        turn=TEXTS,
        phase=TEXTS,
        name=st.none() | TEXTS,
        score=st.none() | st.floats(0, 1),
        level=st.none() | st.floats(-120, 0),
    ),
    st.builds(hark.Cancel, turn=TEXTS, played_ms=MS),
    st.builds(hark.Flush, turn=TEXTS),
    st.builds(hark.Playback, turn=TEXTS, buffered_ms=MS, played_ms=MS, underruns=st.integers(0, hark.COUNT)),
    st.builds(hark.Control, turn=TEXTS, action=st.sampled_from(hark.ACTIONS).filter(lambda one: one != "volume_set")),
    st.builds(hark.Control, TEXTS, st.sampled_from(["volume_set", *hark.STEPS]), st.floats(0, 100)),
    st.builds(hark.Clock, t0=TIMES),
    st.builds(hark.Clock, t0=TIMES, t1=TIMES, t2=TIMES),
    st.builds(hark.Trace, turn=TEXTS, marks=st.dictionaries(TEXTS, TIMES, max_size=hark.ITEMS)),
)


def user_event(name: str, data: object) -> Event:
    return UserEvent(name, data).event()  # type: ignore[arg-type]


@given(HARK_EVENTS)
def test_each_hark_event_travels_as_a_user_event_and_comes_back_the_same(sent: hark.HarkEvent) -> None:
    [received] = Decoder().feed(encode(sent.event()))
    assert received.type == "user-event"
    assert received.data["name"].startswith("hark/")
    assert hark.parse(received) == sent


@given(HARK_EVENTS, OBJECTS)
def test_fields_that_a_newer_peer_adds_are_passed_over(sent: hark.HarkEvent, more: dict[str, object]) -> None:
    event = sent.event()
    known = {field.name for field in dataclasses.fields(sent)}
    event.data["data"] |= {f"new {key}": value for key, value in more.items() if key not in known}
    assert hark.parse(event) == sent


@given(HARK_EVENTS, st.data())
def test_any_value_in_any_field_is_read_or_refused_by_a_typed_error(sent: hark.HarkEvent, data: st.DataObject) -> None:
    event = sent.event()
    keys = sorted(event.data["data"]) or ["data"]
    event.data["data"][data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    try:
        received = hark.parse(event)
    except MalformedEvent:
        return
    assert received is not None
    assert hark.parse(received.event()) == received


@given(EVENTS | st.builds(user_event, st.text(), VALUES))
def test_every_other_event_is_none_of_ours(event: Event) -> None:
    assume(event.data.get("name") not in [*VALID, "hark/standby"])  # hypothesis finds our names in the source
    assert hark.parse(event) is None


@pytest.mark.parametrize(
    "event",
    [
        user_event("hark/from-the-future", {"anything": [1]}),
        user_event("hark/from-the-future", None),
        user_event("someone-elses", {}),
        Event("user-event"),
        Event("user-event", {"name": 7}),
        Event("user-event", {"name": ["hark/hello"]}),
        Event("ping", {"name": "hark/hello"}),
    ],
)
def test_unknown_names_are_passed_over(event: Event) -> None:
    assert hark.parse(event) is None


VALID: dict[str, dict[str, object]] = {
    "hark/hello": {"name": "kitchen", "capabilities": ["turn"]},
    "hark/turn": {"turn": "b:1", "phase": "wake", "name": "hey_jarvis", "score": 0.9, "level": -30.0, "at": 7.0},
    "hark/cancel": {"turn": "b:1", "played_ms": 100},
    "hark/flush": {"turn": "b:1"},
    "hark/playback": {"turn": "b:1", "buffered_ms": 1.5, "played_ms": 0, "underruns": 0},
    "hark/control": {"turn": "b:1", "action": "mute"},
    "hark/clock": {"t0": 0.0, "t1": 1.0, "t2": 2.0},
    "hark/trace": {"turn": "b:1", "marks": {"wake": 0.5}},
}
WRONG: dict[str, list[object]] = {
    "turn": [None, "", "x" * 201, 1, ["b:1"]],
    "phase": [None, "", "x" * 201, True],
    "name": ["", "x" * 201, 1, {}],
    "action": [None, "", "explode", "VOLUME_UP", 1, ["mute"]],
    "score": [-0.1, 1.1, "0.9", True, float("nan")],
    "level": [1.0, -121.0, "loud", float("-inf")],
    "at": ["now", True, float("nan"), 1e11],
    "played_ms": [None, -1, 1e9, "1", False, float("nan"), float("inf")],
    "buffered_ms": [None, -1, 10**400, [], float("nan")],
    "underruns": [None, -1, 1.5, True, "0", 10**9],
    "t0": [None, "now", True, float("nan"), 1e11],
    "t1": [None, "now", float("inf")],
    "t2": [None, [], -1e11],
    "marks": [
        *[None, [], {"wake": None}, {"wake": "x"}, {"wake": float("nan")}, {"": 0.0}, {"x" * 201: 0.0}],
        {str(mark): 0.0 for mark in range(33)},
    ],
    "capabilities": [None, "turn", {}, [1], [""], ["x" * 201], ["turn"] * 33],
}


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        (name, field, value)
        for name, data in VALID.items()
        for field in data
        for value in WRONG[field]
        if not (name == "hark/hello" and field == "name" and value is None)
    ],
)
def test_each_malformed_field_is_refused_by_name(name: str, field: str, value: object) -> None:
    assert hark.parse(user_event(name, VALID[name])) is not None
    with pytest.raises(MalformedEvent, match=f"a {name} event is malformed: its ({field}|answer) is not"):
        hark.parse(user_event(name, VALID[name] | {field: value}))


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("data", [7, "x", [1]])
def test_a_hark_event_whose_data_is_no_object_is_refused(name: str, data: object) -> None:
    with pytest.raises(MalformedEvent, match="data is not an object"):
        hark.parse(user_event(name, data))


def test_a_missing_field_is_refused_and_an_optional_one_is_none() -> None:
    assert hark.parse(user_event("hark/turn", {"turn": "b:1", "phase": "end"})) == hark.Turn("b:1", "end")
    with pytest.raises(MalformedEvent, match="its phase is not a string"):
        hark.parse(user_event("hark/turn", {"turn": "b:1"}))
    with pytest.raises(MalformedEvent, match="its name is not a string"):
        hark.parse(user_event("hark/hello", None))


@pytest.mark.parametrize("level", [-1, 100.5, "40", True, float("nan")])
def test_the_level_of_a_control_is_in_percent(level: object) -> None:
    asked = {"turn": "b:1", "action": "volume_set", "level": 40}
    assert hark.parse(user_event("hark/control", asked)) == hark.Control("b:1", "volume_set", 40)
    with pytest.raises(MalformedEvent, match="its level is not a number from 0 to 100"):
        hark.parse(user_event("hark/control", asked | {"level": level}))


@pytest.mark.parametrize(("action", "level"), [("volume_set", None), ("mute", 40), ("unmute", 0), ("stop", 1)])
def test_only_a_volume_has_a_level_and_one_that_is_set_needs_it(action: str, level: float | None) -> None:
    with pytest.raises(MalformedEvent, match="its level is not given with volume_set, or"):
        hark.parse(user_event("hark/control", {"turn": "b:1", "action": action, "level": level}))


def test_what_the_peer_would_refuse_is_not_sent() -> None:
    with pytest.raises(MalformedEvent, match="its played_ms is not a number from 0"):
        hark.Cancel("b:1", -1).event()
    with pytest.raises(MalformedEvent, match="both t1 and t2"):
        hark.Clock(0.0, t1=1.0)


def test_an_error_never_quotes_what_an_event_carried() -> None:
    with pytest.raises(MalformedEvent) as refused:
        hark.parse(user_event("hark/turn", {"turn": "b:1", "phase": "secret" * 40}))
    assert "secret" not in str(refused.value)
