"""The suite itself: what a satellite does wrong is found, and what cannot be asked is not called a failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, Satellite

from tests.conformance import presence, sounds, turns
from tests.conformance.check import Check, Verdict, judge
from tests.conformance.releases import LATEST, RELEASES
from tests.conformance.stage import Stage
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK
from wire.connection import Connection
from wire.server import serve

ABOUT = Attribution(name="x", url="https://example.org")


def named(law: str, checks: Sequence[Check[Stage]]) -> Check[Stage]:
    (found,) = [check for check in checks if law in check.law]
    return found


@asynccontextmanager
async def satellite(answers: dict[str, Event]) -> AsyncIterator[int]:
    """One that gives the same answer to each type of event, and none to others."""

    async def talk(connection: Connection) -> None:
        async for event in connection:
            if event.type in answers:
                await connection.send(answers[event.type])

    async with serve(LOOPBACK, 0, talk) as ports:
        yield ports[0]


def verdict(check: Check[Stage], answers: dict[str, Event], release: str = LATEST, wake: str | None = None) -> Verdict:
    async def play() -> Verdict:
        async with satellite(answers) as port:
            return (await judge(check, Stage(LOOPBACK, port, RELEASES[release], wake, recovers_s=0.1))).verdict

    return asyncio.run(play())


def info(**fields: object) -> dict[str, Event]:
    told = Satellite("x", ABOUT, installed=True, description=None, version=None)
    event = Info(satellite=told).event()
    return {Describe().event().type: Event("info", event.data | fields)}


DESCRIBES = named("info has what", presence.CHECKS)
UNKNOWN = named("unknown types", presence.CHECKS)


def test_info_that_home_assistant_can_read_passes() -> None:
    assert verdict(DESCRIBES, info()) is Verdict.OK


def test_info_without_an_attribution_fails() -> None:
    assert verdict(DESCRIBES, info(satellite={"name": "x", "installed": True})) is Verdict.FAILED


def test_speech_to_text_beside_a_satellite_fails() -> None:
    asr = [{"name": "x", "attribution": {"name": "x", "url": "x"}, "installed": True, "models": []}]
    assert verdict(DESCRIBES, info(asr=asr)) is Verdict.FAILED


def test_a_satellite_that_answers_nothing_fails() -> None:
    assert verdict(UNKNOWN, {}, release="2024.12") is Verdict.FAILED


def test_nobody_there_is_a_failure_and_no_crash() -> None:
    outcome = asyncio.run(judge(UNKNOWN, Stage(LOOPBACK, free_port(), RELEASES[LATEST])))
    assert outcome.verdict is Verdict.FAILED
    assert "cannot connect" in outcome.why


def test_what_a_release_does_not_do_is_not_applicable() -> None:
    announces = named("an announcement is played", sounds.CHECKS)
    assert verdict(announces, info(), release="2024.12") is Verdict.NOT_APPLICABLE


def test_without_a_way_to_speak_turns_are_not_asked() -> None:
    assert verdict(named("the run goes", turns.CHECKS), info()) is Verdict.NOT_ASKED


def test_a_command_that_cannot_speak_is_said() -> None:
    assert verdict(named("the run goes", turns.CHECKS), info(), wake="exit 3") is Verdict.NOT_ASKED
