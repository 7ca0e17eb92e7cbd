"""A person talks to a satellite that a hub leads, and the hub's home is Home Assistant: what is said is done there.

Both programs are real, with a microphone and a speaker of WAV files; states are read back from Home Assistant itself.
A check leaves the lights off, the door locked, and exposed what was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

from bench import house as own
from bench.house import Answer, HouseError
from hub.home.homeassistant.follower import AWAY
from hub.home.homeassistant.homeassistant import UNANSWERED
from tests.conformance.controller import Failed
from tests.conformance.stage import expect
from tests.home_assistant.homes import LATE_S, LOCK, expose, real_state
from tests.home_assistant.house import LIGHT, House

UNLOCK, ASKED_BACK = "unlock the front door", "Shall I unlock the Front Door?"
BEDROOM_LIGHT = "light.bedroom_light"


async def is_led_and_switches(house: House) -> str:
    """A spoken command switches a light of Home Assistant's, and the reply is heard."""
    await house.home.act("light.turn_off", LIGHT)
    async with led(house) as person:
        on = await person.says("turn on the kitchen light")
        expect((await real_state(house, LIGHT)) == "on", f"the light is not on: {on}")
        took = person.since_transcript(LIGHT)
        off = await person.says("turn off the kitchen light")
        expect((await real_state(house, LIGHT)) == "off", f"the light is not off: {off}")
        return f"{_told(on)}, on {took:.0f} ms after the transcript; {_told(off)}, off"


async def is_led_and_asks_back(house: House) -> str:
    """A lock is asked about first: the microphone opens by itself, "yes" unlocks it, and "no" leaves it locked."""
    await house.home.act("lock.lock", LOCK)
    await expose(house, LOCK, True)
    try:
        async with led(house) as person:
            said = [await _asked_back(house, person, "no", "locked")]
            said.append(await _asked_back(house, person, "yes", "unlocked"))
            took = person.since_transcript(LOCK)
    finally:
        await house.home.act("lock.lock", LOCK)
        await expose(house, LOCK, False)
    return f"{'; '.join(said)}, {took:.0f} ms after the transcript"


async def is_led_by_the_registries(house: House) -> str:
    """A floor is one that Home Assistant knows, and a light answers to its alias; what is elsewhere stays as it was."""
    async with _bedroom_upstairs(house), led(house) as person:
        await house.home.act("light.turn_on", BEDROOM_LIGHT)
        await house.home.act("light.turn_on", LIGHT)
        off = await person.says("turn off the lights upstairs")
        expect((await real_state(house, BEDROOM_LIGHT)) == "off", f"the light upstairs is not off: {off}")
        expect((await real_state(house, LIGHT)) == "on", f"the light downstairs is off: {off}")
        on = await person.says("turn on the reading lamp")
        expect((await real_state(house, BEDROOM_LIGHT)) == "on", f"the lamp is not on: {on}")
        await house.home.act("light.turn_off", BEDROOM_LIGHT)
        await house.home.act("light.turn_off", LIGHT)
        return f"{_told(off)}, off, and on downstairs; {_told(on)}, on"


async def is_led_through_a_restart(house: House) -> str:
    """Home Assistant restarts before it has done what was said: that is told aloud, and later it obeys again."""
    async with led(house) as person:
        person.understood.clear()
        slow = asyncio.create_task(person.says("turn on the cellar light"))
        async with asyncio.timeout(LATE_S):
            await person.understood.wait()
        await asyncio.sleep(1.0)  # it is being turned on, which takes 8 s
        await house.stop_home()
        cut_off = await slow
        expect(cut_off.reply == UNANSWERED, f"it is not told: {cut_off}")
        away = await person.says("turn on the kitchen light")
        expect(away.reply == AWAY, f"it is not told: {away}")
        await house.start_home()
        began, on = monotonic(), away
        while on.reply == AWAY and monotonic() - began < LATE_S:
            on = await person.says("turn on the kitchen light")
        expect((await real_state(house, LIGHT)) == "on", f"the light is not on: {on}")
        await house.home.act("light.turn_off", LIGHT)
        return f"{_told(cut_off)}; {_told(away)}; {monotonic() - began:.0f} s after the start {_told(on)}, on"


@asynccontextmanager
async def _bedroom_upstairs(house: House) -> AsyncIterator[None]:
    """The bedroom's light in a room upstairs, with an alias, while the context lasts."""
    ask = house.home.ask
    floor = (await ask("config/floor_registry/create", name="Upstairs"))["floor_id"]
    room = (await ask("config/area_registry/create", name="Dressing Room", floor_id=floor))["area_id"]
    lamp = {"entity_id": BEDROOM_LIGHT}
    await ask("config/entity_registry/update", **lamp, area_id=room, aliases=[None, "Reading Lamp"])
    try:
        yield
    finally:
        await ask("config/entity_registry/update", **lamp, area_id=None, aliases=[None])
        await ask("config/area_registry/delete", area_id=room)
        await ask("config/floor_registry/delete", floor_id=floor)


async def _asked_back(house: House, person: Person, answer: str, becomes: str) -> str:
    """Somebody wants the door unlocked, is asked, and answers."""
    asked = await person.says(UNLOCK)
    expect(asked.reply == ASKED_BACK, f"it was not asked back: {asked}")
    expect((await real_state(house, LOCK)) == "locked", "it is unlocked before the answer")
    answered = await person.answers(answer)
    expect((await real_state(house, LOCK)) == becomes, f"it is not {becomes}: {answered}")
    return f"{_told(asked)}, {_told(answered)}, {becomes}"


class Person:
    """Who talks to the satellite of a house; `see` takes the events of the hub's watch."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.satellite: own.House
        self.understood = asyncio.Event()
        self.transcript_at = 0.0

    def see(self, seen: own.Seen) -> None:
        """Notes when the words were certain."""
        if seen["event"] == "question":
            self.transcript_at = monotonic()
            self.understood.set()

    async def says(self, text: str) -> Answer:
        """The wake word and a sentence; returns once the reply has been played. Raises Failed where none is heard."""
        return await self._speaks(text, wake=True)

    async def answers(self, text: str) -> Answer:
        """The same without the wake word, to what the satellite has just asked."""
        return await self._speaks(text, wake=False)

    def since_transcript(self, entity: str) -> float:
        """Milliseconds from the last transcript until Home Assistant told of the entity's state."""
        return 1000 * (self._house.home.states[entity][-1][0] - self.transcript_at)

    async def _speaks(self, text: str, wake: bool) -> Answer:
        sentence = await asyncio.to_thread(self._house.sentence, text)
        try:
            answer = await self.satellite.ask(sentence, wake)
        except HouseError as error:
            raise Failed(str(error)) from None
        expect(answer.reply_wav is not None, f"no reply was heard: {answer}")
        return answer


@asynccontextmanager
async def led(house: House, *satellite: str) -> AsyncIterator[Person]:
    """A satellite of its own, with these options, led by a hub of its own whose home is the house's Home Assistant."""
    token, output = house.folder / "token", house.folder / "replies"
    await asyncio.to_thread(token.write_text, house.token)
    await asyncio.to_thread(output.mkdir, exist_ok=True)
    settings = (f"home.url={house.url}", f"home.token.file={token}", "llm.guard.lock=ask")
    hub = [part for setting in settings for part in ("--set", setting)]
    person = Person(house)
    async with own.house(output, person.see, hub, satellite) as person.satellite:
        yield person


def _told(answer: Answer) -> str:
    return f"{answer.transcript!r} > {answer.reply!r}"


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    is_led_and_switches,
    is_led_and_asks_back,
    is_led_by_the_registries,
    is_led_through_a_restart,
)
