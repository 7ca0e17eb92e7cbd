"""Sound that comes unasked, and timers."""

from __future__ import annotations

import asyncio

from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from tests.conformance.check import Check
from tests.conformance.controller import Controller
from tests.conformance.stage import SLACK_S, Stage, expect, heard, lives

SOUND_S = 1.5
WAITS_S = 0.5  # beyond the sound's length, for `played` of an announcement
EARLY_S = 0.4  # `played` may come so much before the sound could have ended: a sound card's own buffer
AGAIN_S = 3.0


async def plays_an_announcement(stage: Stage) -> None:
    async with stage.led() as controller:
        began = asyncio.get_running_loop().time()
        mark = controller.mark()
        await controller.sound(SOUND_S)
        at, _ = await controller.comes("played", SOUND_S + WAITS_S + SLACK_S, mark)
        expect(at - began >= SOUND_S - EARLY_S, f"played after {at - began:.1f} s of {SOUND_S} s of sound")


async def is_in_time(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = controller.mark()
        await controller.sound(SOUND_S)
        await controller.comes("played", SOUND_S + WAITS_S, mark)


async def says_played_once(stage: Stage) -> None:
    async with stage.led() as controller:
        for _ in range(2):
            mark = controller.mark()
            await controller.sound(0.5)
            await controller.comes("played", 5.0, mark)
        await asyncio.sleep(1.0)
        expect(len(controller.all("played")) == 2, f"{len(controller.all('played'))} times played after two sounds")


async def bears_sound_without_sound(stage: Stage) -> None:
    async with stage.led() as controller:
        before = await _plays(controller)
        await controller.sound(0.0)
        await asyncio.sleep(1.0)
        expect(await _plays(controller) == before, "the sound after it is not played")
        await lives(controller)


async def plays_after_its_controller_left(stage: Stage) -> None:
    async with stage.led() as controller:
        before = await _plays(controller)
        await controller.sound(3.0, end=False)
        await asyncio.sleep(0.5)
    await asyncio.sleep(AGAIN_S)
    async with stage.led() as controller:
        expect(await _plays(controller) == before, "the next sound is not played")


async def _plays(controller: Controller) -> bool:
    mark = controller.mark()
    await controller.sound(0.5)
    return await heard(controller, 0.5, mark)


async def knows_timers(stage: Stage) -> None:
    async with stage.led() as controller:
        first = TimerStarted(id="a", total_seconds=3600, name="eggs", start_hours=1)
        second = TimerStarted(id="b", total_seconds=1, start_seconds=1)
        updated = TimerUpdated(id="a", is_active=False, total_seconds=3500)
        await controller.send(first.event(), updated.event(), TimerCancelled(id="a").event(), second.event())
        await asyncio.sleep(1.2)
        await controller.send(TimerFinished(id="b").event(), TimerCancelled(id="never-heard-of").event())
        await lives(controller)
        await controller.send(TimerCancelled(id="b").event())


CHECKS = (
    Check(
        "an announcement is played and, when it was heard, reported",
        "2.3-D",
        plays_an_announcement,
        lambda release: release.announces,
        "does not announce",
    ),
    Check(
        "the report comes before Home Assistant stops waiting, 0.5 s after the sound's length",
        "2.3-D",
        is_in_time,
        lambda release: release.announces,
        "does not announce",
    ),
    Check(
        "each sound is reported once",
        "2.3-D",
        says_played_once,
        lambda release: release.announces,
        "does not announce",
    ),
    Check(
        "audio-start and audio-stop with nothing between do no harm",
        "2.3-D",
        bears_sound_without_sound,
        lambda release: release.announces,
        "does not announce",
    ),
    Check(
        "a controller that goes in the middle of a sound leaves a satellite that plays the next",
        "2.3-4",
        plays_after_its_controller_left,
        lambda release: release.announces,
        "does not announce",
    ),
)
TIMERS = (Check("timer events are taken, also of a timer that is not known", "2.3-E", knows_timers),)
"""Last of all: a satellite may ring for a while."""
