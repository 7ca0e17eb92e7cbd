"""Runs the show on a Home Assistant that has just been installed; 0 where every question did what was expected."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.home_assistant.house import fresh_house, temporary_folder
from tests.home_assistant.show import report
from tests.home_assistant.show.ways import Outcome, hub_led, in_pipeline


def show(figures: Path | None) -> int:
    """Prints what happens while it happens, and writes all of it to `figures`."""
    document, well = asyncio.run(_show())
    if figures is not None:
        figures.write_text(json.dumps(document, indent=2) + "\n")
    return 0 if well else 1


async def _show() -> tuple[dict[str, Any], bool]:
    """The document of a run, and whether all was as expected."""
    _say("Starting Home Assistant …")
    with temporary_folder() as folder:
        async with fresh_house(Path(folder)) as house:
            _say(f"Home Assistant {(await house.home.ask('get_config'))['version']}, as it comes.")
            _say(f"{report.HUB_LED}\n{report.head(with_stages=False)}")
            led = await hub_led(house, _tell)
            _say(f"\n{report.figures(led)}")
            _say(f"{report.IN_PIPELINE}\n{report.head(with_stages=True)}")
            piped, entities = await in_pipeline(house, _tell)
            _say(f"\n{report.figures(piped)}\n\nEntities that Hark's two entries made in Home Assistant")
            for device, made in entities.items():
                _say(f"  {device}: {', '.join(made)}")
    ways = {"hub led": led, "in pipeline": piped}
    return report.document(ways, entities), not any(outcome.problem for outcome in (*led, *piped))


def _tell(outcome: Outcome) -> None:
    _say(report.line(outcome))


def _say(text: str) -> None:
    print(text, flush=True)
