"""The real satellite meets every release of Home Assistant, and what was recorded of the real one can be read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.house import program
from bench.spoken import HERE, question, record
from tests.conformance import presence, replay, sounds, turns
from tests.conformance.__main__ import CHECKS, play
from tests.conformance.check import Check, Outcome, Verdict
from tests.conformance.exchange import read
from tests.conformance.releases import LATEST, RELEASES
from tests.conformance.replay import RECORDED, connections
from tests.conformance.stage import Stage
from tests.wire_pairs import LOOPBACK

SATELLITES = 6  # among which the newest release's checks are dealt out, to be done in a minute
ALLOWANCE_S = 15.0  # for a dozen satellites at once, on a machine that may have more to do
QUESTION = HERE / "turn-on-the-kitchen-light.wav"
SOONER = ("watchdogs.thinking_s=3", "watchdogs.listening_s=4", "control.socket=")
OLDER = [*presence.CHECKS, *sounds.CHECKS[:2], turns.plays_the_reply, turns.plays_sound_before_its_text]


async def meets(release: str, checks: Sequence[Check[Stage]]) -> list[Outcome]:
    """A satellite of its own for some checks."""
    with TemporaryDirectory(prefix="hark-") as name:
        folder = Path(name)
        microphone, spoken = folder / "microphone", folder / "question.wav"
        microphone.mkdir()
        record(question(QUESTION), spoken)
        wake = f"n=$(date +%s%N) && cp {spoken} {microphone}/$n.half && mv {microphone}/$n.half {microphone}/$n.wav"
        settings = [part for setting in SOONER for part in ("--set", setting)]
        async with program("satellite", "--port", "0", "--mic", f"wav:{microphone}", *settings) as satellite:
            port = int((await satellite.says(r"listens on .* port (\d+)"))[1])
            stage = Stage(LOOPBACK, port, RELEASES[release], wake, allowance_s=ALLOWANCE_S)
            return await play(stage, checks, lambda outcome: None)


@cache
def outcomes() -> dict[str, list[Outcome]]:
    """Every release at once; each law of the newest, and of the others what differs between them."""

    async def all_at_once() -> list[list[Outcome]]:
        older = [check for check in CHECKS if check in OLDER or check.play in OLDER]
        work = [meets(name, older) for name in RELEASES if name != LATEST]
        work += [meets(LATEST, CHECKS[start::SATELLITES]) for start in range(SATELLITES)]
        return await asyncio.gather(*work)

    done = asyncio.run(all_at_once())
    names = [name for name in RELEASES if name != LATEST]
    return dict(zip(names, done, strict=False)) | {LATEST: list(chain.from_iterable(done[len(names) :]))}


@pytest.mark.end_to_end
@pytest.mark.parametrize("release", RELEASES)
def test_the_satellite_does_what_home_assistant_needs(release: str) -> None:
    met = outcomes()[release]
    assert sum(outcome.verdict is Verdict.OK for outcome in met) >= 10
    assert [str(outcome) for outcome in met if outcome.verdict in (Verdict.FAILED, Verdict.NOT_ASKED)] == []


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_recording_has_both_sides_and_no_sound(path: Path) -> None:
    lines = read(path)
    assert {line.side for line in lines} == {"controller", "satellite"}
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert connections(lines), "a recording begins with how the satellite is led"


def test_every_recording_is_replayed() -> None:
    assert len(replay.CHECKS) == len(list(RECORDED.glob("*.jsonl"))) > 0
