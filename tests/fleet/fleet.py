"""The fleet: a hub, three satellites, and one more host for what goes wrong; a checkout of its own to play from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.fleet import trees
from tests.fleet.commands import run
from tests.fleet.host import HEARD, SAID, Host
from tests.fleet.machine import ADDRESSES, Machine
from tests.fleet.play import Play, play

Vars = dict[str, Any]
HERE = Path(__file__).parents[2]
HUB = "fleet-hub"
ROOMS: dict[str, Vars] = {
    "fleet-kitchen": {"satellite_area": "Kitchen"},
    "fleet-bedroom": {"satellite_area": "Bedroom"},
    "fleet-attic": {
        "satellite_area": "Living Room",
        "satellite_card": "Loopback",
    },  # shared, though the room is WAV files
}
SPARE = "fleet-spare"
ALONE = "lodge"  # a house of the spare host that has no hub
SUITES = {HUB: "bookworm", "fleet-kitchen": "bookworm", "fleet-bedroom": "trixie", "fleet-attic": "trixie"}
OLD, NEW = "bookworm", "trixie"
STATE = "satellite/__init__.py"  # of the sources: a line more in it makes another release


class Fleet:
    """Its hosts by name; all of it lies in `folder`."""

    def __init__(self, folder: Path, cache: Path, ansible: str, machine: Machine) -> None:
        self.folder, self._cache, self._ansible = folder, cache, ansible
        self.machine = machine
        self.checkout = folder / "checkout"
        suites = {**SUITES, SPARE: NEW}
        self.hosts = {
            name: Host(name, suite, address, folder)
            for (name, suite), address in zip(suites.items(), ADDRESSES, strict=False)
        }

    @property
    def hub(self) -> Host:
        return self.hosts[HUB]

    @property
    def rooms(self) -> list[Host]:
        return [self.hosts[name] for name in ROOMS]

    @property
    def used(self) -> list[Host]:
        """All but the spare."""
        return [self.hub, *self.rooms]

    def prepare(self) -> None:
        """The checkout, the key, and the hosts that do not run from an earlier time."""
        key = self.folder / "key"
        if not key.exists():
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)])
        self._copy_checkout()
        for host in self.used:
            if not host.up:
                self.renew(host)

    def renew(self, host: Host) -> None:
        """The host with an empty disk, booted."""
        host.cut()
        known = self.folder / "known_hosts"
        known.unlink(missing_ok=True)
        host.make(trees.tree(host.suite, self._cache), (self.folder / "key.pub").read_text())
        if host is not self.hub:
            host.furnish()
        host.boot()

    def end(self) -> None:
        """Shuts down what runs."""
        for host in self.hosts.values():
            host.stop()

    def change_sources(self) -> None:
        """Another state of the sources, as there was none: the next release."""
        with (self.checkout / STATE).open("a") as file:
            file.write(f"# Another state of the sources: {uuid4()}.\n")

    def restore_sources(self) -> None:
        """As they are in the project."""
        shutil.copy(HERE / STATE, self.checkout / STATE)

    def play(
        self,
        name: str = "site.yml",
        *options: str,
        extra: Vars | None = None,
        spare: Vars | None = None,
        hosts: dict[str, Vars] | None = None,
        sees: Callable[[str], None] = lambda line: None,
    ) -> Play:
        """Runs a playbook. Variables: `extra` of all, `hosts` of single hosts; `spare` adds that host.

        With a `common_house` of its own it is a hub, too.
        """
        inventory = self.folder / "inventory.json"
        inventory.write_text(json.dumps(self._inventory(hosts or {}, spare), indent=1))
        command = [self._ansible, "--inventory", str(inventory), name, *options]
        if extra:
            command += ["--extra-vars", json.dumps(extra)]
        environment = {"ANSIBLE_HOME": str(self.folder / "ansible"), "ANSIBLE_NOCOLOR": "1"}
        done = play(command, self.checkout / "ansible", environment, sees)
        with (self.folder / "plays.log").open("a") as log:
            said = "".join(f"{at:6.1f} {line}\n" for at, line in done.lines)
            log.write(f"$ {' '.join(command)}\n{said}({done.seconds:.0f} s, code {done.code})\n\n")
        return done

    def release(self, host: Host, program: str = "satellite") -> str:
        """The name of the release that runs, "" where none does."""
        current = host.tree / "opt/hark" / program / "current"
        return current.readlink().name if current.is_symlink() else ""

    def releases(self) -> dict[str, str]:
        """Of all hosts in use."""
        return {host.name: self.release(host, "hub" if host is self.hub else "satellite") for host in self.used}

    def _inventory(self, own: dict[str, Vars], spare: Vars | None) -> dict[str, Any]:
        rooms, hubs = dict(ROOMS), [HUB]
        houses: dict[str, Vars] = {}
        if spare is not None:
            rooms[SPARE] = {"satellite_area": "Cellar", **spare}
            if house := spare.get("common_house"):
                houses[house] = {"hosts": {SPARE: {}}}
                hubs += [SPARE] if house != ALONE else []
        ssh = f"-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={self.folder}/known_hosts"
        common = {
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.folder / "key"),
            "ansible_ssh_common_args": f"{ssh} -o ServerAliveInterval=5 -o ServerAliveCountMax=3",
        }
        sound = {"satellite_microphone": f"wav:/{HEARD}", "satellite_speaker": f"wav:/{SAID}"}
        return {
            "all": {"vars": common},
            "hubs": {"hosts": {name: self._host(name, {}, own) for name in hubs}},
            "satellites": {"hosts": {name: self._host(name, it, own) for name, it in rooms.items()}, "vars": sound},
            **houses,
        }

    def _host(self, name: str, variables: Vars, own: dict[str, Vars]) -> Vars:
        return {"ansible_host": self.hosts[name].address, **variables, **own.get(name, {})}

    def _copy_checkout(self) -> None:
        listed = run(["git", "-C", str(HERE), "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        for name in filter(None, listed.split("\0")):
            source, to = HERE / name, self.checkout / name
            if source.is_file() and not source.is_symlink():
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, to)
