"""Home Assistant as the hub's own home: followed, acted on and asked by hub.home.homeassistant; each tells what it saw.

A check leaves the lights off, and exposed what was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

from config.secret import Secret
from hub.home.home import Action, HomeError, Thing
from hub.home.homeassistant.conversation import Conversation
from hub.home.homeassistant.follower import AWAY, REFUSED
from hub.home.homeassistant.homeassistant import HomeAssistant
from hub.llm.responder import Request
from tests.conformance.controller import Failed
from tests.conformance.stage import expect
from tests.home_assistant.house import LIGHT, House

LOCK = "lock.front_door"
SLOW_LIGHT = "light.cellar_light"
LATE_S = 60.0


async def is_followed(house: House) -> str:
    """A light is turned on and off by the hub, and its state is read back from Home Assistant itself."""
    async with living(house) as home:
        expect(not home.stale, home.stale)
        began = monotonic()
        await home.act(Action("light.turn_on", LIGHT))
        took = monotonic() - began
        expect(named(home, LIGHT).state == "on", "the hub's own view is old")
        expect((await real_state(house, LIGHT)) == "on", "the light is not on")
        await home.act(Action("light.turn_off", LIGHT))
        expect((await real_state(house, LIGHT)) == "off", "the light is not off")
        return f"{len(home.things)} things; on, confirmed and read back after {1000 * took:.0f} ms; off again"


async def is_no_further_than_exposed(house: House) -> str:
    """A lock is out of reach until it is exposed; then it has the area and alias of the registry, and opens."""
    async with living(house) as home:
        unlock = Action("lock.unlock", LOCK)
        hidden = await _refusal(home, unlock)
        await expose(house, LOCK, True)
        area = (await house.home.ask("config/area_registry/create", name="Hall", aliases=["Entrance"]))["area_id"]
        await house.home.ask("config/entity_registry/update", entity_id=LOCK, area_id=area, aliases=[None, "Big Door"])
        await until(lambda: any(one.entity_id == LOCK and one.area and one.aliases for one in home.things))
        lock = named(home, LOCK)
        expect((lock.area, lock.aliases) == ("Hall", ("Big Door",)), f"it is {lock}")
        expect("Entrance" in next(one for one in home.areas if one.name == "Hall").aliases, "no alias of the area")
        await home.act(unlock)
        expect((await real_state(house, LOCK)) == "unlocked", "it is still locked")
        await home.act(Action("lock.lock", LOCK))
        expect((await real_state(house, LOCK)) == "locked", "it is still unlocked")
        await expose(house, LOCK, False)
        await until(lambda: all(one.entity_id != LOCK for one in home.things))
        return f"hidden: {hidden!r}; exposed: {lock.name} in {lock.area}, unlocked and locked; hidden again"


async def is_refused_in_words(house: House) -> str:
    """What Home Assistant itself refuses is told, and the connection lives on."""
    async with living(house) as home:
        told = await _refusal(home, Action("light.turn_on", LIGHT, {"brightness_pct": "much"}))
        await home.act(Action("light.turn_off", LIGHT))
        return f"{told!r}"


async def is_handed_text(house: House) -> str:
    """A sentence handed to Home Assistant's own agent does what it says."""
    async with living(house) as home:
        responder = Conversation(home)
        said = [piece async for piece in responder.respond(Request("turn on the kitchen light", "kitchen"))]
        expect((await real_state(house, LIGHT)) == "on", f"the light is not on: {said}")
        await home.act(Action("light.turn_off", LIGHT))
        return f"{responder.name}: {said}"


async def is_away_and_back(house: House) -> str:
    """Home Assistant restarts in the middle of a call: that is told, what was known stays, and then it goes on."""
    async with living(house) as home:
        known = {one.entity_id for one in home.things}
        calling = asyncio.create_task(_refusal(home, Action("light.turn_on", SLOW_LIGHT)))
        await asyncio.sleep(1.0)
        await house.stop_home()
        await until(lambda: home.stale)
        cut_off = await calling
        expect(home.stale == AWAY, home.stale)
        expect({one.entity_id for one in home.things} == known, "things are forgotten")
        told = await _refusal(home, Action("light.turn_on", LIGHT))
        began = monotonic()
        await house.start_home()
        await until(lambda: not home.stale)
        back = monotonic() - began
        await home.act(Action("light.turn_on", LIGHT))
        expect((await real_state(house, LIGHT)) == "on", "the light is not on")
        await home.act(Action("light.turn_off", LIGHT))
        expect({one.entity_id for one in home.things} == known, "other things came back")
        return f"cut off: {cut_off!r}; then: {told!r}; back {back:.0f} s after the start, and the light obeys"


async def is_shut_out(house: House) -> str:
    """A token is revoked while it is in use: one sentence, and it is not offered again."""
    token = str(await house.home.ask("auth/long_lived_access_token", client_name="to be revoked", lifespan=1))
    async with living(house, token) as home:
        expect(not home.stale, home.stale)
        tokens = await house.home.ask("auth/refresh_tokens")
        [revoked] = [one["id"] for one in tokens if one["client_name"] == "to be revoked"]
        began = monotonic()
        await house.home.ask("auth/delete_refresh_token", refresh_token_id=revoked)
        await until(lambda: home.stale == REFUSED)
        noticed = monotonic() - began
        told = await _refusal(home, Action("light.turn_on", LIGHT))
        await asyncio.to_thread((house.folder / "token").write_text, house.token)
        await until(lambda: not home.stale)
        return f"{told!r} after {noticed:.1f} s; a new token is found by itself after {monotonic() - began:.0f} s"


@asynccontextmanager
async def living(house: House, token: str = "") -> AsyncIterator[HomeAssistant]:
    """The house's Home Assistant as the hub's home."""
    await house.home.started()
    path = house.folder / "token"
    await asyncio.to_thread(path.write_text, token or house.token)
    async with HomeAssistant(house.url, Secret(file=str(path))) as home:
        yield home


def named(home: HomeAssistant, entity_id: str) -> Thing:
    """A thing of the home."""
    return next(one for one in home.things if one.entity_id == entity_id)


async def real_state(house: House, entity_id: str) -> str:
    """An entity's state, asked of Home Assistant over HTTP, which the hub does not use."""
    async with house.home.http.get(f"/api/states/{entity_id}") as answer:
        return str((await answer.json())["state"])


async def expose(house: House, entity_id: str, so: bool) -> None:
    """Exposes an entity to voice, or no longer."""
    to = {"assistants": ["conversation"], "entity_ids": [entity_id], "should_expose": so}
    await house.home.ask("homeassistant/expose_entity", **to)


async def _refusal(home: HomeAssistant, action: Action) -> str:
    try:
        await home.act(action)
    except HomeError as error:
        return str(error)
    raise Failed(f"{action} was done")


async def until(so: Callable[[], object]) -> None:
    """Waits for something to become so."""
    async with asyncio.timeout(LATE_S):
        while not so():  # noqa: ASYNC110 (it tells no one)
            await asyncio.sleep(0.02)


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    is_followed,
    is_no_further_than_exposed,
    is_refused_in_words,
    is_handed_text,
    is_away_and_back,
    is_shut_out,
)
