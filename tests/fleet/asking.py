"""A person asks in each room, and the room hears the reply; the table tells how the satellites stand."""

from __future__ import annotations

import re
import tempfile
import wave
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from bench.spoken import record, said
from tests.conformance.controller import Failed
from tests.conformance.stage import expect
from tests.fleet.fleet import ROOMS, Fleet
from tests.fleet.host import HEARD, SAID, Host
from tests.fleet.units import is_led

QUESTION = "turn on the kitchen light"
TURN_S = 40.0
LOOK_S = 0.2
REPLY_S = 0.4  # shorter is no sentence


def answers_in_every_room(fleet: Fleet) -> str:
    """A question into each microphone, one room after the other."""
    return "; ".join(ask(host) for host in fleet.rooms)


def shows_the_table(fleet: Fleet) -> str:
    """`fleet.yml`, with a satellite that is not there among them; and of one alone."""
    away = {"fleet-attic": {"ansible_host": "10.77.0.1", "ansible_port": 9}}
    one = next(iter(ROOMS))
    shown = ""
    for hosts, limit, wanted in (({}, "all", list(ROOMS)), (away, "all", list(ROOMS)), ({}, one, [one])):
        done = fleet.play("fleet.yml", "--limit", limit, hosts=hosts).whole()
        table = re.findall(r'^ {8}"(.+?)",?$', done.text, re.MULTILINE)
        rows = [name for line in table if (name := line.split()[0]) in ROOMS]
        expect(rows == wanted, f"it has the rows {rows}")
        shown += "".join(f"\n        {line}" for line in table) + f"\n        ({done.seconds:.0f} s)"
    expect("unreachable" in shown, "a satellite that is not there is not told")
    return shown


def ask(host: Host) -> str:
    """Speaks the wake word and a question there; returns what came. Raises Failed.

    Without a controller it would say by itself that there is none.
    """
    is_led(host)
    heard, replies = host.tree / HEARD, host.tree / SAID
    before, began = _written(replies), monotonic()
    with tempfile.TemporaryDirectory() as folder:
        question = said(QUESTION, Path(folder))
    spoken = heard / f"{began:.3f}.wav"
    record(question, spoken)
    try:
        while monotonic() < began + TURN_S:
            for path, _ in _written(replies) - before:
                if (seconds := _seconds(path)) > REPLY_S:
                    took_s = monotonic() - began - len(question.sound) / 16000
                    return f"{host.name} has replied {seconds:.1f} s of speech, {took_s:.1f} s after {QUESTION!r}"
            sleep(LOOK_S)
    finally:
        for path in heard.glob("*"):  # a satellite that starts anew would hear them again
            path.unlink()
    raise Failed(
        f"{host.name} has said nothing: {host.run('journalctl', '-u', 'hark-satellite', '-n', '5', '-o', 'cat')}"
    )


def _written(folder: Path) -> set[tuple[Path, int]]:
    """Its sounds and when each was written."""
    return {(path, path.stat().st_mtime_ns) for path in folder.glob("*.wav")}


def _seconds(path: Path) -> float:
    """Of a sound that is whole, 0 of one that still plays."""
    with suppress(EOFError), wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
    return 0.0


CHECKS: tuple[Callable[[Fleet], str], ...] = (answers_in_every_room, shows_the_table)
