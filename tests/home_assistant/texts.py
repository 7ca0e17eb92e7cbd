"""Home Assistant asks Hark in text, as its pipelines do: the hub is its conversation agent, and it is the hub's home.

States are read back from Home Assistant itself. A check leaves the lights off, the door locked, and exposed what was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic
from typing import Any

from bench.house import program
from hub.llm.intents import NOT_ALLOWED
from hub.serve.handle import NOT_SPOKEN
from tests.conformance.stage import expect
from tests.home_assistant.client import add_wyoming, make_pipeline, pipeline_runs
from tests.home_assistant.homes import LOCK, expose, real_state
from tests.home_assistant.house import ASSISTANT, LIGHT, SATELLITE, House
from tests.wire_pairs import LOOPBACK

BEDROOM_LIGHT = "light.bedroom_light"


class Agent:
    """The hub, as Home Assistant asks it."""

    def __init__(self, house: House, entities: dict[str, str]) -> None:
        self._house, self.entities = house, entities
        self.entity_id = entities["conversation"]
        self.took_ms = 0.0

    async def says(self, text: str, **fields: object) -> str:
        """Its reply to a text."""
        asked = {"text": text, "language": "en", "agent_id": self.entity_id, **fields}
        began = monotonic()
        answer = await self._house.home.ask("conversation/process", **asked)
        self.took_ms = 1000 * (monotonic() - began)
        return str(answer["response"]["speech"]["plain"]["speech"])


async def is_asked_in_text_and_switches(house: House) -> str:
    """A text switches a light of Home Assistant's; the agent is one that controls the home."""
    async with agent(house) as hark:
        on, took = await hark.says("turn on the kitchen light", conversation_id="one"), hark.took_ms
        expect((await real_state(house, LIGHT)) == "on", f"the light is not on: {on}")
        off = await hark.says("turn off the kitchen light", conversation_id="one")
        expect((await real_state(house, LIGHT)) == "off", f"the light is not off: {off}")
        refused = await hark.says("schalte das Licht ein", language="de")
        expect(refused == NOT_SPOKEN, f"German is answered: {refused}")
        async with house.home.http.get(f"/api/states/{hark.entity_id}") as asked:
            features = (await asked.json())["attributes"]["supported_features"]
        expect(features & 1, "it is no agent that controls the home")
        return f"{hark.entity_id}: {on!r} after {took:.0f} ms, {off!r}; in German {refused!r}"


async def lets_nobody_in_by_text(house: House) -> str:
    """A lock that is exposed stays locked, in the satellite's name too, and nobody is asked."""
    device = (await house.home.ask("config/entity_registry/get", entity_id=SATELLITE))["device_id"]
    await house.home.act("lock.lock", LOCK)
    await expose(house, LOCK, True)
    try:
        async with agent(house) as hark:
            await asyncio.sleep(3.0)  # until the hub has heard that it is exposed
            said = [await hark.says(text, device_id=device) for text in ("unlock the front door", "yes")]
            expect(said[0] == NOT_ALLOWED, f"it is not refused: {said}")
            expect((await real_state(house, LOCK)) == "locked", f"it is unlocked: {said}")
    finally:
        await expose(house, LOCK, False)
    return f"{said}, and locked"


async def means_the_room_of_the_device(house: House) -> str:
    """The lights that are meant are those of the area in which Home Assistant has the satellite."""
    device = (await house.home.ask("config/entity_registry/get", entity_id=SATELLITE))["device_id"]
    area = (await house.home.ask("config/area_registry/create", name="Scullery"))["area_id"]
    try:
        await house.home.ask("config/device_registry/update", device_id=device, area_id=area)
        await house.home.ask("config/entity_registry/update", entity_id=LIGHT, area_id=area)
        await house.home.act("light.turn_off", BEDROOM_LIGHT)
        async with agent(house) as hark:
            said = await hark.says("turn on the lights", device_id=device)
            states = await real_state(house, LIGHT), await real_state(house, BEDROOM_LIGHT)
            expect(states == ("on", "off"), f"the kitchen's and the bedroom's are {states}: {said}")
            return f"{said!r}: the one in the area of the satellite's device is on, the other is not"
    finally:
        await house.home.act("light.turn_off", LIGHT)
        await house.home.ask("config/area_registry/delete", area_id=area)


async def is_a_whole_pipeline(house: House) -> str:
    """A spoken command through Home Assistant's pipeline of the hub's three services alone switches a light."""
    async with agent(house) as hark:
        engines = {f"{domain}_engine": hark.entities[domain] for domain in ("stt", "tts", "conversation")}
        pipeline = await make_pipeline(house.home, "Hark alone", engines)
        try:
            await house.home.act("select.select_option", ASSISTANT, option="Hark alone")
            house.speak("turn on the kitchen light")
            await house.home.until(LIGHT, "on")
            await house.home.until(SATELLITE, "idle")
            at = {event["type"]: event for event in (await pipeline_runs(house.home, pipeline))[-1]}
            took = ms_between(at["stt-end"], at["intent-end"])
            return f"{at['stt-end']['data']} > {at['tts-start']['data']['tts_input']!r}, {took:.0f} ms after the words"
        finally:
            await house.home.act("select.select_option", ASSISTANT, option="Hark")
            await house.home.act("light.turn_off", LIGHT)
            await house.home.ask("assist_pipeline/pipeline/delete", pipeline_id=pipeline)


async def speaks_for_a_voice_that_is_gone(house: House) -> str:
    """A pipeline that names a voice which the hub has no more is spoken to by the one it has."""
    async with agent(house) as hark:
        lengths = [await _spoken(house, hark.entities["tts"], options) for options in ({}, {"voice": "nobody"})]
        expect(0.8 < lengths[1] / lengths[0] < 1.2, f"the sound has {lengths} bytes")
        return f"{lengths[1]} bytes of sound by the voice 'nobody', {lengths[0]} by the hub's own"


async def _spoken(house: House, engine: str, options: dict[str, str]) -> int:
    text = (
        f"The door of the cellar has been open for ten minutes{'.' * (1 + len(options))}"  # said anew, not from memory
    )
    asked = {"engine_id": engine, "message": text, "options": options}
    async with house.home.http.post("/api/tts_get_url", json=asked) as told:
        path = (await told.json())["path"]
    async with house.home.http.get(path) as sound:
        expect(sound.status == 200, f"Home Assistant has no sound: {sound.status}")
        return len(await sound.read())


def ms_between(earlier: dict[str, Any], later: dict[str, Any]) -> float:
    """Between two events of a run."""
    took = datetime.fromisoformat(later["timestamp"]) - datetime.fromisoformat(earlier["timestamp"])
    return 1000 * took.total_seconds()


async def _services(house: House) -> set[str]:
    return {one for domain in ("stt", "tts", "conversation") for one in await house.home.entities(domain, "wyoming")}


@asynccontextmanager
async def agent(house: House) -> AsyncIterator[Agent]:
    """A hub of its own whose home is the house's Home Assistant, added there as a conversation agent."""
    async with hub_at_home(house) as port, added(house, port) as hark:
        yield hark


@asynccontextmanager
async def hub_at_home(house: House) -> AsyncIterator[int]:
    """A hub that only serves, and whose home is the house's Home Assistant; gives its port."""
    token = house.folder / "token"
    await asyncio.to_thread(token.write_text, house.token)
    settings = (
        *("fleet.satellites=[]", "timeline.file=", "serve.port=0", "llm.guard.lock=allow"),
        *(f"home.url={house.url}", f"home.token.file={token}"),
    )
    async with program("hub", *(part for setting in settings for part in ("--set", setting))) as hub:
        yield int((await hub.says(r"text-to-speech listen on .* port (\d+)"))[1])


@asynccontextmanager
async def added(house: House, port: int) -> AsyncIterator[Agent]:
    """The hub on a port as Home Assistant's services, while the context lasts."""
    before = await _services(house)
    entry = await add_wyoming(house.home, LOOPBACK, port)
    try:
        made = await _services(house) - before
        yield Agent(house, {one.partition(".")[0]: one for one in made})
    finally:
        await house.home.http.delete(f"/api/config/config_entries/entry/{entry}")


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    is_asked_in_text_and_switches,
    lets_nobody_in_by_text,
    means_the_room_of_the_device,
    is_a_whole_pipeline,
    speaks_for_a_voice_that_is_gone,
)
