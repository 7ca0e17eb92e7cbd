"""The real hub's services meet every release of Home Assistant."""

from __future__ import annotations

import asyncio
from functools import cache
from itertools import chain

import pytest

from bench.house import program
from tests.conformance.__main__ import SERVICES, play
from tests.conformance.check import Outcome, Verdict
from tests.conformance.releases import RELEASES
from tests.conformance.services import asr, conversation, described, tts, wake
from tests.conformance.services.home import Home
from tests.wire_pairs import LOOPBACK

ALLOWANCE_S = 3.0
ALONE = ("--set", "fleet.satellites=[]", "--set", "timeline.file=", "--set", "serve.port=0")
GROUPS = (described.CHECKS + conversation.CHECKS, asr.CHECKS, tts.CHECKS)


async def meets(home: Home) -> list[Outcome]:
    """One release, its groups of checks at once."""
    done = await asyncio.gather(*(play(home, group, lambda outcome: None) for group in GROUPS))
    return list(chain.from_iterable(done))


@cache
def outcomes() -> dict[str, list[Outcome]]:
    """Every release at once, with the services of one hub."""

    async def all_at_once() -> list[list[Outcome]]:
        async with program("hub", *ALONE) as hub:
            port = int((await hub.says(r"text-to-speech listen on .* port (\d+)"))[1])
            homes = [Home(LOOPBACK, port, release, allowance_s=ALLOWANCE_S) for release in RELEASES.values()]
            return await asyncio.gather(*map(meets, homes))

    return dict(zip(RELEASES, asyncio.run(all_at_once()), strict=True))


@pytest.mark.end_to_end
@pytest.mark.parametrize("release", RELEASES)
def test_the_services_do_what_home_assistant_needs(release: str) -> None:
    met = outcomes()[release]
    assert {outcome.check for outcome in met} == set(SERVICES) - set(wake.CHECKS)
    assert sum(outcome.verdict is Verdict.OK for outcome in met) >= 25
    assert [str(outcome) for outcome in met if outcome.verdict in (Verdict.FAILED, Verdict.NOT_ASKED)] == []
