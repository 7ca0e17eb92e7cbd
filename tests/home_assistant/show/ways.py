"""The two ways to live with Home Assistant, each asked aloud; every satellite, hub and Home Assistant is a real one.

Rules: what changed is read from Home Assistant's events, whatever Hark says of it. Each way finds the home as it was.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wyoming.event import Event

from tests.conformance.controller import Failed
from tests.conformance.exchange import Side
from tests.conformance.recorder import recording
from tests.home_assistant.checks import APART_S, TURN_S
from tests.home_assistant.client import make_pipeline, pipeline_runs
from tests.home_assistant.homes import expose
from tests.home_assistant.house import ASSISTANT, SATELLITE, House
from tests.home_assistant.led import led
from tests.home_assistant.show.changes import Change, changes
from tests.home_assistant.show.questions import (
    AREAS,
    BEDROOM_LIGHT,
    BLINDS,
    DOOR,
    HUB_LED,
    IN_PIPELINE,
    KITCHEN_LIGHT,
    Asked,
)
from tests.home_assistant.show.stages import Passed, Stages, first, measured
from tests.home_assistant.texts import Agent, added, hub_at_home, ms_between
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK

ROOM = ("--set", "area=Kitchen")
PIPELINE = "Hark alone"
SETTLE_S = 0.5  # for events that are still under way when the reply has been played
HEARD_S = 3.0  # until the hub has heard what is exposed and where it is


@dataclass(slots=True)
class Outcome:
    """What came of a question.

    `change_ms` is from the final transcript to the last change, `whole_ms` from the end of speech to the reply's first
    sound at the satellite: by the hub where it leads, by `stages` where Home Assistant does.
    """

    asked: Asked
    transcript: str = ""
    reply: str = ""
    changes: list[Change] = field(default_factory=list)
    change_ms: float | None = None
    whole_ms: float | None = None
    stages: Stages | None = None
    run_ms: dict[str, float] = field(default_factory=dict)
    """Home Assistant's own events of the run, since its start."""
    failure: str = ""

    @property
    def problem(self) -> str:
        """What is not as expected; "" where all is."""
        if self.failure:
            return self.failure
        became = {one.entity: one.new for one in self.changes}
        if became != dict(self.asked.becomes):
            return f"expected of the home: {dict(self.asked.becomes) or 'nothing'}"
        return "" if re.search(self.asked.reply, self.reply) else f"expected in reply: {self.asked.reply!r}"


Tell = Callable[[Outcome], None]
Ask = Callable[[Asked, Outcome], Awaitable[float]]
"""Asks and notes what was heard and answered; returns the time of the transcript."""


async def hub_led(house: House, tell: Tell) -> list[Outcome]:
    """The hub leads the satellite, and Home Assistant is its home."""
    await furnish(house)
    async with led(house, *ROOM) as person:
        await asyncio.sleep(HEARD_S)

        async def ask(asked: Asked, outcome: Outcome) -> float:
            answer = await (person.says(asked.text) if asked.wake else person.answers(asked.text))
            outcome.transcript, outcome.reply = answer.transcript, answer.reply
            outcome.whole_ms = answer.stages_ms().get("whole")
            return person.transcript_at

        return await _all(house, HUB_LED, ask, tell)


async def in_pipeline(house: House, tell: Tell) -> tuple[list[Outcome], dict[str, list[str]]]:
    """Home Assistant leads the satellite, with a pipeline of the hub's services alone; tells the entities, too."""
    await furnish(house)
    async with (
        hub_at_home(house) as port,
        recording(LOOPBACK, door := free_port(), (LOOPBACK, port)) as recorder,
        added(house, door) as hark,
    ):
        pipeline = await _answered_by(house, hark)
        by_satellite, by_hub = list[Passed](), list[Passed]()
        house.recorder.see, recorder.see = _into(by_satellite), _into(by_hub)
        await asyncio.sleep(HEARD_S)

        async def ask(asked: Asked, outcome: Outcome) -> float:
            for passed in (by_satellite, by_hub):
                passed.clear()
            await _through(house, asked)
            events = {event["type"]: event for event in (await pipeline_runs(house.home, pipeline))[-1]}
            outcome.transcript, outcome.reply = _words(events)
            outcome.run_ms = {name: ms_between(events["run-start"], event) for name, event in events.items()}
            outcome.stages = measured(by_satellite, by_hub)
            outcome.whole_ms = outcome.stages.whole
            return first(by_hub, "satellite", "transcript")

        return await _all(house, IN_PIPELINE, ask, tell), await made_by_hark(house)


async def _answered_by(house: House, hark: Agent) -> str:
    """Adds the satellite to Home Assistant, in the kitchen, with a pipeline of the hub's services; returns its id."""
    await house.add_satellite()
    await house.home.until(ASSISTANT, "preferred")
    device = (await house.home.ask("config/entity_registry/get", entity_id=SATELLITE))["device_id"]
    await house.home.ask("config/device_registry/update", device_id=device, area_id="kitchen")
    engines = {f"{domain}_engine": hark.entities[domain] for domain in ("stt", "tts", "conversation")}
    pipeline = await make_pipeline(house.home, PIPELINE, engines)
    await house.home.act("select.select_option", ASSISTANT, option=PIPELINE)
    return pipeline


def _words(events: Mapping[str, dict[str, Any]]) -> tuple[str, str]:
    """The transcript and the reply of a run."""
    if "tts-start" not in events:
        raise Failed(f"the run had no reply: {events.get('error', {}).get('data')}")
    return events["stt-end"]["data"]["stt_output"]["text"], events["tts-start"]["data"]["tts_input"]


def _into(passed: list[Passed]) -> Callable[[float, int, Side, Event], None]:
    return lambda at, connection, side, event: passed.append(Passed(at, connection, side, event))


async def _through(house: House, asked: Asked) -> None:
    """Speaks to the satellite that Home Assistant leads, until the reply has been played.

    The satellite tells that: Home Assistant calls it idle some time after a reply, even amid the next question.
    """
    await asyncio.sleep(APART_S)
    mark = house.recorder.mark()
    house.speak(asked.text)
    async with asyncio.timeout(TURN_S):
        await house.recorder.comes("satellite", "played", mark)


async def _all(house: House, questions: Sequence[Asked], ask: Ask, tell: Tell) -> list[Outcome]:
    outcomes = []
    for asked in questions:
        outcome, mark = Outcome(asked), len(house.home.changes)
        try:
            transcript_at = await ask(asked, outcome)
            await asyncio.sleep(SETTLE_S)
            outcome.changes = changes(house.home.changes[mark:])
            if outcome.changes:
                outcome.change_ms = 1000 * (max(one.at for one in outcome.changes) - transcript_at)
        except (Failed, TimeoutError) as error:
            outcome.failure = str(error) or f"no reply was played within {TURN_S:g} s"
        outcomes.append(outcome)
        tell(outcome)
    return outcomes


async def furnish(house: House) -> None:
    """Things in their areas, exposed, at rest."""
    for area, entities in AREAS.items():
        for entity in entities:
            await house.home.ask("config/entity_registry/update", entity_id=entity, area_id=area)
    await expose(house, DOOR, True)
    await house.home.act("light.turn_off", KITCHEN_LIGHT)
    await house.home.act("light.turn_off", BEDROOM_LIGHT)
    await house.home.act("cover.open_cover", BLINDS)
    await house.home.act("lock.lock", DOOR)


async def made_by_hark(house: House) -> dict[str, list[str]]:
    """Device by device, the entities that Hark's entries have made in Home Assistant."""
    devices = {one["id"]: one["name"] for one in await house.home.ask("config/device_registry/list")}
    made: dict[str, list[str]] = {}
    for entry in await house.home.ask("config/entity_registry/list"):
        if entry["platform"] == "wyoming":
            made.setdefault(devices.get(entry["device_id"], "without a device"), []).append(entry["entity_id"])
    return {name: sorted(entities) for name, entities in made.items()}
