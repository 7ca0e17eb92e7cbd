"""Laws of what is made ready before it is wanted, on virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from hub.foresight.foresight import BUSY_S, CHANGED_S, Foresight
from hub.home.home import Action, Area, Floor, Thing
from hub.llm.responder import Request
from hub.timers import actions as timers
from hub.tts.voice import VoiceError
from tests.virtual_time import run


@dataclass
class SmallHome:
    """Changes its names when a test says so, and is never asked to do anything."""

    floors: tuple[Floor, ...] = ()
    areas: list[Area] = field(default_factory=lambda: [Area("Attic")])
    things: list[Thing] = field(default_factory=lambda: [Thing("light.lamp", "Lamp", "light", "off")])
    stale: str = ""

    async def act(self, action: Action) -> None:
        raise AssertionError("to foresee has no effect")


@dataclass
class Ready:
    """Takes a tenth of a second for each text; notes when it was ready, and whether it is no secret."""

    home: SmallHome = field(default_factory=SmallHome)
    texts: list[tuple[str, bool]] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)
    busy: bool = False
    fails: str = ""

    async def expect(self, request: Request) -> str:
        return f"reply to: {request.text}"

    async def prepare(self, text: str, no_secret: bool) -> None:
        await asyncio.sleep(0.1)
        if text == self.fails:
            raise VoiceError("hoarse")
        self.texts.append((text, no_secret))
        self.at[text] = asyncio.get_running_loop().time()

    @contextlib.asynccontextmanager
    async def working(self, *phrases: str):  # type: ignore[no-untyped-def]
        foresight = Foresight(self.expect, self.prepare, self.home, "en", lambda: self.busy, phrases)
        task = asyncio.create_task(foresight.run())
        yield foresight
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


LAMP = ["turn on the Lamp", "turn off the Lamp", "turn on the lights in the Attic", "turn off the lights in the Attic"]


def test_when_there_is_nothing_else_to_do_the_replies_that_a_home_hears_most_are_made_ready() -> None:
    async def scenario() -> None:
        ready = Ready()
        async with ready.working("Sorry."):
            await asyncio.sleep(10)
        texts = [text for text, _ in ready.texts]
        assert texts[:5] == ["Sorry.", *(f"reply to: {words}" for words in LAMP)]
        assert "reply to: set a timer for ten minutes" in texts
        assert all(no_secret for _, no_secret in ready.texts)
        assert len(texts) == len(set(texts))

    run(scenario())


def test_the_reply_to_what_somebody_is_saying_comes_first_even_under_load_and_is_not_for_the_disk() -> None:
    async def scenario() -> None:
        ready = Ready(busy=True)
        async with ready.working() as foresight:
            await asyncio.sleep(1)
            foresight.saying(Request("turn on", "den"))
            foresight.saying(Request("turn on the lamp", "den"))
            await asyncio.sleep(0.11)
        assert ready.texts == [("reply to: turn on the lamp", False)]

    run(scenario())


def test_while_the_engines_are_busy_nothing_is_made_for_any_time() -> None:
    async def scenario() -> None:
        ready = Ready(busy=True)
        async with ready.working() as foresight:
            foresight.did(Action("light.turn_on", "light.lamp"), Request("turn on the lamp", "den"))
            await asyncio.sleep(60)
            assert ready.texts == []
            ready.busy = False
            await asyncio.sleep(BUSY_S + 0.11)
        assert ready.texts[0] == ("reply to: turn off the Lamp", False)

    run(scenario())


def test_after_something_was_done_the_reply_to_its_opposite_is_next_and_after_a_timer_the_time_left() -> None:
    async def scenario() -> None:
        ready = Ready()
        async with ready.working() as foresight:
            await asyncio.sleep(30)
            ready.texts.clear()
            request = Request("turn on the lamp", "den", "Attic")
            foresight.did(Action("light.turn_on", "light.lamp"), request)
            foresight.did(timers.start("den", None, "", 600), request)
            foresight.did(Action("light.turn_on", "light.gone"), request)
            await asyncio.sleep(1)
        assert [text for text, _ in ready.texts] == ["reply to: turn off the Lamp", "reply to: how much time is left"]

    run(scenario())


def test_other_names_are_noticed() -> None:
    async def scenario() -> None:
        ready = Ready()
        async with ready.working():
            await asyncio.sleep(CHANGED_S)
            ready.home.things.append(Thing("fan.new", "Breeze", "fan", "off"))
            await asyncio.sleep(2 * CHANGED_S)
        assert "reply to: turn off the Breeze" in ready.at

    run(scenario())


def test_a_voice_that_fails_costs_that_phrase_alone() -> None:
    async def scenario() -> None:
        ready = Ready(fails="Sorry.")
        async with ready.working("Sorry.", "Okay."):
            await asyncio.sleep(1)
        assert ready.texts[0][0] == "Okay."

    run(scenario())
