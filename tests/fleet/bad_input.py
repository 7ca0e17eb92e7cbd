"""What goes wrong: wrong settings, a full disk, a clock years off, a host that dies half-way.

All of it on one more host, that joins the fleet as a satellite; the others are left out by --limit.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from tests.conformance.stage import expect
from tests.fleet.asking import ask
from tests.fleet.fleet import ROOMS, SPARE, Fleet
from tests.fleet.host import Host
from tests.fleet.play import Cut

ROOM = next(iter(ROOMS))
SMALL_MB, HALF_MB, ROOM_MB = 32, 50, 1000  # of disk: less than preflight wants, less than a release takes, enough
LATE_PYTHON = "/usr/local/bin/python-of-2016"
LIMIT = "--limit", SPARE
CURRENT = "/opt/hark/satellite/current"
HEARD = f"{SPARE} has played"  # says the hub, which was asked by the playbook


def refuses_wrong_settings(fleet: Fleet) -> str:
    """The release checks them before they count: what runs, runs on with the old ones."""
    room = fleet.hosts[ROOM]
    file = room.tree / "etc/hark/satellite.toml"
    before, pid = file.read_text(), room.shown("hark-satellite", "MainPID")
    done = fleet.play("site.yml", "--limit", ROOM, extra={"satellite_settings": {"watchdogs": {"listening_s": -1}}})
    said = done.refused("listening_s")
    expect(file.read_text() == before, "they were written")
    expect(room.shown("hark-satellite", "MainPID") == pid, "it was restarted")
    return said.partition('"stderr": "')[2].partition('"')[0]


def refuses_to_revoke_for_a_part(fleet: Fleet) -> str:
    """With --limit the others would not learn of it."""
    return fleet.play("revoke.yml", "--limit", ROOM, extra={"revoke_host": ROOM}).refused("nothing was revoked")


def refuses_a_clock_years_off(fleet: Fleet) -> str:
    """The host's own clock cannot be set apart from this machine's: its Python alone sees 2016, by libfaketime."""
    spare = _new(fleet)
    spare.run("apt-get", "update", "-q", late_s=300)
    spare.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "faketime", late_s=300)
    wrapper = spare.tree / LATE_PYTHON.removeprefix("/")
    wrapper.write_text('#!/bin/sh\nexec faketime "2016-01-01 00:00:00" /usr/bin/python3 "$@"\n')
    wrapper.chmod(0o755)
    done = fleet.play("site.yml", *LIMIT, spare={"ansible_python_interpreter": LATE_PYTHON})
    return done.refused("The clock of")


def refuses_a_full_disk(fleet: Fleet) -> str:
    """Too little for a release: preflight says so. Full half-way: it fails, and heals where there is more room."""
    spare = _ready(fleet)
    spare.run("mount", "-t", "tmpfs", "-o", f"size={SMALL_MB}m", "tmpfs", "/opt")
    try:
        said = fleet.play("site.yml", *LIMIT, spare={}).refused("free, and a release may need")
        _resize(spare, HALF_MB)
        full = fleet.play("site.yml", *LIMIT, spare={"common_free_mb": 1})
        why = re.search(r'[^"\\]*No space left on device', full.refused("No space left on device"))
        expect(not spare.works("test", "-e", CURRENT), "a release that is not whole runs")
        _resize(spare, ROOM_MB)
        healed = fleet.play("site.yml", *LIMIT, spare={}).whole()
        told = f"{ROOM_MB} MB: healed in {healed.seconds:.0f} s: {healed.told(HEARD)}"
    finally:
        spare.run("umount", "--lazy", "/opt")
    return f"\n        {SMALL_MB} MB: {said}\n        {HALF_MB} MB: {why and why[0]}\n        {told}"


def heals_a_host_that_died(fleet: Fleet) -> str:
    """Its power is cut while pip installs; on again, the same command ends well, and asks nothing."""
    spare = _ready(fleet)
    tasks: list[str] = []

    def sees(line: str) -> None:
        tasks.append(line)
        if "Install what Hark needs" in line:
            _wait_for_pip(spare)
            spare.cut()

    dead = fleet.play("site.yml", *LIMIT, spare={}, sees=sees)
    said = dead.refused("UNREACHABLE")
    expect(fleet.release(spare) == "", "a release that is not whole runs")
    spare.boot()
    healed = fleet.play("site.yml", *LIMIT, spare={}).whole()
    return f"{said[:160]}; healed in {healed.seconds:.0f} s: {healed.told(HEARD)}"


def heals_a_run_that_died(fleet: Fleet) -> str:
    """It dies with the settings written and nothing restarted: the next one has nothing to write, and restarts."""
    room = fleet.hosts[ROOM]
    file, pid = room.tree / "etc/hark/satellite.toml", room.shown("hark-satellite", "MainPID")
    before, silent = file.read_text(), {"satellite_follow_up": False}

    def sees(line: str) -> None:
        if "TASK" in line and "Write the unit" in line:
            raise Cut

    fleet.play("site.yml", "--limit", ROOM, extra=silent, sees=sees)
    expect(file.read_text() != before, "the settings were not written")
    expect(room.shown("hark-satellite", "MainPID") == pid, "it was restarted")
    healed = fleet.play("site.yml", "--limit", ROOM, extra=silent).whole()
    expect(room.shown("hark-satellite", "MainPID") != pid, "it runs with the old settings")
    fleet.play("site.yml", "--limit", ROOM).whole()
    return f"restarted by the next run, after {healed.seconds:.0f} s: {ask(room)}"


def needs_no_internet(fleet: Fleet) -> str:
    """common_offline on a host that has no route but to its own network: the wheels come from here, by hash."""
    spare = _new(fleet)
    packages = "python3-apt", "python3-venv", "python3-pyaudio", "libasound2-plugins", "libpulse0"
    spare.run("apt-get", "update", "-q", late_s=300)
    spare.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages, late_s=300)
    spare.run("ip", "route", "delete", "default")
    (spare.tree / "etc/resolv.conf").unlink(missing_ok=True)
    (spare.tree / "etc/pip.conf").unlink(missing_ok=True)
    expect(
        not spare.works("python3", "-c", "import socket; socket.create_connection(('192.0.2.1', 443), 3)"), "a way out"
    )
    done = fleet.play("site.yml", *LIMIT, spare={"common_offline": True}).whole()
    again = fleet.play("site.yml", *LIMIT, spare={"common_offline": True}).whole()
    changed = {host: n for host, n in again.counts("changed").items() if n}
    expect(not changed, f"the second time changes {changed}")
    spare.cut()  # whoever needs it next needs the internet
    return f"{done.seconds:.0f} s; again, without a change: {again.seconds:.0f} s; {done.told(HEARD)}"


def _new(fleet: Fleet) -> Host:
    spare = fleet.hosts[SPARE]
    fleet.renew(spare)
    return spare


def _ready(fleet: Fleet) -> Host:
    """The spare host without Hark on it."""
    spare = fleet.hosts[SPARE]
    if not spare.up:
        fleet.renew(spare)
    fleet.play("uninstall.yml", *LIMIT, spare={}, extra={"uninstall_sure": "yes"}).whole()
    spare.furnish()
    return spare


def _resize(host: Host, size_mb: int) -> None:
    """The disk that is mounted there."""
    host.run("mount", "-o", f"remount,size={size_mb}m", "/opt")


def _wait_for_pip(host: Host) -> None:
    """Until it has put something of others into the new environment."""
    for _ in range(300):
        if any(host.tree.glob("opt/hark/satellite/*/lib/python3*/site-packages/numpy*")):
            return
        time.sleep(0.2)


CHECKS: tuple[Callable[[Fleet], str], ...] = (
    refuses_wrong_settings,
    refuses_to_revoke_for_a_part,
    refuses_a_clock_years_off,
    refuses_a_full_disk,
    heals_a_host_that_died,
    heals_a_run_that_died,
    needs_no_internet,
)
