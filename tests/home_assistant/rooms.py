"""The room that a person is in, as Home Assistant has it: a satellite's device is moved, renamed and doubled there.

States are read back from Home Assistant itself. A check leaves the lights off, and the registries as they were.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from hub.home.homeassistant.conversation import Conversation
from hub.home.homeassistant.homeassistant import HomeAssistant
from hub.llm.responder import Request
from tests.conformance.stage import expect
from tests.home_assistant.client import add_wyoming
from tests.home_assistant.homes import living, real_state, until
from tests.home_assistant.house import LIGHT, House
from tests.home_assistant.led import BEDROOM_LIGHT, Person, led
from tests.home_assistant.scripted import ScriptedSatellite
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK

NAME = "Rover"  # of a satellite that is carried from room to room
HEARS_S = 4.0  # that the hub takes to hear of a registry's change, and twice as much again


async def means_the_room_it_is_in(house: House) -> str:
    """The lights meant are those of the area in which Home Assistant has the led satellite, wherever it goes."""
    told = []
    async with _two_rooms(house) as (scullery, loft), led(house, "--name", NAME, "--set", "area=Scullery") as person:
        async with _known(house, _port(person)):
            device = await _device(house)
            told.append(f"its own area: {await _turns_on(house, person, LIGHT)}")
            await _registry(house, device, area_id=loft)
            told.append(f"moved: {await _turns_on(house, person, BEDROOM_LIGHT)}")
            await _registry(house, device, name_by_user="Throne", area_id=scullery)
            told.append(f"moved and renamed there: {await _turns_on(house, person, LIGHT)}")
            await _registry(house, device, area_id=loft)
            told.append(f"back: {await _turns_on(house, person, BEDROOM_LIGHT)}")
        await asyncio.sleep(HEARS_S)
        told.append(f"no longer known there: {await _turns_on(house, person, LIGHT)}")
    return "; ".join(told)


async def is_known_by_its_own_name(house: House) -> str:
    """Renamed by its owner it is the same; renamed by itself it is unknown until it is loaded anew; two are none."""
    async with AsyncExitStack() as stack:
        scullery, _ = await stack.enter_async_context(_two_rooms(house))
        one = await stack.enter_async_context(ScriptedSatellite(free_port(), NAME).up())
        entry = await stack.enter_async_context(_known(house, one.port))
        home = await stack.enter_async_context(living(house))
        device = await _device(house)
        await _registry(house, device, area_id=scullery, name_by_user="Throne")
        await until(lambda: _area(home, NAME) == "Scullery")
        agent = Conversation(home)
        said = [piece async for piece in agent.respond(Request("turn on the lights", NAME))]
        expect((await real_state(house, LIGHT)) == "on", f"its own agent does not know the room: {said}")
        one.name = "Runabout"
        async with house.home.http.post(f"/api/config/config_entries/entry/{entry}/reload") as done:
            done.raise_for_status()
        await until(lambda: _area(home, "Runabout") == "Scullery")
        expect(home.device_of(NAME) is None, "its old name is known as well")
        two = await stack.enter_async_context(ScriptedSatellite(free_port(), "Runabout").up())
        async with _known(house, two.port):
            await until(lambda: home.device_of("Runabout") is None)
        await until(lambda: _area(home, "Runabout") == "Scullery")
    return f"{said} of Home Assistant's own agent; under a new name in the same room; of two with one name, neither"


async def _turns_on(house: House, person: Person, light: str) -> str:
    """Somebody asks for the lights, and this one of the two is on."""
    for one in (LIGHT, BEDROOM_LIGHT):
        await house.home.act("light.turn_off", one)
    answer = await person.says("turn on the lights")
    on = [one for one in (LIGHT, BEDROOM_LIGHT) if (await real_state(house, one)) == "on"]
    expect(on == [light], f"on are {on}, not {light}: {answer}")
    return f"{answer.transcript!r} > {answer.reply!r}, {light} on"


def _area(home: HomeAssistant, satellite: str) -> str | None:
    device = home.device_of(satellite)
    return None if device is None else home.area_of(device)


def _port(person: Person) -> int:
    found = (re.search(r"listens on .* port (\d+)", line) for line in person.satellite.satellite.log)
    return next(int(one[1]) for one in found if one)


async def _device(house: House) -> str:
    """The id of the satellite's device."""
    devices = await house.home.ask("config/device_registry/list")
    return next(str(one["id"]) for one in devices if one["name"] == NAME)


async def _registry(house: House, device: str, **fields: object) -> None:
    """Changes the device in Home Assistant, and waits until the hub has heard of it."""
    await house.home.ask("config/device_registry/update", device_id=device, **fields)
    await asyncio.sleep(HEARS_S)


@asynccontextmanager
async def _known(house: House, port: int) -> AsyncIterator[str]:
    """The satellite at a port in Home Assistant, while the context lasts; gives its entry."""
    entry = await add_wyoming(house.home, LOOPBACK, port)
    try:
        await asyncio.sleep(HEARS_S)
        yield entry
    finally:
        await house.home.http.delete(f"/api/config/config_entries/entry/{entry}")


@asynccontextmanager
async def _two_rooms(house: House) -> AsyncIterator[tuple[str, str]]:
    """The areas Scullery and Loft, with a light each."""
    ask = house.home.ask
    areas = [(await ask("config/area_registry/create", name=name))["area_id"] for name in ("Scullery", "Loft")]
    try:
        for light, area in zip((LIGHT, BEDROOM_LIGHT), areas, strict=True):
            await ask("config/entity_registry/update", entity_id=light, area_id=area)
        yield areas[0], areas[1]
    finally:
        for light in (LIGHT, BEDROOM_LIGHT):
            await house.home.act("light.turn_off", light)
            await ask("config/entity_registry/update", entity_id=light, area_id=None)
        for area in areas:
            await ask("config/area_registry/delete", area_id=area)


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    means_the_room_it_is_in,
    is_known_by_its_own_name,
)
