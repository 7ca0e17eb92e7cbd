"""Whether a satellite does what Home Assistant needs: `python -m tests.conformance HOST PORT`.

Prints each check with its verdict and the section of WYOMING.md that it stands for; ends with 1 where one failed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence

from tests.conformance import presence, replay, sounds, turns
from tests.conformance.check import Check, Outcome, Verdict, judge
from tests.conformance.releases import LATEST, RELEASES
from tests.conformance.stage import Stage

CHECKS: tuple[Check, ...] = (*presence.CHECKS, *sounds.CHECKS, *turns.CHECKS, *replay.CHECKS, *sounds.TIMERS)


def main(argv: Sequence[str] | None = None) -> int:
    """Plays one release, or each."""
    parser = argparse.ArgumentParser("python -m tests.conformance", description="Plays Home Assistant to a satellite.")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--version", choices=[*RELEASES, "all"], default=LATEST, help="of Home Assistant")
    parser.add_argument("--wake", metavar="COMMAND", help="speaks the wake word and a question to the satellite")
    parser.add_argument("--only", metavar="WORDS", default="", help="checks whose law has these words")
    options = parser.parse_args(argv)
    chosen = [check for check in CHECKS if options.only in check.law]
    names = list(RELEASES) if options.version == "all" else [options.version]
    failed = 0
    for name in names:
        print(f"Home Assistant {name}")
        stage = Stage(options.host, options.port, RELEASES[name], options.wake)
        outcomes = asyncio.run(play(stage, chosen, lambda outcome: print(f"  {outcome}", flush=True)))
        counts = {verdict: sum(outcome.verdict is verdict for outcome in outcomes) for verdict in Verdict}
        print("  " + ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count))
        failed += counts[Verdict.FAILED]
    return 1 if failed else 0


async def play(stage: Stage, checks: Sequence[Check], tell: Callable[[Outcome], object]) -> list[Outcome]:
    """Plays checks one after the other."""
    outcomes = []
    for check in checks:
        outcomes.append(await judge(check, stage))
        tell(outcomes[-1])
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
