"""What hosts need of this machine: a bridge with a way out, a system bus, a place for nspawn.

What is missing is added, and what was added is taken away again: each step leaves the command that undoes it, in a file
beside the hosts, so that a run that takes over the hosts of an earlier one takes over what was added for them too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path

from tests.fleet.commands import Skipped, run, works

BRIDGE = "br-fleet"
NETWORK = IPv4Network("10.77.0.32/29")
GATEWAY, *ADDRESSES = (str(address) for address in NETWORK.hosts())
FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
NSPAWN = Path("/run/systemd/nspawn")
BUS = Path("/run/dbus/system_bus_socket")
NAT = "iptables", "--table", "nat"
FORMATS = Path("/proc/sys/fs/binfmt_misc")
AARCH64 = FORMATS / "qemu-aarch64"
RULE = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")  # of Debian's qemu-user-static
OUT = ("POSTROUTING", "--source", str(NETWORK), "!", "--destination", str(NETWORK), "--jump", "MASQUERADE")


class Machine:
    """What was added to this machine for the hosts in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "added.json"
        self._undo: list[list[str]] = json.loads(self._file.read_text()) if self._file.exists() else []

    def prepare(self) -> None:
        """Adds what is missing. Raises CommandFailed."""
        if not BUS.exists():
            BUS.parent.mkdir(exist_ok=True)
            self._added(["kill", run(["dbus-daemon", "--system", "--fork", "--print-pid"]).strip()])
        NSPAWN.mkdir(parents=True, exist_ok=True)
        if not NSPAWN.is_mount():
            self._add(["mount", "--types", "tmpfs", "tmpfs", str(NSPAWN)], ["umount", "--lazy", str(NSPAWN)])
        if not run(["findmnt", "--noheadings", "--output", "PROPAGATION", "/"]).startswith("shared"):
            self._add(["mount", "--make-rshared", "/"], ["mount", "--make-rprivate", "/"])
        if FORWARD.read_text().strip() == "0":
            self._add(["sysctl", "-qw", "net.ipv4.ip_forward=1"], ["sysctl", "-qw", "net.ipv4.ip_forward=0"])
        if not Path("/sys/class/net", BRIDGE).exists():
            self._add(["ip", "link", "add", BRIDGE, "type", "bridge"], ["ip", "link", "delete", BRIDGE])
            run(["ip", "address", "add", f"{GATEWAY}/{NETWORK.prefixlen}", "dev", BRIDGE])
            run(["ip", "link", "set", BRIDGE, "up"])
        if not works([*NAT, "--check", *OUT]):
            self._add([*NAT, "--append", *OUT], [*NAT, "--delete", *OUT])

    def emulate(self) -> None:
        """Has QEMU run programs for aarch64. Raises Skipped where it cannot."""
        if not RULE.exists():
            raise Skipped("programs for aarch64 need QEMU; run: sudo apt-get install qemu-user-static")
        if not (FORMATS / "register").exists():
            if not works(["mount", "--types", "binfmt_misc", "binfmt_misc", str(FORMATS)]):
                raise Skipped("this kernel runs no programs of other processors (it has no binfmt_misc)")
            self._added(["umount", str(FORMATS)])
        if not AARCH64.exists():
            self._add(
                ["sh", "-c", f"cat {RULE} >{FORMATS}/register"],
                ["sh", "-c", f"echo -1 >{AARCH64}"],
            )

    def restore(self) -> None:
        """Takes away what was added, the last first."""
        for command in reversed(self._undo):
            run(command)

    def _add(self, command: Sequence[str], undo: list[str]) -> None:
        run(command)
        self._added(undo)

    def _added(self, undo: list[str]) -> None:
        self._undo.append(undo)
        self._file.write_text(json.dumps(self._undo))
