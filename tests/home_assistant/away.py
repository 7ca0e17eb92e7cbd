"""Who answers while the hub, Home Assistant or both are away and when they come back; and that nothing is there twice.

Each check has all of Hark at one Home Assistant (together.py), and tells what it saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

from tests.conformance.stage import expect
from tests.home_assistant.house import LIGHT, House
from tests.home_assistant.running import TURN_S
from tests.home_assistant.standby import OFF, ON, announce, heard
from tests.home_assistant.together import Satellite, Together, together

LATE_S = 60.0  # Home Assistant tries an entry again by itself
SETTLE_S = 3.0  # in which what happens twice would


async def takes_over_from_the_hub(house: House) -> str:
    """The hub is stopped, or killed: Home Assistant answers the next question; the hub is back: it does."""
    async with together(house) as them:
        seen = [await _without_the_hub(them, how) for how in (them.hub.stop, them.hub.kill)]
        return "; ".join(seen)


async def _without_the_hub(them: Together, end: Callable[[], Awaitable[None]]) -> str:
    pantry = them.pantry
    await them.home.act("light.turn_off", LIGHT)
    states, sent = len(them.home.states[LIGHT]), pantry.recorder.mark()
    await end()
    ended = monotonic()
    runs = await them.runs()
    await them.speak(pantry, ON)
    await them.home.until(pantry.entity, "listening", late_s=TURN_S)
    took = monotonic() - ended
    async with asyncio.timeout(TURN_S):
        await pantry.recorder.comes("satellite", "played", sent)
    await them.home.until(pantry.entity, "idle")
    await asyncio.sleep(SETTLE_S)
    expect(them.home.state(LIGHT) == "on", "the light is not on")
    ran = await them.runs() - runs
    await them.hub.start()
    began = monotonic()
    await them.led()
    back = monotonic() - began
    reply = await them.asks(pantry, OFF)
    await asyncio.sleep(SETTLE_S)
    told = [state for _, state in them.home.states[LIGHT][states:]]
    expect(told == ["on", "off"], f"the light was {told}")
    expect((ran, await them.runs() - runs) == (1, 1), f"{ran} runs, then {await them.runs() - runs}")
    return (
        f"{end.__name__}: Home Assistant listens after {took:.1f} s (the wake word's included), light on, 1 run; "
        + (f"the hub leads {back:.1f} s after it was ready, {reply!r}, no run")
    )


async def takes_over_what_was_being_said(house: House) -> str:
    """The hub is killed while somebody speaks: the words are Home Assistant's, and done once."""
    async with together(house) as them:
        pantry = them.pantry
        await them.home.act("light.turn_off", LIGHT)
        states, mark = len(them.home.states[LIGHT]), len(them.hub.seen)
        await them.speak(pantry, ON)
        await them.hub.sees(lambda seen: seen["event"] == "awake", mark)
        await them.hub.kill()
        await them.home.until(LIGHT, "on", late_s=TURN_S)
        await them.home.until(pantry.entity, "idle")
        await asyncio.sleep(SETTLE_S)
        await them.hub.start()
        await them.led()
        await asyncio.sleep(SETTLE_S)
        told = [state for _, state in them.home.states[LIGHT][states:]]
        expect(told == ["on"], f"the light was {told}")
        return f"the light was {told}; then {await them.asks(pantry, OFF)!r}"


async def leads_without_home_assistant(house: House) -> str:
    """Home Assistant restarts: the hub goes on, says so, and is stood by again; every entity is there once."""
    async with together(house) as them:
        before = await them.registered()
        async with _without_home_assistant(house):
            away = await them.asks(them.bedroom, "what time is it")
        began = monotonic()
        for satellite in (them.pantry, them.bedroom):
            await them.home.until(satellite.entity, "idle", late_s=LATE_S)
        back = monotonic() - began
        await _stands_by(them, them.bedroom)
        on = await _until_it_obeys(them)
        await announce(them.home, them.bedroom)
        alike = await heard(them, them.bedroom)
        expect(await them.registered() == before, f"{before} became {await them.registered()}")
        return f"away: {away!r}; back {back:.0f} s after it serves: {on!r}, announced {alike:.3f} alike, nothing twice"


async def is_there_once(house: House) -> str:
    """After restarts of hub, satellites and Home Assistant its list of entries, devices and entities is the same."""
    async with together(house) as them:
        before = await them.registered()
        await them.hub.kill()
        await them.pantry.running.kill()
        await them.bedroom.running.stop()
        async with _without_home_assistant(house):
            for satellite in (them.pantry, them.bedroom):
                satellite.unsay()
                await satellite.running.start()
        await them.hub.start()
        await them.led()
        for satellite in (them.pantry, them.bedroom):
            await them.home.until(satellite.entity, "idle", late_s=LATE_S)
            await _stands_by(them, satellite)
        on, off = await _until_it_obeys(them), await them.asks(them.pantry, OFF)
        expect(await them.registered() == before, f"{before} became {await them.registered()}")
        listed = "".join(f"\n        {kind}: {', '.join(names)}" for kind, names in before.items())
        return f"{on!r}, {off!r} after all was restarted; before and after:{listed}"


@asynccontextmanager
async def _without_home_assistant(house: House) -> AsyncIterator[None]:
    await house.stop_home()
    try:
        yield
    finally:
        await house.start_home()


async def _stands_by(them: Together, satellite: Satellite) -> None:
    """Until Home Assistant is connected to it."""
    async with asyncio.timeout(LATE_S):
        while True:
            opened = [line for line in satellite.recorder.lines if line.type == "run-satellite"]
            closed = {line.connection for line in satellite.recorder.lines if line.type == "(closed)"}
            if opened and opened[-1].connection not in closed:
                return
            await asyncio.sleep(0.1)


async def _until_it_obeys(them: Together) -> str:
    """The reply of the hub once it reaches Home Assistant again."""
    async with asyncio.timeout(LATE_S):
        while True:
            reply = await them.asks(them.bedroom, ON)
            if them.home.state(LIGHT) == "on":
                return reply


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    takes_over_from_the_hub,
    takes_over_what_was_being_said,
    leads_without_home_assistant,
    is_there_once,
)
