"""A small computer that is all of its house: hub and satellite on one host, on Debian 12 and on 13."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.stage import expect
from tests.fleet.asking import ask
from tests.fleet.fleet import NEW, OLD, SPARE, Fleet
from tests.fleet.hardening import exposure
from tests.fleet.removal import left

LIMIT = "--limit", SPARE
HOUSE = {"common_house": "cottage"}
UNITS = "hark-hub", "hark-satellite"


def is_a_house_with_debian_12(fleet: Fleet) -> str:
    """One empty host: provisioned twice, asked, looked at, and uninstalled."""
    return _is_a_house(fleet, OLD)


def is_a_house_with_debian_13(fleet: Fleet) -> str:
    """The same."""
    return _is_a_house(fleet, NEW)


def _is_a_house(fleet: Fleet, suite: str) -> str:
    spare = fleet.hosts[SPARE]
    spare.suite = suite
    fleet.renew(spare)
    try:
        made = fleet.play("site.yml", *LIMIT, spare=HOUSE).whole()
        again = fleet.play("site.yml", *LIMIT, spare=HOUSE).whole()
        expect(again.counts("changed") == {SPARE: 0}, f"the second time changes {again.counts('changed')}")
        asked, exposed = ask(spare), [exposure(spare, unit) for unit in UNITS]
        gone = fleet.play("uninstall.yml", *LIMIT, spare=HOUSE, extra={"uninstall_sure": "yes"}).whole()
        expect(not left(spare), f"{SPARE} still has {left(spare)[:8]}")
    finally:
        spare.cut()  # whoever needs it next may need another Debian
        spare.suite = NEW
    told = f"{made.seconds:.0f} s; again, without a change: {again.seconds:.0f} s; {made.told(f'{SPARE} has played')}"
    return f"{told}; {asked}{''.join(exposed)}\n        uninstalled in {gone.seconds:.0f} s, nothing is left"


CHECKS: tuple[Callable[[Fleet], str], ...] = (is_a_house_with_debian_12, is_a_house_with_debian_13)
