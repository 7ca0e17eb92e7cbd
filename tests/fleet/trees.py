"""Debian trees for hosts: made by debootstrap, or copied from a folder in which they lie already."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.fleet.commands import CommandFailed, run

PACKAGES = (
    "systemd,systemd-sysv,dbus,python3,python3-venv,iproute2,ca-certificates,openssh-server"  # as a Pi's image has them
)
SOURCES = Path("/etc/apt")
OF_THIS_MACHINE = "etc/ssl/certs/ca-certificates.crt", "etc/hosts", "etc/pip.conf", "etc/apt/apt.conf.d"
"""By which it reaches the registries."""
MAKING_S = 1800.0  # an emulated processor unpacks and configures ten times more slowly


def tree(suite: str, cache: Path) -> Path:
    """The tree of a Debian release in `cache`, made there where it is missing. Raises CommandFailed.

    `bookworm-arm64` is bookworm for another processor, whose programs Machine.emulate has to have run before.
    """
    made = cache / suite
    if not made.is_dir():
        half = cache / f"{suite}.half"
        shutil.rmtree(half, ignore_errors=True)
        release, _, processor = suite.partition("-")
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
        command += [f"--arch={processor}"] if processor else []
        run([*command, release, str(half), _mirror()], MAKING_S)
        run(["chroot", str(half), "apt-get", "clean"])
        half.rename(made)
    return made


def copy(made: Path, to: Path, public_key: str) -> None:
    """A host's own copy of a tree, that reaches the registries as this machine does and lets the key in."""
    run(["cp", "--archive", str(made), str(to)])
    for name in OF_THIS_MACHINE:
        if Path("/", name).exists():
            run(["cp", "--recursive", "--no-target-directory", f"/{name}", str(to / name)])
    (to / "etc/hostname").write_text(f"{to.name}\n")
    (to / "etc/machine-id").write_text("")
    (to / "root/.ssh").mkdir(mode=0o700, exist_ok=True)
    (to / "root/.ssh/authorized_keys").write_text(public_key)


def _mirror() -> str:
    """The first of this machine's apt sources."""
    for path in sorted(SOURCES.glob("sources.list.d/*.sources")) + sorted(SOURCES.glob("*.list")):
        if found := re.search(
            r"^(?:URIs:|deb(?: \[.*?\])?) *(http\S+/debian)/?(?:\s|$)", path.read_text(), re.MULTILINE
        ):
            return found[1]
    raise CommandFailed(
        "no Debian mirror is named in /etc/apt, so no tree can be made; name a folder of trees: --trees"
    )
