"""The satellite's settings, a slice for each part; satellite.toml beside this file documents every key."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from config.parts import Milliseconds, Name, Port, Seconds, Share, Slice, check_networks


class Listen(Slice, frozen=True):
    """Where controllers may dial."""

    host: Name
    port: Port


class Controllers(Slice, frozen=True):
    """Who may lead."""

    hub: tuple[str, ...]
    allow: tuple[str, ...]

    def __post_init__(self) -> None:
        """Checks the addresses now, not at the first knock."""
        check_networks("hub", self.hub)
        check_networks("allow", self.allow)


def _check_device(device: str) -> None:
    if device and not (device.startswith("wav:") and len(device) > len("wav:")):
        raise ValueError(f"device: expected wav:FILE or wav:FOLDER, got {device!r}")


class Microphone(Slice, frozen=True):
    """Where sound comes from."""

    device: str
    preroll_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)]

    def __post_init__(self) -> None:
        """Refuses unknown kinds of device."""
        _check_device(self.device)


class Speaker(Slice, frozen=True):
    """Where sound goes to."""

    device: str

    def __post_init__(self) -> None:
        """Refuses unknown kinds of device."""
        _check_device(self.device)


class Wake(Slice, frozen=True):
    """The wake words."""

    engine: Literal["pyopen-wakeword"]
    words: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=8)]
    threshold: Share
    trigger_level: Annotated[int, msgspec.Meta(ge=1, le=20)]
    refractory_s: Seconds


class Vad(Slice, frozen=True):
    """Voice activity: where speech begins and pauses."""

    engine: Literal["webrtcvad"]
    aggressiveness: Annotated[int, msgspec.Meta(ge=0, le=3)]
    start_ms: Milliseconds
    pause_ms: Annotated[int, msgspec.Meta(ge=20, le=2000)]
    wake_tail_ms: Milliseconds
    floor_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)]
    floor_margin_db: Annotated[float, msgspec.Meta(ge=0, le=30)]


class Watchdogs(Slice, frozen=True):
    """How long each phase may last without what it waits for."""

    microphone_s: Seconds
    listening_s: Seconds
    thinking_s: Seconds
    speaking_s: Seconds


class Playback(Slice, frozen=True):
    """The jitter buffer."""

    start_ms: Milliseconds
    jitter_ms: Milliseconds
    longest_s: Seconds


class SatelliteSettings(Slice, frozen=True):
    """All that a satellite can be told."""

    name: Name
    area: str
    listen: Listen
    controllers: Controllers
    microphone: Microphone
    speaker: Speaker
    wake: Wake
    vad: Vad
    watchdogs: Watchdogs
    playback: Playback
