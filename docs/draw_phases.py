"""Draws docs/phases.md from the satellite's table, so that the picture is what runs: `script/draw`."""

from __future__ import annotations

from pathlib import Path

from satellite.turns.phases import KEPT_ALIVE, TABLE, Event, Phase

PAGE = Path(__file__).with_name("phases.md")

HEAD = """\
# What a satellite does

Drawn by `script/draw` from the table in `satellite/turns/phases.py`; change that, never this page.

A satellite is always in one of these phases. An arrow is something that happens, and after the slash what the
satellite then does. What is not drawn means nothing in that phase: it is logged and changes nothing. Whether it is
muted, who leads it, and whether a timer rings goes on beside the phases.
"""

WATCHDOGS = """
## Watchdogs

Every phase but idle ends by itself, whatever a controller does or omits. The limits are settings (`[watchdogs]`).

| phase | its watchdog barks when for too long there was no | and then |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return f"{HEAD}\n```mermaid\n{diagram()}\n```\n{WATCHDOGS}{watchdogs()}"


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Phase.IDLE.value}"]
    for (phase, event), (after, actions) in TABLE.items():
        if after is phase and not actions:
            continue
        does = f" / {', '.join(action.value for action in actions)}" if actions else ""
        lines.append(f"    {phase.value} --> {after.value}: {event.value}{does}")
    return "\n".join(lines)


def watchdogs() -> str:
    """The watchdogs as rows of a Markdown table."""
    rows = []
    for phase in Phase:
        if (phase, Event.TIMEOUT) not in TABLE:
            continue
        after, actions = TABLE[phase, Event.TIMEOUT]
        sign = "more sound, sent or played" if phase in KEPT_ALIVE else "next event"
        rows.append(f"| {phase.value} | {sign} | {', '.join(action.value for action in actions)}; {after.value} |\n")
    return "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
