"""One hub and two satellites, as programs, hear the same words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from bench import spoken
from bench.earshot import Heard, Round, rooms

pytestmark = pytest.mark.end_to_end


def test_one_of_two_satellites_answers_and_the_other_never_opens_its_speaker(tmp_path: Path) -> None:
    async def test() -> Round:
        async with rooms(tmp_path, ["kitchen", "hall"]) as house:
            heard = {"kitchen": Heard(0.0, -6.0), "hall": Heard(0.02, -8.0)}
            return await house.ask(spoken.shipped()[0], heard, np.random.default_rng(0))

    found = asyncio.run(test())
    assert len(found.answered) == 1
    assert found.sounded == found.answered
    assert len(found.claims) == 2
    assert found.understood
