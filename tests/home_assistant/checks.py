"""What a person does with a satellite at home, through the real Home Assistant: each check tells what it saw.

A check raises Failed, or TimeoutError where Home Assistant never came to a state. It leaves a satellite that is idle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from tests.conformance.stage import expect
from tests.home_assistant.client import pipeline_runs
from tests.home_assistant.house import ASSISTANT, LIGHT, MUTE, SATELLITE, House

TURN_S = 30.0  # from the wake word to the end of the reply
RING_S = 4.0
APART_S = 2.5  # between two wake words: Home Assistant takes them for one within two seconds
LIGHT_ON, LIGHT_OFF = "turn on the kitchen light", "turn off the kitchen light"
STORY, SLOW = "is the bedroom light on", "turn on the bedroom light"  # configuration.yaml says what is answered
ANNOUNCED = "dinner is ready"


async def appears(house: House) -> str:
    """The satellite's entities are there, and idle."""
    await house.home.until(SATELLITE, "idle")
    expect(house.home.state(ASSISTANT) == "Hark", "the pipeline is not selected")
    return f"{SATELLITE} is idle, {MUTE} is {house.home.state(MUTE)}"


async def is_asked(house: House) -> str:
    """A spoken question changes the home, and the reply plays."""
    seen = await _turn(house)
    return f"{seen}, then {await _turn(house)}"


async def is_ended_by_the_hub(house: House) -> str:
    """Home Assistant runs no detector of its own: the hub tells when the person has finished."""
    mark = house.recorder.mark()
    seen = await _turn(house)
    events = {event["type"]: event["data"] for event in (await pipeline_runs(house.home, house.pipeline))[-1]}
    expect(not events["stt-start"]["audio_processing"]["requires_external_vad"], "its own detector is wanted")
    told = [kind for kind in ("voice-started", "voice-stopped") if house.recorder.since(mark, "controller", kind)]
    expect(not told, f"it told {' and '.join(told)}")
    expect(not {"stt-vad-start", "stt-vad-end"} & events.keys(), "its own detector has run")
    transcript = house.recorder.since(mark, "controller", "transcript")[0].at
    expect(not house.recorder.since(mark, "satellite", "audio-stop"), "the satellite ended the turn")
    paused = max(line.at for line in house.recorder.since(mark, "satellite", "voice-stopped") if line.at < transcript)
    return f"no voice-started, no voice-stopped; transcript {transcript - paused:.2f} s after the pause; {seen}"


async def announces(house: House) -> str:
    """An announcement plays and is over when it was heard."""
    before, began = house.room.played(), monotonic()
    await house.home.act("assist_satellite.announce", SATELLITE, message=ANNOUNCED, preannounce=False)
    took = monotonic() - began
    reported = house.recorder.seconds_since_last("audio-start", "played")
    expect(house.room.played() > before, "nothing was played")
    expect(reported is not None, "`played` did not come")
    heard = house.room.played() - before
    return f"over after {took:.1f} s, `played` {reported:.2f} s after audio-start, {heard} bytes played"


async def rings(house: House) -> str:
    """A timer rings."""
    mark = house.recorder.mark()
    said = await house.converse("set a timer for 2 seconds")
    async with asyncio.timeout(TURN_S):
        await house.recorder.comes("controller", "timer-finished", mark)
    before = house.room.played()
    await asyncio.sleep(RING_S)
    rung = house.room.played() - before
    expect(rung, f"timer-finished came, and nothing was played within {RING_S:g} s ({said!r})")
    return f"{said!r}; {rung} bytes of ringing in {RING_S:g} s"


async def stops_ringing(house: House) -> str:
    """The wake word ends the ringing."""
    house.speak(LIGHT_OFF)
    await asyncio.sleep(TURN_S / 4)
    before = house.room.played()
    await asyncio.sleep(RING_S)
    expect(house.room.played() == before, "it rings on")
    return f"silent for {RING_S:g} s; {await _turn(house)}"


async def is_muted(house: House) -> str:
    """Muted, it sends nothing; unmuted, it hears."""
    await house.home.act("switch.turn_on", MUTE)
    await asyncio.sleep(7.0)
    mark = house.recorder.mark()
    house.speak(LIGHT_ON)
    await asyncio.sleep(6.0)
    sent = {line.type for line in house.recorder.lines[mark:] if line.side == "satellite"} - {"info", "(closed)"}
    house.room.unsay()
    await house.home.act("switch.turn_off", MUTE)
    expect(not sent, f"muted, it sent {' and '.join(sorted(sent))}")
    return f"muted for 13 s it sent nothing; unmuted: {await _turn(house)}"


async def is_muted_for_a_moment(house: House) -> str:
    """Muted and unmuted between two pings, it hears."""
    await house.recorder.comes("controller", "ping", house.recorder.mark())
    await asyncio.sleep(0.3)
    mark = house.recorder.mark()
    await house.home.act("switch.turn_on", MUTE)
    await asyncio.sleep(0.3)
    await house.home.act("switch.turn_off", MUTE)
    await asyncio.sleep(7.0)
    renewed = bool(house.recorder.since(mark, "controller", "run-satellite"))
    return f"run-satellite {'came' if renewed else 'did not come'}; {await _turn(house)}"


async def hears_nothing(house: House) -> str:
    """The wake word and then nothing: the run ends with an error, and the next is answered."""
    mark = house.recorder.mark()
    house.speak("")
    async with asyncio.timeout(TURN_S):
        error = await house.recorder.comes("controller", "error", mark)
    return f"{error.data['code']}; {await _turn(house)}"


async def is_interrupted(house: House) -> str:
    """The wake word interrupts a reply, and the next question is answered."""
    mark = house.recorder.mark()
    length = await _story(house)
    seen = await _turn(house)
    began = house.recorder.since(mark, "controller", "audio-start")[0].at
    ended = house.recorder.since(mark, "satellite", "played")[0].at
    expect(ended - began < length, f"`played` came {ended - began:.1f} s after audio-start of {length:.1f} s")
    return f"{length:.1f} s of reply ended after {ended - began:.1f} s; {seen}"


async def is_woken_while_it_thinks(house: House) -> str:
    """The wake word while Home Assistant thinks: that question is answered, and the next."""
    before, mark = house.home.state(LIGHT), house.recorder.mark()
    house.speak(SLOW)
    await house.home.until(SATELLITE, "processing", late_s=TURN_S)
    await asyncio.sleep(1.0)
    expect(house.home.state(SATELLITE) == "processing", "the slow question was not understood")
    house.speak(LIGHT_OFF if before == "on" else LIGHT_ON)
    await asyncio.sleep(TURN_S / 2)
    renewed = bool(house.recorder.since(mark, "controller", "run-satellite"))
    expect(house.home.state(LIGHT) != before, "the second question was not answered")
    return f"the second question is answered, on {'a new' if renewed else 'the same'} connection; {await _turn(house)}"


async def is_reloaded(house: House) -> str:
    """Home Assistant loads the satellite anew."""
    mark = house.recorder.mark()
    await house.reload_satellite()
    await house.home.until(SATELLITE, "idle")
    paused = bool(house.recorder.since(mark, "controller", "pause-satellite"))
    return f"pause-satellite {'came' if paused else 'did not come'}; {await _turn(house)}"


async def is_restarted(house: House) -> str:
    """Home Assistant restarts while nothing happens."""
    return f"{await _restart(house)}; {await _turn(house)}"


async def is_restarted_in_a_reply(house: House) -> str:
    """Home Assistant restarts in the middle of a reply."""
    await _story(house)
    return f"{await _restart(house)}; {await _turn(house)}"


async def comes_back(house: House) -> str:
    """The satellite is killed and started again; the recorder between makes it look like an orderly close."""
    began = monotonic()
    mark = house.recorder.mark()
    await house.restart_satellite()
    async with asyncio.timeout(TURN_S):
        await house.recorder.comes("controller", "run-satellite", mark)
    back = monotonic() - began
    return f"led again after {back:.1f} s; {await _turn(house)}"


async def _turn(house: House) -> str:
    """A spoken question that switches the light; tells the figures."""
    sentence, becomes = (LIGHT_OFF, "off") if house.home.state(LIGHT) == "on" else (LIGHT_ON, "on")
    await asyncio.sleep(APART_S)
    before, mark = house.room.played(), house.recorder.mark()
    house.speak(sentence)
    await house.home.until(SATELLITE, "listening", late_s=TURN_S)
    listening = monotonic()
    await house.home.until(LIGHT, becomes, late_s=TURN_S)
    changed = monotonic()
    await house.home.until(SATELLITE, "idle", late_s=TURN_S)
    await asyncio.sleep(0.3)
    expect(house.recorder.since(mark, "satellite", "played"), "`played` did not come")
    expect(house.room.played() > before, "no reply was heard")
    reply = await house.last_reply()
    return f"light {becomes} {changed - listening:.1f} s after the wake word, {reply!r} heard"


async def _story(house: House) -> float:
    """A long reply, up to its middle; returns how many seconds it has."""
    await asyncio.sleep(APART_S)
    before, mark = house.room.played(), house.recorder.mark()
    house.speak(STORY)
    await house.home.until(SATELLITE, "responding", late_s=TURN_S)
    await asyncio.sleep(2.0)
    expect(house.room.played() > before, "no reply was heard")
    return float((await house.recorder.comes("controller", "audio-stop", mark)).data["timestamp"]) / 1000


async def _restart(house: House) -> str:
    mark = house.recorder.mark()
    began = monotonic()
    await house.stop_home()
    stopped = monotonic() - began
    last = [line.type for line in house.recorder.lines[mark:] if line.side == "controller" and line.type != "ping"]
    await house.start_home()
    await house.home.until(SATELLITE, "idle", late_s=60.0)
    return f"stopped in {stopped:.0f} s with {' > '.join(dict.fromkeys(last))}, back after {monotonic() - began:.0f} s"


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    appears,
    is_asked,
    is_ended_by_the_hub,
    announces,
    is_muted,
    is_muted_for_a_moment,
    hears_nothing,
    is_interrupted,
    is_reloaded,
    is_restarted,
    is_restarted_in_a_reply,
    comes_back,
    is_woken_while_it_thinks,
    rings,
    stops_ringing,
)
