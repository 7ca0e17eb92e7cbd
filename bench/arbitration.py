"""Several satellites in earshot: a real hub and real satellites hear one wake word and a question, round by round.

    python -m bench.arbitration [--satellites 4] [--rounds 40] [--seed 0] [--json]

In each round every satellite gets the same spoken words with noise of its own, at a level, with a delay and over a
network drawn for it; each notices its recording by itself, which spreads them by up to 100 ms more. In turn with them
a house of one satellite with a hub of its own is asked the same, as the loudest hears it: the difference is what
arbitration costs. A satellite that does not answer must not have opened its speaker at all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil

from bench.earshot import Heard, Round, rooms
from bench.figures import spread
from bench.house import HouseError
from bench.spoken import shipped

LONGEST_DELAY_S = 0.03  # of the sound: 10 m of air
LONGEST_WAY_S = 0.025  # of the network, each way: Wi-Fi that is used by others too
SOFTEST_DB = -18.0
ASKED = ("turn on the kitchen light", "what is the temperature in the bedroom", "is the front door locked")


async def measure(count: int, rounds: int, seed: int, tell: Callable[[str], None]) -> dict[str, object]:
    """The report's figures."""
    chance = np.random.default_rng(seed)
    names = [f"room {number}" for number in range(1, count + 1)]
    questions = [question for question in shipped() if question.text in ASKED]
    several, single = list[Round](), list[Round]()
    with tempfile.TemporaryDirectory(prefix="hark-") as folder:
        async with rooms(Path(folder) / "several", names) as house, rooms(Path(folder) / "one", ["alone"]) as alone:
            for number in range(rounds):
                question = questions[number % len(questions)]
                drawn = {name: _drawn(chance) for name in names}
                several.append(await house.ask(question, drawn, chance))
                loudest = drawn[several[-1].loudest]
                single.append(await alone.ask(question, {"alone": loudest}, chance))
                tell(_line(number + 1, several[-1], single[-1]))
    return {
        "conditions": {"satellites": count, "rounds": rounds, "cores": psutil.cpu_count(), "load": psutil.getloadavg()},
        "several": figures(several),
        "one": figures(single),
        "rounds": [asdict(one) | {"loudest": one.loudest} for one in several],
    }


def _drawn(chance: np.random.Generator) -> Heard:
    return Heard(chance.uniform(0, LONGEST_DELAY_S), chance.uniform(SOFTEST_DB, 0), chance.uniform(0, LONGEST_WAY_S))


def figures(rounds: Sequence[Round]) -> dict[str, object]:
    """What a run says; times in ms."""
    return {
        "rounds": len(rounds),
        "exactly_one_answered": sum(len(one.answered) == 1 for one in rounds),
        "nobody_else_sounded": sum(one.sounded == one.answered for one in rounds),
        "heard_by": [len(one.claims) for one in rounds],
        "loudest_answered": sum(one.answered == [one.loudest] for one in rounds),
        "one_of_the_loud_answered": sum(len(one.answered) == 1 and one.answered[0] in one.loud for one in rounds),
        "understood": sum(one.understood for one in rounds),
        "spread_of_hearing": known([one.spread_ms for one in rounds]),
        "wake_to_awake": known([one.wake_to_awake for one in rounds]),
        "end_of_speech_to_first_sound": known([one.first_sound for one in rounds]),
    }


def known(values: Sequence[float | None]) -> dict[str, float]:
    """The spread of those that are there."""
    return {name: round(value, 1) for name, value in spread([one for one in values if one is not None]).items()}


def _line(number: int, several: Round, single: Round) -> str:
    answered = ", ".join(several.answered) or "nobody"
    times = f"awake {several.wake_to_awake} ms (alone {single.wake_to_awake})"
    first = f"first sound {several.first_sound} ms (alone {single.first_sound})"
    wanted = "" if several.answered == [several.loudest] else f", loudest {several.loudest}"
    heard = f"heard by {len(several.claims)} within {several.spread_ms:.0f} ms"
    return f"{number:3}  {answered} answered{wanted}; {heard}; sounded: {several.sounded}; {times}; {first}"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs it; 0 where in every round exactly one answered and nobody else made a sound."""
    parser = argparse.ArgumentParser("python -m bench.arbitration", description="Several satellites, one wake word.")
    parser.add_argument("--satellites", type=int, default=4, metavar="N", help="that hear it")
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="questions")
    parser.add_argument("--seed", type=int, default=0, help="of delays, levels and noise")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args(argv)
    tell: Callable[[str], None] = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    try:
        found = asyncio.run(measure(options.satellites, options.rounds, options.seed, tell))
    except HouseError as error:
        print(f"bench.arbitration: {error}", file=sys.stderr)
        return 2
    shown = found if options.json else {key: found[key] for key in ("conditions", "several", "one")}
    print(json.dumps(shown, indent=2))
    several = found["several"]
    assert isinstance(several, dict)
    return 0 if several["exactly_one_answered"] == several["nobody_else_sounded"] == options.rounds else 1


if __name__ == "__main__":
    sys.exit(main())
