"""What a hub lets a person see of its turns while they happen, for the one who asks with --watch.

Words and actions appear here and nowhere else, and only on standard output. `line` makes an event readable;
as JSON, one event a line, it serves programs such as the demo and the benchmarks.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Literal

from hub.tts.tiers import BEST

Seen = Mapping[str, object]
Watch = Callable[[Seen], None]
"""Takes one event: `event` (a key of _LINES), `satellite`, `turn`, and fields of its own."""


def watcher(kind: Literal["plain", "json"] | None) -> Watch:
    """What --watch asked for; nothing is shown without it."""
    if kind is None:
        return lambda seen: None
    shape = line if kind == "plain" else json.dumps

    def show(seen: Seen) -> None:
        if text := shape(seen):
            with contextlib.suppress(OSError):  # whoever looked may have gone: turns go on
                print(text, file=sys.stdout, flush=True)

    return show


def line(seen: Seen) -> str:
    """One event as a person reads it; "" for those that say nothing new."""
    template = _LINES.get(str(seen["event"]), "")
    return template(seen) if callable(template) else template.format_map({**seen})


_AWAKE = ("● listens at {satellite}, with no wake word", "● awake: {name} (score {score:.2f}) at {satellite}")
_LINES: dict[str, str | Callable[[Seen], str]] = {
    "awake": lambda seen: _AWAKE[bool(seen["name"])].format_map({**seen}),
    "elsewhere": "○ heard at {satellite} too, which leaves it to another",
    "words": "  … {text}",
    "question": lambda seen: f"  “{seen['text']}”" if seen["text"] else "  (no words)",
    "action": lambda seen: f"  ⚙ {seen['service']} {seen['entity_id']}".rstrip() + _data(seen),
    "reply": "  ▶ {text}",
    "rung": lambda seen: "" if not seen["rung"] else f"  ⇣ under load: {str(seen['name']).replace('_', ' ')}",
    "voice": lambda seen: "" if seen["why"] == BEST else f"  ♪ {seen['tier']} speaks, as {seen['why']}",
    "times": lambda seen: f"{seen['waterfall']}{_speculation(seen)}{_sounds(seen)}",
    "asks": "  ◌ listens for the answer",
    "failed": "  ✗ {text}",
}


def _data(seen: Seen) -> str:
    data = seen.get("data")
    return f" {json.dumps(data)}" if data else ""


def _speculation(seen: Seen) -> str:
    begun = {"begun early": seen.get("speculation"), "begun before the pause": seen.get("sooner")}
    counted = {how: counts for how, counts in begun.items() if isinstance(counts, Mapping) and any(counts.values())}
    return "".join(_counts(how, counts) for how, counts in counted.items() if seen["waterfall"])


def _sounds(seen: Seen) -> str:
    counts = seen.get("sounds")
    if not seen["waterfall"] or not isinstance(counts, Mapping) or not counts["hits"]:
        return ""
    found = "\nsound that was ready so far: {hits} of {asked} clauses, {saved_ms:.0f} ms sooner"
    return found.format_map({**counts, "asked": counts["hits"] + counts["misses"]})


def _counts(how: str, counts: Mapping[str, object]) -> str:
    return (
        f"\n{how} so far: {{hits}} kept, {{lead_ms:.0f}} ms ahead; {{resumed}} dropped as speech went on, "
        "{changed} as the words were others, {wasted_ms:.0f} ms in vain"
    ).format_map(counts)
