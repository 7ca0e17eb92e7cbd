"""Programs on hosts: who leads a satellite, what one takes of memory and has said."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from time import monotonic, sleep

from tests.conformance.controller import Failed
from tests.fleet.commands import CommandFailed
from tests.fleet.host import Host

STATUS = "/opt/hark/satellite/current/bin/hark-satellite", "status", "--config", "/etc/hark/satellite.toml"
LOOK_S = 0.5
LED_S = 40.0


def controller(room: Host) -> str:
    """Who leads the satellite there, "" for nobody. Raises CommandFailed where it does not run."""
    return str(json.loads(room.run(*STATUS))["controller"])


def is_led(room: Host, late_s: float = LED_S, wanted: bool = True) -> float:
    """Waits until a controller leads it, or none does; returns the seconds. Raises Failed."""
    began = monotonic()
    while (seconds := monotonic() - began) < late_s:
        with suppress(CommandFailed):
            if bool(controller(room)) == wanted:
                return seconds
        sleep(LOOK_S)
    raise Failed(f"{room.name} is {'not led' if wanted else 'still led'} after {late_s:.0f} s")


def memory(host: Host, unit: str) -> int:
    """Bytes that its main process has in memory."""
    told = host.run("cat", f"/proc/{host.shown(unit, 'MainPID')}/status")
    return int(told.partition("VmRSS:")[2].split()[0]) << 10


def says(host: Host, unit: str, pattern: str, late_s: float = 20.0) -> str:
    """Waits for a line in what it has said since it started. Raises Failed."""
    late = monotonic() + late_s
    said = "journalctl", f"_PID={host.shown(unit, 'MainPID')}", "--output", "cat", "--no-pager"
    while monotonic() < late:
        if found := re.search(rf".*{pattern}.*", host.run(*said)):
            return found[0]
        sleep(LOOK_S)
    raise Failed(f"{unit} of {host.name} has not said {pattern!r}")
