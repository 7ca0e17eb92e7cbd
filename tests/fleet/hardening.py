"""The units as systemd sees them: what they are exposed to, what they may take, and that they come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic, sleep

from tests.conformance.controller import Failed
from tests.conformance.stage import expect
from tests.fleet.asking import ask
from tests.fleet.fleet import HUB, Fleet, Vars
from tests.fleet.host import Host
from tests.fleet.units import is_led, memory

ANALYZE = "systemd-analyze", "security", "--no-pager"
MOST = 2.0  # of systemd-analyze's ten
WATCHDOG_S = 30.0 + 5.0 + 15.0  # WatchdogSec, what SIGABRT may take, the start
BACK_S = 40.0
FOUND_S = 60.0
LOOK_S = 0.5
UNLIMITED = 1 << 62
Unit = tuple[Host, str]


def is_hardly_exposed(fleet: Fleet) -> str:
    """`systemd-analyze security`, on Debian 12 and 13; the hub's on 13 is looked at where it is a house of one host."""
    return "".join(exposure(host, unit) for host, unit in _units(fleet))


def exposure(host: Host, unit: str) -> str:
    """A row of the table. Raises Failed where it is exposed too much."""
    text = host.run(*ANALYZE, unit)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+) (\w+)", text)
    expect(found, f"systemd-analyze says {text[-200:]!r}")
    assert found is not None
    weak = " ".join(line.split()[1] for line in text.splitlines() if line.startswith("✗"))
    row = f"\n        {host.name:<14} {host.suite:<9} {unit:<15} {found[1]:>4} {found[2]:<3} {weak}"
    expect(float(found[1]) <= MOST, row)
    return row


def may_take_so_much_memory(fleet: Fleet) -> str:
    """Set in the unit; whether the kernel holds it to that is read from the cgroup that it runs in."""
    told = []
    for host, unit in _units(fleet):
        most = int(host.shown(unit, "MemoryMax"))
        expect(most < UNLIMITED, f"{unit} of {host.name} may take any memory")
        used = memory(host, unit)
        expect(used < most, f"{unit} of {host.name} takes {used >> 20} MB of {most >> 20}")
        told.append(f"{host.name} {used >> 20} of {most >> 20} MB, {'bound' if _bound(host, unit) else 'NOT bound'}")
    note = " (not bound: this machine's cgroups are version 1, so systemd sets no limit inside of a host)"
    return "; ".join(told) + (note if "NOT" in str(told) else "")


def comes_back_after_it_was_killed(fleet: Fleet) -> str:
    """Kill -9, on all hosts at once; each satellite is led again and answers."""
    return _comes_back(fleet, "KILL", BACK_S)


def comes_back_after_it_hung(fleet: Fleet) -> str:
    """SIGSTOP, on all hosts at once: the watchdog ends what does not say that it lives."""
    return _comes_back(fleet, "STOP", WATCHDOG_S + BACK_S)


def finds_its_satellites_by_mdns(fleet: Fleet) -> str:
    """The hub is told their names alone: the units of both ends let announcements out and in."""
    nameless: dict[str, Vars] = {HUB: {"hub_settings": {"fleet": {"satellites": []}}}}
    try:
        fleet.play("site.yml", "--limit", HUB, hosts=nameless).whole()
        settings = (fleet.hub.tree / "etc/hark/hub.toml").read_text()
        expect("satellites = []" in settings, "the hub is told addresses")
        told = [f"{room.name} is led after {is_led(room, FOUND_S):.0f} s" for room in fleet.rooms]
        asked = ask(fleet.rooms[1])
    finally:
        fleet.play("site.yml", "--limit", HUB).whole()
    return f"{', '.join(told)}; {asked}"


def _comes_back(fleet: Fleet, how: str, late_s: float) -> str:
    units = _units(fleet)
    before = {host.name: host.shown(unit, "MainPID") for host, unit in units}
    for host, _ in units:
        host.run("kill", f"-{how}", before[host.name])
    began, back = monotonic(), dict[str, float]()
    while len(back) < len(units):
        if (now_s := monotonic() - began) > late_s:
            raise Failed(f"only {sorted(back)} came back within {late_s:.0f} s")
        for host, unit in units:
            if host.name not in back and _another(host, unit, before[host.name]):
                back[host.name] = now_s
        sleep(LOOK_S)
    for room in fleet.rooms:
        is_led(room)
    told = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in back.items())
    return f"back after: {told}; then {ask(fleet.rooms[-1])}"


def _another(host: Host, unit: str, before: str) -> bool:
    return host.shown(unit, "ActiveState") == "active" and host.shown(unit, "MainPID") not in (before, "0")


def _units(fleet: Fleet) -> list[Unit]:
    return [(fleet.hub, "hark-hub"), *((room, "hark-satellite") for room in fleet.rooms)]


def _bound(host: Host, unit: str) -> bool:
    """Whether the cgroup of its process is its own, for memory."""
    groups = host.run("cat", f"/proc/{host.shown(unit, 'MainPID')}/cgroup").splitlines()
    old = [line for line in groups if ":memory:" in line]
    return unit in (old[0] if old else groups[-1])


CHECKS: tuple[Callable[[Fleet], str], ...] = (
    is_hardly_exposed,
    may_take_so_much_memory,
    finds_its_satellites_by_mdns,
    comes_back_after_it_was_killed,
    comes_back_after_it_hung,
)
