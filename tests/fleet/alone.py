"""A house without a hub: its satellite is led by Home Assistant alone, and is heard all the same."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.stage import expect
from tests.fleet.fleet import ALONE, SPARE, Fleet
from tests.fleet.host import SAID
from tests.fleet.machine import GATEWAY

HOUSE = {"common_house": ALONE, "satellite_home_assistant": [GATEWAY]}


def is_heard_without_a_hub(fleet: Fleet) -> str:
    """The satellite's own machine asks it, at the end of each run."""
    spare = fleet.hosts[SPARE]
    fleet.renew(spare)
    done, again = (fleet.play("site.yml", "--limit", SPARE, spare=HOUSE).whole() for _ in range(2))
    changed = again.counts("changed")[SPARE]
    expect(not changed, f"the second time changes {changed}")
    expect(any((spare.tree / SAID).iterdir()), "nothing was heard in the room")
    told = f"{done.told(f'{SPARE} at 127.0.0.1:')} {done.told(f'{SPARE} has played')}"
    spare.cut()  # whoever needs it next has it in the house of the others
    return f"{done.seconds:.0f} s; again, without a change: {again.seconds:.0f} s; {told}"


CHECKS: tuple[Callable[[Fleet], str], ...] = (is_heard_without_a_hub,)
