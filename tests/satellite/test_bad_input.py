"""Laws of peers that misbehave: a whole satellite with scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.event import Event

from satellite.mute import PAUSE_OUTLIVES_S
from satellite.turns.phases import Phase
from tests.peers import controller
from tests.satellite.rooms import Room, satellite_test, whole_turn
from tests.wire_events import EVENTS
from wire.errors import WireError
from wire.pcm import SPEECH

START = {"rate": SPEECH.rate, "width": SPEECH.width, "channels": SPEECH.channels}
MALFORMED: dict[str, list[Event]] = {
    "a start without a rate": [Event("audio-start", {"width": 2, "channels": 1})],
    "a start of no sound card's rate": [Event("audio-start", {**START, "rate": 1})],
    "a start with words for numbers": [Event("audio-start", {**START, "rate": "fast"})],
    "a start with a truth for a number": [Event("audio-start", {**START, "channels": True})],
    "a chunk without a format": [Event("audio-start", START), Event("audio-chunk", {}, b"\0\0")],
    "a chunk of another format": [Event("audio-start", START), Event("audio-chunk", {**START, "rate": 8000}, b"\0\0")],
    "a chunk of half a sample": [Event("audio-start", START), Event("audio-chunk", START, b"\0\0\0")],
    "a flush of nothing": [Event("user-event", {"name": "hark/flush", "data": {}})],
}


@pytest.mark.parametrize("events", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_costs_the_connection_and_is_said(
    events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(*events)
            await hub.until(lambda: hub.closed)
            await room.until(Phase.IDLE, 0.1)
        async with controller(room.port, "hub") as following:
            await whole_turn(room, following)

    satellite_test(scenario)
    assert "closed the connection of 127.0.0.1" in caplog.text


TIMERS = ["timer-started", "timer-updated", "timer-cancelled", "timer-finished"]
KNOWN = [
    "run-satellite",
    "pause-satellite",
    "describe",
    "ping",
    "pong",
    "transcript",
    "voice-stopped",
    "error",
    *TIMERS,
]
SOUNDS = ["audio-start", "audio-chunk", "audio-stop", "synthesize", "detection", "played", "user-event"]
HARKS = ["hello", "standby", "turn", "cancel", "flush", "playback", "clock", "trace", "listen", "of a later release"]
VALUES: st.SearchStrategy[object] = (
    st.none() | st.integers(-3, 3) | st.floats(-1, 1) | st.just("end") | st.text(max_size=3) | st.just({})
)
FIELDS = st.dictionaries(
    st.sampled_from([*START, "turn", "phase", "t0", "t1", "t2", "marks", "name", "text", "id", "total_seconds"]), VALUES
)
ANY = st.one_of(
    st.builds(Event, st.sampled_from([*KNOWN, *SOUNDS]), FIELDS, st.none() | st.binary(max_size=8)),
    st.sampled_from(SOUNDS).map(lambda kind: Event(kind, START, b"\1\0" * 20)),
    st.sampled_from(KNOWN).map(Event),
    st.builds(
        lambda name, data: Event("user-event", {"name": f"hark/{name}", "data": data}), st.sampled_from(HARKS), FIELDS
    ),
    EVENTS,
)
MENDED_S = PAUSE_OUTLIVES_S + 30.0  # whatever was left of pauses, phases and sound is over
Step = Event | str | float
STEPS = st.lists(ANY | st.sampled_from(["wake", "speak", "hush", "leave"]) | st.floats(0, 3), min_size=50, max_size=200)


async def act(room: Room, steps: list[Step], name: str) -> list[Step]:
    """Does one step after the other as a controller, until its connection ends; returns the steps that are left."""
    async with controller(room.port, name) as peer:
        for number, step in enumerate(steps):
            if step == "leave" or peer.closed:
                return steps[number + 1 :]
            if isinstance(step, Event):
                try:
                    await peer.send(step)
                except WireError:
                    return steps[number + 1 :]
            elif isinstance(step, float):
                await asyncio.sleep(step)
            elif step == "wake":
                room.say_wake_word()
            else:
                room.microphone.speaking = step == "speak"
        await asyncio.sleep(0.1)
        return []


async def act_all(room: Room, steps: list[Step], name: str) -> None:
    """Does all steps, on a new connection whenever one has ended."""
    left = steps
    while left:
        left = await act(room, left, name)


@given(STEPS, st.sampled_from(["", "hub"]))
@settings(max_examples=15)
def test_no_events_in_any_order_end_a_satellite_or_leave_it_deaf(steps: list[Step], name: str) -> None:
    mended_by(lambda room: act_all(room, steps, name))


@given(STEPS, STEPS)
@settings(max_examples=10)
def test_no_two_controllers_at_once_end_a_satellite_or_leave_it_deaf(first: list[Step], second: list[Step]) -> None:
    async def both(room: Room) -> None:
        await asyncio.gather(act_all(room, first, "hub"), act_all(room, second, ""))

    mended_by(both)


def mended_by(happens: Callable[[Room], Awaitable[None]]) -> None:
    """Whatever happens, some time later a turn is as it should be."""

    async def scenario(room: Room) -> None:
        await happens(room)
        room.microphone.speaking = False
        await asyncio.sleep(MENDED_S)
        async with controller(room.port, "fresh") as hub:
            await whole_turn(room, hub)

    satellite_test(scenario)
