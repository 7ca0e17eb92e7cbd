"""What the real Home Assistant said to a satellite, said again: recordings of tests/home_assistant, event by event.

Home Assistant's events are sent at the distances in which it sent them, and not before the satellite has said what
it had said by then: the n-th event of a kind that Home Assistant waits for. What else a satellite says is its own.
Pings and pongs go their own way, but for the time after a pause, of which they are all there is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.check import Check
from tests.conformance.controller import Controller
from tests.conformance.exchange import CLOSED, OPENED, Line, read
from tests.conformance.stage import APART_S, WAKE_S, Stage, end_run

RECORDED = Path(__file__).parent / "recorded" / "2026.11"
AWAITED = ("info", "detection", "run-pipeline", "played")
CUT_S = 0.2  # between the report of a reply that was cut and the detection that cut it
STILL_MUTED = 2
LATER_S = 6.0  # than in the recording an event of the satellite's may come
LONGEST_S = 2.0  # that a distance between two events is kept; beyond it nothing happened


async def replay(stage: Stage, lines: Sequence[Line]) -> None:
    """Says again what Home Assistant said on one connection."""
    before, seen = lines[0].at, Counter[str]()
    async with stage.raw() as controller:
        for line in _without_cut_replies(lines):
            if line.side == "controller":
                await asyncio.sleep(min(max(0.0, line.at - before), LONGEST_S))
                await _say(controller, line, seen)
            elif line.type in AWAITED:
                await _await(stage, controller, line, seen)
            before = line.until or line.at
        if controller.all("run-pipeline") and not controller.closed:
            await end_run(controller)
    await asyncio.sleep(APART_S)


def _without_cut_replies(lines: Sequence[Line]) -> list[Line]:
    """Without each `played` that a wake word brought about: it comes after the wake word is spoken, not before."""
    woken = [line.at for line in lines if line.type == "detection"]
    return [line for line in lines if not (line.type == "played" and any(0 <= at - line.at < CUT_S for at in woken))]


async def _say(controller: Controller, line: Line, seen: Counter[str]) -> None:
    if line.type == "pause-satellite":
        await controller.mute()
    elif line.type in ("ping", "pong"):
        await _goes_on(controller, line, seen)
    elif line.type not in (OPENED, CLOSED):
        for _ in range(line.times):
            await controller.send(line.event())


async def _goes_on(controller: Controller, line: Line, seen: Counter[str]) -> None:
    """One ping may be on its way when Home Assistant mutes; a second tells that it did not."""
    if controller.muted:
        seen["after mute"] += 1
        controller.muted = seen["after mute"] < STILL_MUTED
        await controller.send(line.event())


async def _await(stage: Stage, controller: Controller, line: Line, seen: Counter[str]) -> None:
    seen[line.type] += 1
    number = seen[line.type]
    if line.type == "detection":
        await stage.speak()
    patience = WAKE_S if line.type == "detection" else LATER_S
    await controller.happens(
        lambda: len(controller.all(line.type)) >= number, patience, f"no {number}. {line.type} came where one had come"
    )


def connections(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each connection that led the satellite."""
    numbers = dict.fromkeys(line.connection for line in lines if line.type == "run-satellite")
    return [[line for line in lines if line.connection == number] for number in numbers]


def _recorded(path: Path) -> Check[Stage]:
    async def play(stage: Stage) -> None:
        for lines in connections(read(path)):
            await replay(stage, lines)

    law = f"recorded from 2026.11.0: {path.stem.replace('-', ' ')}"
    return Check(law, "2.3", play, lambda release: release.name == "2026.11", "is not what was recorded")


CHECKS = tuple(_recorded(path) for path in sorted(RECORDED.glob("*.jsonl")))
