"""What docs/ tell a person to type on one Pi does what they say: each command as it stands there, on an empty host.

Addresses and the satellite's mDNS name alone are others. This machine is the hub, and has the house's authority.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.conformance.controller import Failed
from tests.conformance.stage import expect
from tests.fleet.commands import CommandFailed, run
from tests.fleet.fleet import HERE, SPARE, Fleet
from tests.fleet.instructions import commands, lines, settings
from tests.fleet.machine import GATEWAY
from tests.fleet.person import Person

START = "fleet.md", "One Pi by hand"
CERTIFICATES = "security.md", "Certificates by hand"
STOLEN = "security.md", "When one is stolen"
HUB, SATELLITE, IDENTITY = "192.168.1.5", "192.168.1.20", "hark-108a9568663a"
"""As the documents have them."""
HARK, SETTINGS = "/opt/hark/bin/hark-satellite", "/etc/hark/satellite.toml"
MOST_LINES = 10
LED_S = 120.0  # the hub makes its language model first
CUT_OFF_S = 10.0
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class House:
    """The machine that stays in the house: this one. `folder` is its person's home."""

    folder: Path
    satellite: str

    @property
    def files(self) -> Path:
        """Where docs/security.md has certificates made."""
        return self.folder / "house"

    def types(self, command: str) -> str:
        """Returns what it printed. Raises CommandFailed."""
        self.files.mkdir(parents=True, exist_ok=True)
        typed = command.replace(SATELLITE, self.satellite).replace("hark-hub", f"{sys.executable} -m hub")
        own = f"HOME={self.folder}", f"PYTHONPATH={HERE}"
        return run(["env", "--chdir", str(self.files), *own, "bash", "-c", typed])

    @contextmanager
    def leads(self) -> Iterator[None]:
        """The hub runs until the context is left."""
        environment = {**os.environ, "HOME": str(self.folder), "PYTHONPATH": str(HERE)}
        with (self.folder / "hub.log").open("ab") as log:
            hub = subprocess.Popen(
                [sys.executable, "-m", "hub", "--config", "hub.toml"],
                cwd=self.files,
                env=environment,
                stdin=-3,
                stdout=log,
                stderr=log,
            )
        try:
            yield
        finally:
            hub.terminate()
            hub.wait()


def answers_after_ten_lines(fleet: Fleet) -> str:
    """docs/fleet.md: from an empty host to a satellite that says its name."""
    expect(lines(*START) <= MOST_LINES, f"they are {lines(*START)} lines")
    spare = fleet.hosts[SPARE]
    fleet.renew(spare)
    person, house = Person(spare), _house(fleet)
    person.arrives(fleet.checkout)
    *typed, asked = commands(*START)
    began, slow = monotonic(), list[str]()
    for command in typed:
        at = monotonic()
        person.types(command.replace(HUB, GATEWAY))
        slow += [f"{command[:40]}… {monotonic() - at:.0f} s"] if monotonic() - at > 1 else []
    typed_s = monotonic() - began
    told = house.types(asked)
    expect("kitchen at" in told and "kitchen has played" in told, f"{asked} says {told!r}")
    return f"{len(typed)} commands in {typed_s:.0f} s ({', '.join(slow)}); {' / '.join(told.splitlines())}"


def is_encrypted_and_cut_off_by_hand(fleet: Fleet) -> str:
    """docs/security.md, on what the ten lines have made: certificates, and one that is revoked."""
    spare = fleet.hosts[SPARE]
    person, house = Person(spare), _house(fleet)
    if not person.is_there:
        answers_after_ten_lines(fleet)
    typed = [command.replace(IDENTITY, _identity(person)) for command in commands(*CERTIFICATES)]
    satellite, hub = settings(*CERTIFICATES)
    began = monotonic()
    for command in (one for one in typed if one.startswith(("openssl", "printf", "echo"))):
        house.types(command)
    person.brings(*(house.files / name for name in ("authority.pem", "kitchen.pem", "kitchen.key", "revoked")))
    with (spare.tree / SETTINGS.removeprefix("/")).open("a") as file:
        file.write(satellite)
    for command in (one for one in typed if one.startswith("sudo")):
        person.types(command, "~")
    (house.files / "hub.toml").write_text(hub.replace(SATELLITE, spare.address))
    *_, told = [house.types(command) for command in typed if command.startswith("hark-hub")]
    took_s = monotonic() - began
    expect("kitchen at" in told and "by TLS" in told, f"{typed[-1]} says {told!r}")
    revoke, bring = commands(*STOLEN)
    with house.leads():
        led_s = _until(lambda: _led(person), LED_S, "the hub does not lead it")
        house.types(revoke)
        cut_s = _until(lambda: not _led(person), CUT_OFF_S, "it is led still")
    said = _refused(house, typed[-1])
    expect("revoked" in said, f"{typed[-1]} says {said!r}")
    person.brings(house.files / "revoked")
    person.types(bring, "~")
    spare.cut()  # whoever needs it next needs it empty
    return (
        f"{told.splitlines()[0]}, {took_s:.0f} s after the first command; led {led_s:.1f} s after the hub's start, "
        f"cut off {cut_s:.1f} s after it was revoked; then: {said}"
    )


def _house(fleet: Fleet) -> House:
    return House(fleet.folder / "by-hand", fleet.hosts[SPARE].address)


def _identity(person: Person) -> str:
    """As the doctor tells it."""
    told = person.types(f"{HARK} doctor --config {SETTINGS} --seconds 1")
    found = re.search(r"advertised as (\S+)", told)
    expect(found, f"the doctor says {told!r}")
    assert found is not None
    return found[1]


def _led(person: Person) -> bool:
    status = person.host.run(HARK, "status", "--config", SETTINGS)
    return '"controller":""' not in status


def _until(so: Callable[[], bool], late_s: float, otherwise: str) -> float:
    """The seconds until something is so. Raises Failed."""
    began = monotonic()
    while not so():
        if monotonic() - began > late_s:
            raise Failed(f"{otherwise} after {late_s:.0f} s")
        sleep(LOOK_S)
    return monotonic() - began


def _refused(house: House, command: str) -> str:
    try:
        told = house.types(command)
    except CommandFailed as error:
        return str(error).rpartition(": hark-hub: ")[2]
    raise Failed(f"{command} says {told!r}")


CHECKS: tuple[Callable[[Fleet], str], ...] = (answers_after_ten_lines, is_encrypted_and_cut_off_by_hand)
