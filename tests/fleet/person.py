"""A person at an empty host, as at a Pi just set up: a user who may become root, and a clone of the project."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.fleet.host import Host
from tests.sound_card import MODULES

NAME = "pi"
HOME = f"home/{NAME}"
CARD = "/run/pulse/native"
ALSA = f'pcm.!default {{ type pulse server "unix:{CARD}" }}\nctl.!default {{ type pulse server "unix:{CARD}" }}\n'
HISS = "pacat", "-s", f"unix:{CARD}", "-d", "room", "--rate=16000", "--channels=1", "--volume=8192", "/dev/urandom"
"""What a microphone hears when nobody speaks."""
IMAGE = "sudo", "pulseaudio", "pulseaudio-utils", "libasound2-plugins"
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
        self._plugs_in_a_card()
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

    def _plugs_in_a_card(self) -> None:
        """ALSA's `default`: PulseAudio with null sinks. Its microphone hisses, since one that gives zeros is broken."""
        (self.host.tree / "etc/asound.conf").write_text(ALSA)
        server = f"module-native-protocol-unix auth-anonymous=1 socket={CARD}", *MODULES[1:]
        loads = [word for module in server for word in ("-L", module)]
        options = "-n", "--exit-idle-time=-1", "--daemonize=no", "--disable-shm=yes"
        card = "--unit=card", "--property=RuntimeDirectory=pulse", "--setenv=HOME=/run/pulse"
        self.host.run("systemd-run", *card, "pulseaudio", *options, *loads)
        self.host.run("systemd-run", "--unit=hiss", "--property=Restart=always", "--property=RestartSec=1", *HISS)
