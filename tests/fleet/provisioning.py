"""Empty hosts become a fleet; what is there already is left alone; check mode tells what would be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.conformance.stage import expect
from tests.fleet.fleet import HUB, ROOMS, Fleet
from tests.fleet.host import Host

WATCHED = "etc", "opt", "usr", "var/lib/hark-hub", "var/lib/hark-satellite", "var/lib/dpkg"
UNITS = "--unit", "hark-hub", "--unit", "hark-satellite"
FROM_EMPTY_S = 300.0  # to the first satellite that answers, its hub included
AGAIN_S = 60.0
Disk = dict[str, tuple[float, int]]


def tells_what_it_would_do_with_empty_hosts(fleet: Fleet) -> str:
    """Check mode on hosts that have nothing: no failure, changes told, nothing changed."""
    before = {host.name: disk(host) for host in fleet.used}
    done = fleet.play("site.yml", "--check", "--diff").whole()
    told = done.counts("changed")
    expect(set(told) >= {host.name for host in fleet.used} and min(told.values()) > 0, f"it tells no changes: {told}")
    for host in fleet.used:
        same(host, before[host.name])
    return f"would change {told}, {done.seconds:.0f} s"


def makes_a_fleet_of_empty_hosts(fleet: Fleet) -> str:
    """One command; each program is started once, and each satellite verified by the hub, one after the other."""
    done = fleet.play().whole()
    answers = {name: done.at(f"ok: [{name} -> {HUB}") for name in ROOMS}
    first_s = min(answers.values())
    expect(first_s < FROM_EMPTY_S, f"the first satellite answers after {first_s:.0f} s")
    starts = {
        host.name: host.run("journalctl", "--output", "cat", *UNITS).count("Starting hark-") for host in fleet.used
    }
    expect(set(starts.values()) == {1}, f"the programs were started {starts} times")
    told = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in answers.items())
    return f"answer after: {told}; all four hosts in {done.seconds:.0f} s"


def changes_nothing_the_second_time(fleet: Fleet) -> str:
    """The same command again."""
    done = fleet.play().whole()
    changed = {host: n for host, n in done.counts("changed").items() if n}
    lines = [line for _, line in done.lines if line.startswith("changed:")]
    expect(not changed, f"it changes {changed}: {lines}")
    expect(done.seconds < AGAIN_S, f"it took {done.seconds:.0f} s")
    return f"no change in {done.seconds:.0f} s"


def tells_that_it_would_do_nothing(fleet: Fleet) -> str:
    """Check mode on hosts that have all of it."""
    before = {host.name: disk(host) for host in fleet.used}
    done = fleet.play("site.yml", "--check", "--diff").whole()
    changed = {host: n for host, n in done.counts("changed").items() if n}
    expect(not changed, f"it would change {changed}")
    for host in fleet.used:
        same(host, before[host.name])
    return f"would change nothing, {done.seconds:.0f} s"


def disk(host: Host) -> Disk:
    """When each file that a playbook could write was written, and its size."""
    found: Disk = {}
    for part in WATCHED:
        for folder, _, files in os.walk(host.tree / part):
            for name in files if not folder.endswith("__pycache__") else ():
                stat = Path(folder, name).lstat()
                found[f"{Path(folder, name).relative_to(host.tree)}"] = stat.st_mtime, stat.st_size
    return found


def same(host: Host, before: Disk) -> None:
    """Raises Failed where a playbook has written something since."""
    now = disk(host)
    other = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    own = [name for name in other if not name.endswith(("said.wav", ".sqlite-wal", ".sqlite-shm", ".sqlite"))]
    expect(not own, f"{own[:5]} of {host.name} has changed")


CHECKS: tuple[Callable[[Fleet], str], ...] = (
    tells_what_it_would_do_with_empty_hosts,
    makes_a_fleet_of_empty_hosts,
    changes_nothing_the_second_time,
    tells_that_it_would_do_nothing,
)
