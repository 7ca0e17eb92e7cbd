"""A sound card for a host that has none: PulseAudio with null sinks, as ALSA's `default`. See tests.sound_card."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.fleet.host import Host
from tests.sound_card import MODULES

PACKAGES = "pulseaudio", "pulseaudio-utils", "libasound2-plugins"
SOCKET = "/run/pulse/native"
ALSA = f'pcm.!default {{ type pulse server "unix:{SOCKET}" }}\nctl.!default {{ type pulse server "unix:{SOCKET}" }}\n'
SERVER = "-s", f"unix:{SOCKET}", "-d"
HISS = "pacat", *SERVER, "room", "--rate=16000", "--channels=1", "--volume=8192", "/dev/urandom"
"""What a microphone hears when nobody speaks, since one that gives zeros is broken."""
LISTENING = "listening"
PLAYED = "srv/played.wav"


def plug_in(host: Host) -> None:
    """The packages have to be there."""
    (host.tree / "etc/asound.conf").write_text(ALSA)
    server = f"module-native-protocol-unix auth-anonymous=1 socket={SOCKET}", *MODULES[1:]
    loads = [word for module in server for word in ("-L", module)]
    options = "-n", "--exit-idle-time=-1", "--daemonize=no", "--disable-shm=yes"
    card = "--unit=card", "--property=RuntimeDirectory=pulse", "--setenv=HOME=/run/pulse"
    host.run("systemd-run", *card, "pulseaudio", *options, *loads)
    host.run("systemd-run", "--unit=hiss", "--property=Restart=always", "--property=RestartSec=1", *HISS)


def speak(host: Host, sound: Path) -> None:
    """Into the microphone; returns when it is said. `sound` lies on the host's disk."""
    host.run("paplay", *SERVER, "room", f"/{sound.relative_to(host.tree)}")


@contextmanager
def listening(host: Host) -> Iterator[None]:
    """While the context lasts, what the speaker plays is recorded."""
    command = "parec", *SERVER, "speaker.monitor", "--file-format=wav", "--channels=1", f"/{PLAYED}"
    host.run("systemd-run", f"--unit={LISTENING}", *command)
    try:
        yield
    finally:
        host.run("systemctl", "stop", LISTENING)


def loud_s(host: Host, level: float = 0.01) -> float:
    """For how long the speaker has played something louder than this, of 1."""
    with wave.open(str(host.tree / PLAYED), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        piece = file.getframerate() // 100
    pieces = sound[: len(sound) // piece * piece].reshape(-1, piece)
    return float((np.abs(pieces).max(axis=1) > level).sum()) / 100
