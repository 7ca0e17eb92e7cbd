"""The connections between the programs of a storm: which there should be, and which are left half open."""

from __future__ import annotations

import asyncio
from collections.abc import Container
from time import monotonic

from tests.home_assistant.storm.house import House
from tests.home_assistant.storm.measures import LET_GO, REST, Measure
from tests.home_assistant.storm.person import LOOK_S
from tests.home_assistant.storm.plan import HOME, HUB, SATELLITES
from tests.home_assistant.storm.unit import SILENT_S

SETTLE_S = 20.0  # for a reply to end, and a poll of Home Assistant's

EXPECTED = {
    *(f"{hub} > {satellite}" for hub in (HUB, HOME) for satellite in SATELLITES),
    *(f"{satellite} < {hub}" for hub in (HUB, HOME) for satellite in SATELLITES),
    f"{HUB} > {HOME}",
    f"{HOME} < {HUB}",
}
"""One connection of each, and no other: the hub leads, Home Assistant stands by and is the hub's home."""


def odd(house: House) -> list[str]:
    """What is connected that should not be, and what is not."""
    there = {pair: len(ports) for pair, ports in house.connections().items()}
    missing = [f"no {pair}" for pair in sorted(EXPECTED - there.keys())]
    return missing + [f"{count} {pair}" for pair, count in sorted(there.items()) if count != (pair in EXPECTED)]


async def at_rest(house: House) -> tuple[list[str], Measure]:
    """What is odd still when all is at rest, and how long that took."""
    began = monotonic()
    while (seen := odd(house)) and monotonic() - began < SETTLE_S:  # noqa: ASYNC110 (the kernel tells no one)
        await asyncio.sleep(LOOK_S)
    return seen, Measure(REST, "all", monotonic() - began)


async def let_go(house: House, silent: str, but: Container[str]) -> list[Measure]:
    """How soon the others end their connections with a program that has just fallen silent; some are not asked."""
    began, measures = monotonic(), []
    ends = {pair: ports for pair, ports in house.connections().items() if pair.split()[2] == silent}
    ends = {pair: ports for pair, ports in ends.items() if pair.split()[0] not in but}
    while ends and monotonic() - began < SILENT_S - 2 * LOOK_S:
        await asyncio.sleep(LOOK_S)
        there = house.connections()
        for pair in [pair for pair, ports in ends.items() if not ports & there.get(pair, set())]:
            measures.append(Measure(LET_GO, pair, monotonic() - began))
            del ends[pair]
    return measures + [Measure(LET_GO, pair, SILENT_S) for pair in ends]
