"""What the show prints, line by line while it runs, and its JSON."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from tests.home_assistant.show.ways import Outcome

LIMIT_MS = 150.0
HUB_LED = """
Led by the hub, whose home is Home Assistant; in ms
  change  from the final transcript to the change in Home Assistant
  whole   from the end of speech to the first sound of the reply, both at the satellite
"""
IN_PIPELINE = """
Led by Home Assistant, with a pipeline of Hark alone; change and whole as above, and of the whole
  stt     from the last sound of speech, as the hub gets it, to the transcript; with the wait to be sure of the end
  handle  from the text to the reply's text, tts from that text to its first sound, all three at the hub's socket
  over    whole less the three: what Home Assistant, the network and the recorders took
"""
TIMES = ("stt", "handle", "tts", "over")


def line(outcome: Outcome) -> str:
    """One question, in a row."""
    said = outcome.asked.text if outcome.asked.wake else f"  {outcome.asked.text}"
    changed = "; ".join(map(str, outcome.changes)) or "-"
    stages = [getattr(outcome.stages, name) for name in TIMES] if outcome.stages else []
    times = "".join("       " if ms is None else f" {ms:6.0f}" for ms in (outcome.change_ms, outcome.whole_ms, *stages))
    heard = "" if outcome.transcript == outcome.asked.text else f"\n    heard: {outcome.transcript!r}"
    failed = f"\n    FAILED: {outcome.problem}" if outcome.problem else ""
    return f"{said:38.38} {outcome.reply:46.46} {changed:40}{times}".rstrip() + heard + failed


def head(with_stages: bool) -> str:
    """Above the rows."""
    times = ("change", "whole", *(TIMES if with_stages else ()))
    return f"{'said':38} {'reply':46} {'changed in the home':40}" + "".join(f" {name:>6}" for name in times)


def figures(outcomes: Sequence[Outcome]) -> str:
    """Below the rows."""
    found = {
        "change after the final transcript": [one.change_ms for one in outcomes],
        "over the sum of the stages": [one.stages.over if one.stages else None for one in outcomes],
    }
    parts = [_range(what, [ms for ms in values if ms is not None]) for what, values in found.items()]
    return "\n".join([*filter(None, parts), f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"])


def _range(what: str, values: Sequence[float]) -> str:
    if not values:
        return ""
    late = sum(value > LIMIT_MS for value in values)
    spread = f"{median(values):.0f} ms (median of {len(values)}), at most {max(values):.0f} ms"
    return f"{what}: {spread}; over {LIMIT_MS:.0f} ms: {late or 'none'}"


def document(ways: Mapping[str, Sequence[Outcome]], entities: Mapping[str, list[str]]) -> dict[str, Any]:
    """All of it, for --json."""
    told = {way: [_row(outcome) for outcome in outcomes] for way, outcomes in ways.items()}
    return {"limit_ms": LIMIT_MS, "load": os.getloadavg()[0], "entities": entities, **told}


def _row(outcome: Outcome) -> dict[str, Any]:
    row = asdict(outcome) | {"asked": outcome.asked.text, "problem": outcome.problem}
    if outcome.stages is not None:
        row["stages"] |= {name: getattr(outcome.stages, name) for name in ("whole", "over")}
    return row
