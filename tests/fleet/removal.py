"""Uninstalled, nothing of Hark is left; uninstalled again, nothing fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.conformance.stage import expect
from tests.fleet.fleet import Fleet
from tests.fleet.host import Host

PARTS = "etc", "opt", "var", "run", "root", "home"
NOT_ITS_OWN = "/journal/", "/.ansible/", "/var/log/"


def leaves_nothing(fleet: Fleet) -> str:
    """No file, no unit, no user; the second time changes nothing."""
    done = fleet.play("uninstall.yml", extra={"uninstall_sure": "yes"}).whole()
    for host in fleet.used:
        expect(not left(host), f"{host.name} still has {left(host)[:8]}")
    again = fleet.play("uninstall.yml", extra={"uninstall_sure": "yes"}).whole()
    changed = {host: n for host, n in again.counts("changed").items() if n}
    expect(not changed, f"the second time changes {changed}")
    return f"no file, unit or user on {len(fleet.used)} hosts in {done.seconds:.0f} s; again: {again.seconds:.0f} s"


def asks_before_it_removes(fleet: Fleet) -> str:
    """Without a yes nothing is removed."""
    before = fleet.releases()
    said = fleet.play("uninstall.yml", extra={"uninstall_sure": "no"}).refused("Nothing was removed")
    expect(fleet.releases() == before, f"{fleet.releases()} are left of {before}")
    return said


def left(host: Host) -> list[str]:
    """What there still is of Hark: files, accounts, units."""
    return [*_files(host), *_names(host)]


def _files(host: Host) -> list[str]:
    told = host.run("find", *(f"/{part}" for part in PARTS), "-xdev", "-iname", "*hark*", late_s=120)
    named = [line for line in told.splitlines() if not any(part in line for part in NOT_ITS_OWN)]
    return named + [path for path in ("/etc/asound.conf",) if (host.tree / path.removeprefix("/")).exists()]


def _names(host: Host) -> list[str]:
    """Of users, groups and units."""
    accounts = [f"{host.tree}/etc/{name}" for name in ("passwd", "group", "shadow", "subuid")]
    found = [line for path in accounts for line in Path(path).read_text().splitlines() if "hark" in line]
    units = host.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "hark*").splitlines()
    return found + [line for line in units if " not-found " not in line]  # such a one is only a name that was asked for


CHECKS: tuple[Callable[[Fleet], str], ...] = (asks_before_it_removes, leaves_nothing)
