"""Whether a satellite does what Home Assistant needs: `python -m tests.conformance HOST PORT`.

With `--services` the same of a server of speech-to-text, text-to-speech, conversation or wake words. Prints each check
with its verdict and the section of WYOMING.md that it stands for; ends with 1 where one failed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence

from tests.conformance import presence, replay, sounds, turns
from tests.conformance.check import Check, Outcome, S, Verdict, judge
from tests.conformance.releases import LATEST, RELEASES, Release
from tests.conformance.services import asr, conversation, described, tts, wake
from tests.conformance.services.home import Home
from tests.conformance.stage import Stage

CHECKS: tuple[Check[Stage], ...] = (*presence.CHECKS, *sounds.CHECKS, *turns.CHECKS, *replay.CHECKS, *sounds.TIMERS)
SERVICES: tuple[Check[Home], ...] = (
    *described.CHECKS,
    *asr.CHECKS,
    *tts.CHECKS,
    *conversation.CHECKS,
    *wake.CHECKS,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Plays one release, or each."""
    parser = argparse.ArgumentParser(
        "python -m tests.conformance", description="Plays Home Assistant to a satellite, or to services."
    )
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--services", action="store_true", help="plays it to speech services rather than a satellite")
    parser.add_argument("--version", choices=[*RELEASES, "all"], default=LATEST, help="of Home Assistant")
    parser.add_argument("--wake", metavar="COMMAND", help="speaks the wake word and a question to the satellite")
    parser.add_argument("--only", metavar="WORDS", default="", help="checks whose law has these words")
    options = parser.parse_args(argv)
    names = list(RELEASES) if options.version == "all" else [options.version]
    failed = 0
    for name in names:
        print(f"Home Assistant {name}")
        outcomes = asyncio.run(_played(options, RELEASES[name]))
        counts = {verdict: sum(outcome.verdict is verdict for outcome in outcomes) for verdict in Verdict}
        print("  " + ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count))
        failed += counts[Verdict.FAILED]
    return 1 if failed else 0


async def _played(options: argparse.Namespace, release: Release) -> list[Outcome]:
    if options.services:
        return await play(Home(options.host, options.port, release), _chosen(SERVICES, options.only), _tell)
    stage = Stage(options.host, options.port, release, options.wake)
    return await play(stage, _chosen(CHECKS, options.only), _tell)


def _chosen(checks: Sequence[Check[S]], words: str) -> list[Check[S]]:
    return [check for check in checks if words in check.law]


def _tell(outcome: Outcome) -> None:
    print(f"  {outcome}", flush=True)


async def play(stage: S, checks: Sequence[Check[S]], tell: Callable[[Outcome], object]) -> list[Outcome]:
    """Plays checks one after the other."""
    outcomes = []
    for check in checks:
        outcomes.append(await judge(check, stage))
        tell(outcomes[-1])
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
