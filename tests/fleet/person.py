"""A person at an empty host, as at a Pi just set up: a user who may become root, and a clone of the project."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.fleet import card
from tests.fleet.host import Host

NAME = "pi"
HOME = f"home/{NAME}"
IMAGE = "sudo", *card.PACKAGES
TYPING_S = 600.0  # for one command: a Pi compiles, too


@dataclass(frozen=True, slots=True)
class Person:
    """Types commands there."""

    host: Host

    @property
    def is_there(self) -> bool:
        """Whether a person was here since the host had an empty disk."""
        return self.host.up and (self.host.tree / HOME).exists()

    def arrives(self, checkout: Path) -> None:
        """The host has a user, sudo, a sound card and the clone, and says yes where apt asks."""
        (self.host.tree / "etc/apt/apt.conf.d/90yes").write_text('APT::Get::Assume-Yes "true";\n')
        self.host.run("apt-get", "update", "-q", late_s=300)
        self.host.run("apt-get", "install", "-q", "--no-install-recommends", *IMAGE, late_s=300)
        self.host.run("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo,audio", NAME)
        with (self.host.tree / "etc/hosts").open("a") as hosts:
            hosts.write(f"127.0.1.1 {self.host.name}\n")
        (self.host.tree / "etc/sudoers.d/pi").write_text(f"{NAME} ALL=(ALL) NOPASSWD: ALL\n")
        card.plug_in(self.host)
        shutil.copytree(checkout, self.host.tree / HOME / "hark")
        self.host.run("chown", "--recursive", f"{NAME}:", f"/{HOME}")

    def types(self, command: str, folder: str = "hark") -> str:
        """Returns what it printed. Raises CommandFailed."""
        return self.host.run("runuser", "-l", NAME, "-c", f"cd {folder} && {command}", late_s=TYPING_S)

    def brings(self, *files: Path) -> None:
        """Into the home, as scp would."""
        for file in files:
            shutil.copy(file, self.host.tree / HOME / file.name)
            self.host.run("chown", f"{NAME}:", f"/{HOME}/{file.name}")
