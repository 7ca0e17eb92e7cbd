"""A Debian host: systemd-nspawn with systemd as its first process, a veth in the bridge, an SSH server."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from tests.fleet import trees
from tests.fleet.commands import CommandFailed, run, works
from tests.fleet.machine import BRIDGE, GATEWAY, NETWORK

BOOT_S = 90.0
STOP_S = 30.0
LOOK_S = 0.5
LEGACY = "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"  # Debian 13's systemd on a machine whose cgroups are the old kind
CLONE_NEWNET = 0x40000000  # of sched.h; Python 3.12 has it
SAID, HEARD = "var/lib/hark-satellite/said", "var/lib/hark-satellite/heard"


class Host:
    """One host; its tree lies in `folder`, and is its disk: what is written there is seen inside."""

    def __init__(self, name: str, suite: str, address: str, folder: Path) -> None:
        self.name, self.suite, self.address = name, suite, address
        self.tree = folder / name
        self._pid = folder / f"{name}.pid"
        self._log = folder / f"{name}.log"

    @property
    def up(self) -> bool:
        """Whether it runs."""
        return self._pid.exists() and Path("/proc", self._pid.read_text()).exists()

    def make(self, made: Path, public_key: str) -> None:
        """Its disk, new."""
        shutil.rmtree(self.tree, ignore_errors=True)
        trees.copy(made, self.tree, public_key)

    def furnish(self) -> None:
        """A room for a satellite: folders of WAV files in place of a sound card."""
        for folder in (SAID, HEARD):
            (self.tree / folder).mkdir(parents=True, exist_ok=True)
            (self.tree / folder).chmod(0o777)

    def boot(self) -> None:
        """Returns when it can be reached by SSH. Raises CommandFailed."""
        command = ["systemd-nspawn", "--quiet", "--directory", str(self.tree), "--boot", "--register=no", "--keep-unit"]
        command += ["--machine", self.name, "--private-network", "--setenv", LEGACY]
        environment = {**os.environ, LEGACY.split("=")[0]: "1"}
        with self._log.open("ab") as log:
            started = subprocess.Popen(
                command, stdin=-3, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        self._pid.write_text(str(started.pid))
        self._until(
            lambda: works([*self._inside(), "systemctl", "is-active", "dbus"]), f"has not booted, see {self._log}"
        )
        self._connect()
        run([*self._inside(), "systemctl", "start", "ssh"])

    def run(self, *command: str, late_s: float = 60.0) -> str:
        """A command inside. Raises CommandFailed."""
        return run([*self._inside(), *command], late_s)

    def works(self, *command: str) -> bool:
        """Whether a command inside ends with 0."""
        return works([*self._inside(), *command])

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()

    @contextmanager
    def network(self) -> Iterator[None]:
        """While the context lasts, sockets that this thread makes are the host's, as if its programs made them."""
        here, host = Path("/proc/thread-self/ns/net"), Path(f"/proc/{self._leader()}/ns/net")
        with here.open() as own, host.open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(own.fileno())

    def stop(self) -> None:
        """Shuts it down as a person does."""
        self._end(signal.SIGTERM)

    def cut(self) -> None:
        """Cuts its power."""
        if self.up:
            os.kill(self._leader(), signal.SIGKILL)
            self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if not self.up:
            return
        pid = int(self._pid.read_text())
        os.kill(pid, how)
        late = monotonic() + STOP_S
        while self.up and monotonic() < late:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            sleep(LOOK_S)
        if self.up:
            self.cut()
        self._pid.unlink(missing_ok=True)
        self._disconnect()

    def _connect(self) -> None:
        self._disconnect()
        link = f"v-{self.name}"
        run(["ip", "link", "add", link, "type", "veth", "peer", "name", "host0", "netns", str(self._leader())])
        run(["ip", "link", "set", link, "master", BRIDGE, "up"])
        run(["ip", "neighbour", "flush", "to", self.address])  # or this machine looks for the link that it had before
        self.run("ip", "address", "add", f"{self.address}/{NETWORK.prefixlen}", "dev", "host0")
        self.run("ip", "link", "set", "host0", "up")
        self.run("ip", "route", "add", "default", "via", GATEWAY)

    def _disconnect(self) -> None:
        """What a host that died leaves for a while."""
        if Path("/sys/class/net", f"v-{self.name}").exists():
            works(["ip", "link", "delete", f"v-{self.name}"])

    def _inside(self) -> list[str]:
        return ["nsenter", "--target", str(self._leader()), "--mount", "--uts", "--ipc", "--net", "--pid"]

    def _leader(self) -> int:
        """Its first process."""
        pid = self._pid.read_text()
        with suppress(FileNotFoundError, IndexError):
            return int(Path("/proc", pid, "task", pid, "children").read_text().split()[0])
        raise CommandFailed(f"{self.name} does not run, see {self._log}")

    def _until(self, so: object, otherwise: str) -> None:
        late = monotonic() + BOOT_S
        while monotonic() < late:
            with suppress(CommandFailed):
                if callable(so) and so():
                    return
            sleep(LOOK_S)
        raise CommandFailed(f"{self.name} {otherwise}")


def _enter(network: int) -> None:
    """Raises CommandFailed."""
    if ctypes.CDLL(None, use_errno=True).setns(network, CLONE_NEWNET):
        raise CommandFailed(f"cannot enter a host's network: {os.strerror(ctypes.get_errno())}")
