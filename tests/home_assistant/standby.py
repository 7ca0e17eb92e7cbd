"""Home Assistant stands by while the hub leads: what reaches the satellites then, and what does not happen twice.

Each check has all of Hark at one Home Assistant (together.py), and tells what it saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from tests.conformance.controller import Failed
from tests.conformance.stage import expect
from tests.home_assistant.client import Client, Refused
from tests.home_assistant.house import LIGHT, House
from tests.home_assistant.likeness import ALIKE, OTHER, likeness, recorded, voiced
from tests.home_assistant.running import TURN_S
from tests.home_assistant.together import Satellite, Together, together
from wire.pcm import SPEECH

ANNOUNCED = "dinner is ready, please come down"
ON, OFF = "turn on the kitchen light", "turn off the kitchen light"
DOORBELL = "input_boolean.doorbell"  # configuration.yaml has the automation that announces it
RING_S = 4.0


async def announces_on_the_right_one(house: House) -> str:
    """While the hub leads both, an announcement is heard on one, word for word, and nothing on the other."""
    async with together(house) as them:
        bedroom, pantry = them.bedroom, them.pantry
        before, began, mark = pantry.played, monotonic(), bedroom.recorder.mark()
        await announce(them.home, bedroom)
        took = monotonic() - began
        expect(bedroom.recorder.since(mark, "satellite", "played"), "`played` did not come")
        await them.home.until(bedroom.entity, "idle")
        alike = await heard(them, bedroom)
        expect(pantry.played == before, f"the other one has played {pantry.played}")
        return f"heard in the bedroom, {alike:.3f} alike, over after {took:.1f} s, idle; the pantry played nothing"


async def announces_after_the_hubs_reply(house: House) -> str:
    """One that comes while the hub is asked, or replies, is heard whole when the reply is over."""
    async with together(house) as them:
        seen = [await _announced_in_a_turn(them, when) for when in ("awake", "reply")]
        again = await them.asks(them.bedroom, OFF)
        return f"{'; '.join(seen)}; then {again!r}"


async def _announced_in_a_turn(them: Together, when: str) -> str:
    bedroom, mark, sent = them.bedroom, len(them.hub.seen), them.bedroom.recorder.mark()
    bedroom.said.unlink(missing_ok=True)
    await them.speak(bedroom, ON)
    turn = str((await them.hub.sees(lambda seen: seen["event"] == when, mark))["turn"])
    began = monotonic()
    await announce(them.home, bedroom)
    waited = monotonic() - began
    await them.hub.sees(lambda seen: seen["event"] == "times", mark)
    async with asyncio.timeout(TURN_S):
        played = await bedroom.recorder.comes("satellite", "played", sent)
    await asyncio.sleep(0.3)  # for the file to be closed
    length = (await bedroom.recorder.comes("controller", "audio-stop", sent)).at - played.at
    reply = bedroom.folder / "speaker" / f"{turn.replace(':', '-')}.wav"
    alike = await heard(them, bedroom)
    expect(likeness(recorded(reply), await voiced(them.home, ANNOUNCED)) < OTHER, "it was heard in the reply")
    expect(bedroom.said.stat().st_mtime_ns > reply.stat().st_mtime_ns, "it was heard before the reply was over")
    await them.home.until(bedroom.entity, "idle")
    late = f"`played` {-length:.1f} s after its sound was sent, Home Assistant waited {waited:.1f} s"
    return f"asked for at {when!r}: {them.reply(turn)!r}, then the announcement, {alike:.3f} alike, {late}"


async def is_woken_once(house: House) -> str:
    """A command that the hub takes starts no run in Home Assistant, and changes the state once."""
    async with together(house) as them:
        await them.home.act("light.turn_off", LIGHT)
        runs, mark = await them.runs(), len(them.home.states[LIGHT])
        entity = len(them.home.states[them.pantry.entity])
        sent = them.pantry.recorder.mark()
        replies = [await them.asks(them.pantry, text) for text in (ON, OFF)]
        await asyncio.sleep(1.0)
        states = [state for _, state in them.home.states[LIGHT][mark:]]
        expect(states == ["on", "off"], f"the light was {states}")
        expect(await them.runs() == runs, "a pipeline has run")
        expect(len(them.home.states[them.pantry.entity]) == entity, "the entity did not stay idle")
        told = {line.type for line in them.pantry.recorder.lines[sent:] if line.side == "satellite"}
        expect(told <= {"info", "ping", "pong", "(opened)", "(closed)"}, f"it told Home Assistant of {told}")
        return f"{replies}, light {' and '.join(states)}, {await them.runs() - runs} runs, told only {sorted(told)}"


async def is_muted_whoever_leads(house: House) -> str:
    """Home Assistant's switch closes the microphone to the hub as well, and to a hub that comes back meanwhile."""
    async with together(house) as them:
        pantry = them.pantry
        await them.home.act("switch.turn_on", pantry.entities["mute"])
        await asyncio.sleep(1.0)
        first = await _unheard(them, pantry)
        await them.hub.kill()
        await them.hub.start()
        await them.led()
        second = await _unheard(them, pantry)
        other = await them.asks(them.bedroom, ON)
        await announce(them.home, pantry)
        alike = await heard(them, pantry)
        pantry.unsay()
        await them.home.act("switch.turn_off", pantry.entities["mute"])
        await asyncio.sleep(4.0)
        again = await them.asks(pantry, OFF)
        expect(not first and not second, f"it was heard: {first} {second}")
        return f"unheard, and by a hub that came back; announced {alike:.3f} alike; {other!r}; unmuted: {again!r}"


async def _unheard(them: Together, satellite: Satellite) -> list[object]:
    mark = len(them.hub.seen)
    await them.speak(satellite, ON)
    await asyncio.sleep(6.0)
    return [seen for seen in them.hub.seen[mark:] if seen["satellite"] == satellite.name]


async def rings_whoever_was_asked(house: House) -> str:
    """A timer of the hub's rings where it was asked for, one of Home Assistant's too, and neither disturbs a turn."""
    async with together(house) as them:
        bedroom, pantry = them.bedroom, them.pantry
        before = pantry.played
        said = await them.asks(bedroom, "set a timer for five seconds")
        agent = {"agent_id": "conversation.home_assistant", "device_id": pantry.device}
        text = "set a timer for 14 seconds"
        await them.home.ask("conversation/process", text=text, language="en", **agent)
        await bedroom.plays("timer.wav")
        expect("timer.wav" not in pantry.played, f"it rings in the pantry: {pantry.played}, before {before}")
        stopped = await them.asks(bedroom, ON)
        await pantry.plays("timer.wav")
        expect(pantry.recorder.since(0, "controller", "timer-started"), "Home Assistant's was not its own")
        there = bedroom.played.get("timer.wav")
        off = await them.asks(pantry, OFF)
        silent = pantry.played.get("timer.wav")
        await asyncio.sleep(RING_S)
        expect(pantry.played.get("timer.wav") == silent, "it rings on")
        expect(bedroom.played.get("timer.wav") == there, "the other rang again")
        return f"{said!r} rings in the bedroom alone, {stopped!r} ends it; Home Assistant's in the pantry, {off!r}"


async def is_told_by_automations(house: House) -> str:
    """An automation announces when a state changes; what a Wyoming satellite cannot do is refused by Home Assistant."""
    async with together(house) as them:
        bedroom = them.bedroom
        expect(bedroom.entity == "assist_satellite.bedroom", f"the automation's satellite is {bedroom.entity}")
        await them.home.act("input_boolean.turn_off", DOORBELL)
        mark = bedroom.recorder.mark()
        reply = asyncio.create_task(them.asks(bedroom, ON))
        await them.hub.sees(lambda seen: seen["event"] == "awake")
        await them.home.act("input_boolean.turn_on", DOORBELL)
        await reply
        async with asyncio.timeout(TURN_S):
            await bedroom.recorder.comes("satellite", "played", mark)
        alike = await heard(them, bedroom)
        refused = [await _refusal(them, action, data) for action, data in _NOT_FOR_WYOMING.items()]
        still = await them.asks(bedroom, OFF)
        return f"{reply.result()!r}, then the doorbell announced, {alike:.3f} alike; {refused}; {still!r}"


_NOT_FOR_WYOMING: dict[str, dict[str, object]] = {
    "assist_satellite.start_conversation": {"start_message": "Shall I?"},
    "assist_satellite.ask_question": {"question": "Shall I?"},
}


async def _refusal(them: Together, action: str, data: dict[str, object]) -> str:
    domain, service = action.split(".")
    target = {"entity_id": them.bedroom.entity}
    fields = {"domain": domain, "service": service, "target": target, "service_data": data}
    try:
        await them.home.ask("call_service", **fields, return_response=service == "ask_question")
    except Refused as error:
        await them.home.until(them.bedroom.entity, "idle")
        return f"{service} fails: {error}"[:110]
    raise Failed(f"{action} was done")


async def announce(home: Client, satellite: Satellite) -> None:
    """An announcement, until Home Assistant takes it for heard."""
    await home.act("assist_satellite.announce", satellite.entity, message=ANNOUNCED, preannounce=False)


async def heard(them: Together, satellite: Satellite) -> float:
    """How much what was said last is the announcement."""
    await asyncio.sleep(0.3)  # for the file to be closed
    wanted = await voiced(them.home, ANNOUNCED)
    alike = likeness(recorded(satellite.said), wanted)
    expect(alike > ALIKE, f"other words were heard: {alike:.2f} alike, {len(wanted) / SPEECH.rate:.1f} s wanted")
    return alike


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    announces_on_the_right_one,
    announces_after_the_hubs_reply,
    is_woken_once,
    is_muted_whoever_leads,
    rings_whoever_was_asked,
    is_told_by_automations,
)
