"""What the show prints, line by line while it runs, and its JSON."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from tests.home_assistant.show.ways import Outcome

LIMIT_MS = 150.0
HUB_LED = "\nLed by the hub, whose home is Home Assistant; ms from the final transcript to the change in Home Assistant"
IN_PIPELINE = """
Led by Home Assistant, with a pipeline of Hark alone; in ms
  change  from the final transcript to the change in Home Assistant
  stt     from the last sound of speech, as the hub gets it, to the transcript; with the wait to be sure of the end
  handle  from the text to the reply's text, tts from that text to its first sound, all three at the hub's socket
  whole   from the last sound of speech at the satellite to the first sound of the reply there
  over    whole less the three: what Home Assistant, the network and the recorders took
"""
TIMES = ("stt", "handle", "tts", "whole", "over")


def line(outcome: Outcome) -> str:
    """One question, in a row."""
    said = outcome.asked.text if outcome.asked.wake else f"  {outcome.asked.text}"
    changed = "; ".join(map(str, outcome.changes)) or "-"
    change_ms = "" if outcome.change_ms is None else f"{outcome.change_ms:.0f}"
    times = [getattr(outcome.stages, name) for name in TIMES] if outcome.stages else []
    row = f"{said:38.38} {outcome.reply:46.46} {changed:40} {change_ms:>6}" + "".join(f" {ms:6.0f}" for ms in times)
    heard = "" if outcome.transcript == outcome.asked.text else f"\n    heard: {outcome.transcript!r}"
    return row + heard + (f"\n    FAILED: {outcome.problem}" if outcome.problem else "")


def head(with_stages: bool) -> str:
    """Above the rows."""
    row = f"{'said':38} {'reply':46} {'changed in the home':40} {'change':>6}"
    return row + "".join(f" {name:>6}" for name in TIMES if with_stages)


def figures(outcomes: Sequence[Outcome]) -> str:
    """Below the rows."""
    changed = [one.change_ms for one in outcomes if one.change_ms is not None]
    over = [one.stages.over for one in outcomes if one.stages is not None]
    parts = [_range("change after the transcript", changed), _range("over the sum of the stages", over)]
    return f"{'; '.join(filter(None, parts))}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _range(what: str, values: Sequence[float]) -> str:
    if not values:
        return ""
    late = sum(value > LIMIT_MS for value in values)
    found = f"{median(values):.0f} ms (median of {len(values)}), at most {max(values):.0f}"
    return f"{what}: {found}, {late} of them over {LIMIT_MS:.0f}"


def document(ways: Mapping[str, Sequence[Outcome]], entities: Mapping[str, list[str]]) -> dict[str, Any]:
    """All of it, for --json."""
    told = {way: [_row(outcome) for outcome in outcomes] for way, outcomes in ways.items()}
    return {"limit_ms": LIMIT_MS, "load": os.getloadavg()[0], "entities": entities, **told}


def _row(outcome: Outcome) -> dict[str, Any]:
    row = asdict(outcome) | {"asked": outcome.asked.text, "problem": outcome.problem}
    if outcome.stages is not None:
        row["stages"] |= {name: getattr(outcome.stages, name) for name in ("whole", "over")}
    return row
