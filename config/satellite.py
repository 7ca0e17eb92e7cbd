"""The satellite's settings, a slice for each part; satellite.toml beside this file documents every key."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from config.parts import MDNS_NAME, Milliseconds, Name, Port, Seconds, Share, Slice, check_networks
from config.tls import SatelliteTls


class Listen(Slice, frozen=True):
    """Where controllers may dial."""

    host: Name
    port: Port
    plain: bool


class Controllers(Slice, frozen=True):
    """Who may lead."""

    hub: tuple[str, ...]
    allow: tuple[str, ...]

    def __post_init__(self) -> None:
        """Checks the addresses now, not at the first knock."""
        check_networks("hub", self.hub)
        check_networks("allow", self.allow)


def _check_device(device: str) -> None:
    if device == "wav:":
        raise ValueError(f"device: expected wav:FILE, wav:FOLDER or a sound device's name, got {device!r}")


class Microphone(Slice, frozen=True):
    """Where sound comes from."""

    device: str
    channel: Annotated[int, msgspec.Meta(ge=0, le=32)]
    gain_db: Annotated[float, msgspec.Meta(ge=-40, le=40)]
    piece_ms: Annotated[int, msgspec.Meta(ge=10, le=200)]
    preroll_ms: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    silent_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)]

    def __post_init__(self) -> None:
        """Refuses unknown kinds of device."""
        _check_device(self.device)


class Speaker(Slice, frozen=True):
    """Where sound goes to."""

    device: str

    def __post_init__(self) -> None:
        """Refuses unknown kinds of device."""
        _check_device(self.device)


class Music(Slice, frozen=True):
    """Other players on the same machine."""

    duck_db: Annotated[float, msgspec.Meta(ge=0, le=60)]


TriggerLevel = Annotated[int, msgspec.Meta(ge=0, le=20)]


class WakeWord(Slice, frozen=True):
    """A wake word of its own model or rules; what is left out is as for all words."""

    name: Name
    model: str = ""
    threshold: Share | None = None
    trigger_level: TriggerLevel | None = None
    refractory_s: Seconds | None = None


class Wake(Slice, frozen=True):
    """The wake words."""

    engine: Literal["pyopen-wakeword", "pymicro-wakeword", "openwakeword"]
    words: Annotated[tuple[Name | WakeWord, ...], msgspec.Meta(min_length=1, max_length=8)]
    threshold: Share
    trigger_level: TriggerLevel
    refractory_s: Seconds
    follow_up: bool
    stop: str

    def __post_init__(self) -> None:
        """Refuses two words of one name, of which only one could be heard."""
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"words: expected each name once, got {', '.join(self.names)}")

    @property
    def spoken(self) -> tuple[WakeWord, ...]:
        """Every word as a table."""
        return tuple(word if isinstance(word, WakeWord) else WakeWord(name=word) for word in self.words)

    @property
    def names(self) -> tuple[str, ...]:
        """What the words are called."""
        return tuple(word.name for word in self.spoken)


class Vad(Slice, frozen=True):
    """Voice activity: where speech begins and pauses."""

    engine: Literal["webrtcvad"]
    aggressiveness: Annotated[int, msgspec.Meta(ge=0, le=3)]
    start_ms: Milliseconds
    pause_ms: Annotated[int, msgspec.Meta(ge=20, le=2000)]
    wake_tail_ms: Milliseconds
    floor_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)]
    floor_margin_db: Annotated[float, msgspec.Meta(ge=0, le=30)]
    gate: bool
    gate_after_s: Annotated[float, msgspec.Meta(ge=0, le=60)]


class Echo(Slice, frozen=True):
    """The satellite's own sound, taken out of what its microphone hears."""

    engine: Literal["none", "livekit"]
    delay_ms: Annotated[int, msgspec.Meta(ge=-500, le=500)]


class Watchdogs(Slice, frozen=True):
    """How long each phase may last without what it waits for."""

    listening_s: Seconds
    thinking_s: Seconds
    speaking_s: Seconds


class Playback(Slice, frozen=True):
    """The mixer and the jitter buffer."""

    rate: Annotated[int, msgspec.Meta(ge=16_000, le=48_000)]
    start_ms: Milliseconds
    jitter_ms: Milliseconds
    hold_mib: Annotated[int, msgspec.Meta(ge=1, le=1024)]


class Sounds(Slice, frozen=True):
    """The satellite's own sounds."""

    folder: str
    awake: bool
    done: bool


class Control(Slice, frozen=True):
    """Lights and buttons."""

    socket: str


class Discovery(Slice, frozen=True):
    """How Home Assistant finds the satellite by itself."""

    enabled: bool
    id: Annotated[str, msgspec.Meta(pattern=f"^({MDNS_NAME})?$")]


class Timers(Slice, frozen=True):
    """Timers, which ring here."""

    ring_s: Annotated[float, msgspec.Meta(ge=1, le=3600)]


class State(Slice, frozen=True):
    """What outlives a restart."""

    file: str


class SatelliteSettings(Slice, frozen=True):
    """All that a satellite can be told."""

    name: Name
    area: str
    listen: Listen
    tls: SatelliteTls
    controllers: Controllers
    microphone: Microphone
    speaker: Speaker
    music: Music
    wake: Wake
    vad: Vad
    echo: Echo
    watchdogs: Watchdogs
    playback: Playback
    timers: Timers
    state: State
    sounds: Sounds
    control: Control
    discovery: Discovery

    @property
    def port(self) -> int:
        """Where it is dialled: the plain port, the one for TLS where that is the only one."""
        return self.listen.port if self.listen.plain else self.tls.port

    def __post_init__(self) -> None:
        """Refuses a satellite that nobody could dial."""
        if not self.listen.plain and not self.tls.on:
            raise ValueError("listen: plain = false leaves no port at all without [tls]; give its files, or the port")
