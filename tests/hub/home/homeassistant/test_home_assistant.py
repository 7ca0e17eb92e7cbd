"""Laws of Home Assistant as a home, against a fake of its WebSocket API over loopback, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from config.secret import Secret
from hub.home.home import Action, Area, Floor, HomeError, Thing
from hub.home.homeassistant.follower import AWAY, FORBIDDEN, REFUSED, UNKNOWN
from hub.home.homeassistant.homeassistant import UNANSWERED, HomeAssistant
from hub.home.homeassistant.retry import LONGEST_S
from tests.hub.home.homeassistant.fake_home_assistant import SOON_S, TOKEN, FakeHomeAssistant, living, put, until, up
from tests.peers import free_port, run_clean

BACK_S = 6.0  # of the 15 that people wait for a command to be done by a Home Assistant that has restarted
ON = Action("light.turn_on", "light.kitchen")
UNLOCK = Action("lock.unlock", "lock.front_door")


async def refused(doing: Awaitable[None]) -> str:
    with pytest.raises(HomeError) as raised:
        await doing
    return str(raised.value)


def named(home: HomeAssistant, entity_id: str) -> Thing:
    return next(thing for thing in home.things if thing.entity_id == entity_id)


def test_the_home_is_what_is_exposed_to_voice(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, _):
            assert home.stale == ""
            assert home.areas == (Area("Kitchen", ("Galley",), "Ground Floor"),)
            assert home.floors == (Floor("Ground Floor"),)
            assert [thing.entity_id for thing in home.things] == ["light.kitchen", "lock.front_door"]
            light = named(home, "light.kitchen")
            assert (light.name, light.aliases, light.area) == ("Kitchen Light", ("Big Lamp",), "Kitchen")
            assert (light.state, light.supports) == ("off", frozenset({"brightness"}))

    run_clean(test)


def test_states_are_kept_fresh(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.become("light.kitchen", "on", brightness=77)
            await until(lambda: named(home, "light.kitchen").state == "on")
            assert named(home, "light.kitchen").attributes["brightness"] == 77
            there.tell({"c": {"light.kitchen": {"-": {"a": ["brightness"]}}}})
            await until(lambda: "brightness" not in named(home, "light.kitchen").attributes)
            there.tell({"r": ["lock.front_door"]})
            await until(lambda: len(home.things) == 1)

    run_clean(test)


def test_a_registry_that_changes_is_read_again(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.areas = [*there.areas, {"area_id": "attic", "name": "Attic"}]
            there.entities["lock.front_door"] = {"area_id": "attic", "aliases": ["Gate"]}
            there.registry_changes()
            await until(lambda: len(home.areas) == 2)
            assert named(home, "lock.front_door").area == "Attic"
            assert [len(subscribed) for subscribed in there.sockets.values()] == [5]  # none is left of the first look

    run_clean(test)


def test_a_floor_that_is_named_anew_or_moved_under_an_area_is_known(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.floors = [{"floor_id": "ground", "name": "Ground Floor", "aliases": ["Downstairs"]}]
            there.registry_changes("floor_registry")
            await until(lambda: home.floors == (Floor("Ground Floor", ("Downstairs",)),))
            there.areas = [{**there.areas[0], "floor_id": None}]
            there.registry_changes()
            await until(lambda: home.areas == (Area("Kitchen", ("Galley",)),))

    run_clean(test)


def test_a_satellite_that_is_moved_or_renamed_by_its_owner_is_followed(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            den = {"id": "d", "name": "Den", "identifiers": [["wyoming", "entry"]]}
            there.areas = [*there.areas, {"area_id": "attic", "name": "Attic"}]
            there.devices = [*there.devices, {**den, "area_id": "kitchen"}]
            there.registry_changes("device_registry")
            await until(lambda: home.device_of("Den") == "d")
            assert home.area_of("d") == "Kitchen"
            there.devices = [{**den, "area_id": "attic", "name_by_user": "Throne"}]
            there.registry_changes("device_registry")
            await until(lambda: home.area_of("d") == "Attic")
            assert home.device_of("Den") == "d"
            there.devices = []
            there.registry_changes("device_registry")
            await until(lambda: home.device_of("Den") is None)

    run_clean(test)


def test_what_is_exposed_later_is_found_and_what_is_not_any_more_is_gone(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            del there.exposed["lock.front_door"]  # Home Assistant says nothing of it
            await until(lambda: len(home.things) == 1)
            assert await refused(home.act(UNLOCK)) == "This home has nothing of that name."
            there.exposed["switch.secret"] = {"conversation": True}
            await until(lambda: len(home.things) == 2)
            assert there.calls == []

    run_clean(test)


def test_an_action_is_over_when_its_state_is_seen(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            await home.act(Action("light.turn_on", "light.kitchen", {"brightness_pct": 40}))
            assert named(home, "light.kitchen").state == "on"
            [call] = there.calls
            assert (call["domain"], call["service"], call["target"]) == (
                "light",
                "turn_on",
                {"entity_id": "light.kitchen"},
            )
            assert call["service_data"] == {"brightness_pct": 40}

    run_clean(test)


def test_a_lock_that_takes_its_time_is_waited_for(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):

            def slowly(_: object) -> None:
                there.become("lock.front_door", "unlocking")
                asyncio.get_running_loop().call_later(9.0, there.become, "lock.front_door", "unlocked")

            there.carry_out = slowly
            await home.act(UNLOCK)
            assert named(home, "lock.front_door").state == "unlocked"

    run_clean(test)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        ("The bulb is\nbroken", "Kitchen Light failed: The bulb is broken"),
        ("silence", UNANSWERED),
        ("close", UNANSWERED),
        (None, "I asked, but Kitchen Light has not confirmed it."),
    ],
)
def test_what_fails_is_told_in_words(token: Secret, happens: str | None, told: str) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.carry_out = lambda _: happens
            assert await refused(home.act(ON)) == told

    run_clean(test)


@pytest.mark.parametrize(
    "action",
    [
        Action("switch.turn_on", "switch.secret"),
        Action("light.turn_on", "light.nowhere"),
        Action("lock.unlock", "light.kitchen"),
        Action("light.turn_on", "light.kitchen", {"entity_id": "switch.secret"}),
        Action("light.turn_on", "light.kitchen", {"area_id": "kitchen"}),
        Action("light.reload", "light.kitchen"),
        Action("homeassistant.stop", "light.kitchen"),
        Action("", "light.kitchen"),
    ],
)
def test_nothing_but_what_is_exposed_is_acted_on(token: Secret, action: Action) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            await refused(home.act(action))
            assert there.calls == []

    run_clean(test)


def test_what_is_unavailable_is_not_asked(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.become("light.kitchen", "unavailable")
            await until(lambda: named(home, "light.kitchen").state == "unavailable")
            assert await refused(home.act(ON)) == "Kitchen Light is not available."
            assert there.calls == []

    run_clean(test)


def test_a_home_that_goes_away_stays_known_and_says_so(token: Secret) -> None:
    async def test() -> None:
        port = free_port()
        fake = FakeHomeAssistant()
        async with up(fake, port):
            home = await HomeAssistant(fake.url, token, asyncio.get_running_loop().time).__aenter__()
        try:
            await until(lambda: home.stale)
            assert (home.stale, len(home.things)) == (AWAY, 2)
            assert await refused(home.act(ON)) == AWAY
            await asyncio.sleep(4 * LONGEST_S)
            fake.states["light.kitchen"] = ("on", fake.states["light.kitchen"][1])
            async with up(fake, port):
                await until(lambda: not home.stale)
                assert named(home, "light.kitchen").state == "on"
                await home.act(UNLOCK)
                await home.__aexit__()
        finally:
            await home.__aexit__()

    run_clean(test)


@pytest.mark.parametrize("away_s", [3.0, 20.0, 40.0, 600.0])
def test_a_home_that_is_back_is_soon_found_however_long_it_was_away(token: Secret, away_s: float) -> None:
    async def test() -> None:
        port, clock = free_port(), asyncio.get_running_loop().time
        fake = FakeHomeAssistant()
        async with up(fake, port):
            home = await HomeAssistant(fake.url, token, clock).__aenter__()
        try:
            await asyncio.sleep(away_s)
            began = clock()
            async with up(fake, port):
                await until(lambda: not home.stale)
                assert clock() - began <= BACK_S
                await home.__aexit__()
        finally:
            await home.__aexit__()

    run_clean(test)


def test_a_home_that_was_never_there_is_waited_for_but_not_for_ever(token: Secret) -> None:
    async def test() -> None:
        async with HomeAssistant(f"http://127.0.0.1:{free_port()}", token) as home:
            assert (home.stale, home.areas, home.things) == (AWAY, (), ())
            assert await refused(home.act(ON)) == AWAY

    run_clean(test)


def test_home_assistant_is_waited_for_while_it_starts(token: Secret) -> None:
    async def test() -> None:
        fake = FakeHomeAssistant()
        fake.state = "STARTING"
        async with living(token, fake) as (home, there):
            assert (home.stale, home.things) == (UNKNOWN, ())
            there.state = "RUNNING"
            await until(lambda: not home.stale)

    run_clean(test)


def test_a_revoked_token_is_offered_once_and_a_new_one_is_found_by_itself(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.token = "another"
            await there.hang_up()
            await until(lambda: home.stale == REFUSED)
            assert await refused(home.act(ON)) == REFUSED
            await asyncio.sleep(3600.0)
            assert there.logins == [TOKEN, TOKEN]
            put(token, "another")
            await until(lambda: not home.stale)
            assert there.logins == [TOKEN, TOKEN, "another"]

    run_clean(test)


def test_a_token_that_is_missing_or_no_administrators_is_said(token: Secret) -> None:
    async def test() -> None:
        fake = FakeHomeAssistant()
        fake.admin = False
        async with living(token, fake) as (home, _):
            assert home.stale == FORBIDDEN
        put(token, "")
        async with living(token) as (home, there):
            assert (home.stale, there.logins) == (REFUSED, [])

    run_clean(test)


@pytest.mark.parametrize(
    "event", [None, [], "text", {"a": [1]}, {"a": {"light.kitchen": 7}}, {"c": {"light.kitchen": {"+": 1}}}]
)
def test_malformed_events_cost_nothing_but_themselves(token: Secret, event: object) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            for subscribed in list(there.sockets):
                numbers = [n for n, asked in there.sockets[subscribed].items() if asked["type"] == "subscribe_entities"]
                there.post(subscribed, {"id": numbers[0], "type": "event", "event": event})
            there.become("lock.front_door", "unlocked")
            await until(lambda: named(home, "lock.front_door").state == "unlocked")
            assert home.stale == ""

    run_clean(test)


@pytest.mark.parametrize("message", [[], {}, {"type": "result"}, {"type": "result", "id": 1, "success": False}, 7])
def test_messages_that_are_none_cost_at_most_the_connection(token: Secret, message: object) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            for socket in list(there.sockets):
                there.post(socket, message)
            await asyncio.sleep(SOON_S)
            assert home.stale == ""
            await home.act(ON)

    run_clean(test)


def test_answers_of_other_types_leave_a_home_that_is_empty(token: Secret) -> None:
    async def test() -> None:
        fake = FakeHomeAssistant()
        fake.areas, fake.floors, fake.devices, fake.entities = 7, None, {}, {"light.kitchen": []}
        fake.first = {"a": {"light.kitchen": {"s": 7}, "lock.front_door": {"s": "x" * 300}}}
        async with living(token, fake) as (home, _):
            assert (home.stale, home.areas, home.floors, home.things) == ("", (), (), ())

    run_clean(test)
