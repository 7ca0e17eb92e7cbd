"""The test sentences of OHF-Voice/intents through the hub's home intents: what is understood, and how fast.

    python -m bench.intents CHECKOUT [--language en] [--json FILE]

A sentence is right where its intent and all its slots are those that its test expects, in the home of its test. Its
reply is compared too, word by word, where that home has what the sentence is about: many tests leave that out, as
theirs only render a template. What Hark's homes do not support is listed apart, with the reason, and does not count.

Then all the supported sentences are said once in one home of 500 things, that of all the tests together and made-up
ones: does each mean the same there, and how long is it from the words to the plan, and to the first call of a service?
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.figures import conditions, spread
from bench.intent_home import House, crowd
from bench.intent_outcomes import calls_ms, lacking, table, understand
from bench.intent_tests import Case, TestsError, read_cases
from hub.llm.language import LanguageError, load
from hub.llm.recognition import Recognition


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where the checkout and the language can be read."""
    parser = argparse.ArgumentParser("bench/intents.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT", help="of github.com/OHF-Voice/intents")
    parser.add_argument("--language", default="en")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    options = parser.parse_args(argv)
    try:
        found = report(read_cases(options.checkout, options.language), options.language)
    except (TestsError, LanguageError) as error:
        print(f"bench/intents.py: {error}", file=sys.stderr)
        return 1
    print(*lines(found), sep="\n")
    if options.json:
        engine = Recognition(House(), load(options.language)).name
        measured = {**conditions([]), "engines": {"llm": engine}, "data_path": "text, in process"}
        options.json.write_text(json.dumps({"conditions": measured, **found}, indent=2) + "\n")
    return 0


def report(cases: Sequence[Case], language: str) -> dict[str, Any]:
    """All figures of a run, ready for JSON; times in ms. Raises LanguageError."""
    supported = [case for case in cases if not lacking(case)]
    apart = Counter((case.intent, case.combination, lacking(case)) for case in cases if lacking(case))
    home = crowd(supported)
    alone, among = understand(supported, language), understand(supported, language, home)
    right = sum(one.right for one in alone)
    return {
        "sentences": len(cases),
        "supported": len(supported),
        "right": right,
        "share": right / len(supported) if supported else None,
        "intents": table(alone),
        "wrong": [str(one) for one in alone if not one.right],
        "other replies": [f"{one.reply!r}, not {one.case.reply!r}" for one in alone if one.same_reply is False],
        "unsupported": [[*names, number] for names, number in sorted(apart.items())],
        "things": len(home.things),
        "right among them": sum(one.right for one in among),
        "wrong among them": [str(one) for one in among if not one.right],
        "plan_ms": spread([one.took_ms for one in among]),
        "call_ms": spread(asyncio.run(calls_ms(supported, language, home))),
    }


def lines(found: Mapping[str, Any]) -> list[str]:
    """The report as people read it."""
    return [
        *_rows(found["intents"]),
        f"\n{found['right']} of {found['supported']} supported sentences are right; the rest:",
        *(found["wrong"] or ["none"]),
        f"\nright, with another reply than the test's: {len(found['other replies'])}",
        *found["other replies"],
        f"\nnot supported: {found['sentences'] - found['supported']} of {found['sentences']} sentences",
        *(f"{number:5}  {intent} {combination}: {why}" for intent, combination, why, number in found["unsupported"]),
        f"\nin one home of {found['things']} things {found['right among them']} are right; the rest:",
        *(found["wrong among them"] or ["none"]),
        f"\nwords to plan           {_times(found['plan_ms'])}",
        f"words to service call   {_times(found['call_ms'])}",
    ]


def _rows(intents: Mapping[str, Mapping[str, int]]) -> list[str]:
    columns = list(next(iter(intents.values()), {}))
    total = {column: sum(row[column] for row in intents.values()) for column in columns}
    head = f"{'':28}" + "".join(f"{column:>14}" for column in columns)
    rows = [*intents.items(), ("altogether", total)]
    return [head, *(f"{name:28}" + "".join(f"{row[column]:14}" for column in columns) for name, row in rows)]


def _times(figures: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.1f} ms" for name, value in figures.items())


if __name__ == "__main__":
    sys.exit(main())
