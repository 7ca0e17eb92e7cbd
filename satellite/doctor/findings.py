"""What a doctor finds: each check is a small pure function from facts to one finding, with its remedy.

facts.py gathers the facts and doctor.py shows the findings. Levels: bad is what keeps the satellite from its work,
warning is what will be missed some day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from config.satellite import SatelliteSettings
from satellite.doctor.meter import Levels
from satellite.hearing.wake import Rule
from satellite.panel.actions import Status
from wire.discovery import DiscoveryError, is_local, read_identity, service_name

OVERDRIVEN_SHARE = 0.01  # of the frames at full scale; speech that close to the microphone is not recognised
QUIET_DBFS = -75.0  # a live microphone hisses louder than that in any room; one that is turned down does not
SUPPORTED = ((3, 11), (3, 13))
MAY_ASK = "use sudo, or join its group"
EXTRAS = {
    "pyopen-wakeword": "satellite",
    "pymicro-wakeword": "micro",
    "openwakeword": "openwakeword",
    "webrtcvad-wheels": "satellite",
    "zeroconf": "satellite",
    "pyaudio": "audio",
    "livekit": "aec",
}
"""The packages of the engines, and the extra of Hark's that installs each."""


class Level(Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: how bad it is, what is so, and what to do."""

    level: Level
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The kernel's opinion of its clock; None where it cannot be asked. `drift_ppm` is what it corrects by."""

    synchronised: bool | None
    error_ms: float = 0.0
    drift_ppm: float = 0.0


@dataclass(frozen=True, slots=True)
class Papers:
    """Its certificate: why the files cannot be used, else what is wrong with it or soon will be, and whose it is."""

    broken: str = ""
    trouble: str = ""
    valid: bool = True
    names: tuple[str, ...] = ()
    days_left: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be known without making or hearing a sound."""

    settings: SatelliteSettings
    python: tuple[int, int]
    versions: Mapping[str, str | None]
    """Of Hark and of every engine's package; None for what is not installed."""
    status: Status | None
    """Of the satellite that runs on this machine."""
    locked: bool
    """Whether there is one that this user may not ask."""
    port_taken: bool
    clock: Clock
    papers: Papers | None = None
    """None where TLS is off."""


def versions(facts: Facts) -> Finding:
    """Whether Python and the engines that the settings name are here."""
    wanted = needed(facts.settings)
    missing = [package for package in wanted if facts.versions.get(package) is None]
    told = ", ".join(f"{package} {facts.versions[package]}" for package in ("hark", *wanted) if package not in missing)
    if missing:
        extras = ",".join(sorted({EXTRAS[package] for package in missing}))
        return Finding(Level.BAD, f"not installed: {', '.join(missing)}", f"run: pip install 'hark[{extras}]'")
    text = f"Python {'.'.join(map(str, facts.python))}, {told}"
    if not SUPPORTED[0] <= facts.python <= SUPPORTED[1]:
        return Finding(Level.WARNING, text, "use Python 3.11, 3.12 or 3.13, which Hark is tested with")
    return Finding(Level.OK, text)


def needed(settings: SatelliteSettings) -> list[str]:
    """The packages of the engines that the settings name."""
    cards = [device for device in (settings.microphone.device, settings.speaker.device) if device]
    found = [settings.wake.engine, "webrtcvad-wheels"]
    found += ["pyaudio"] if any(not device.startswith("wav:") for device in cards) else []
    found += ["livekit"] if settings.echo.engine == "livekit" else []
    found += ["zeroconf"] if settings.discovery.enabled and not is_local(settings.listen.host) else []
    return found


def network(facts: Facts) -> Finding:
    """Whether anybody else can reach it, and may."""
    listen, controllers = facts.settings.listen, facts.settings.controllers
    if is_local(listen.host):
        return Finding(Level.OK, f"listens on port {facts.settings.port} for programs on this machine alone")
    if all(is_local(address) for address in (*controllers.hub, *controllers.allow)):
        remedy = "set controllers.hub to the hub's address, and controllers.allow to Home Assistant's"
        return Finding(Level.WARNING, f"listens on {listen.host}, but turns away all but this machine", remedy)
    return Finding(Level.OK, f"listens on {listen.host} port {facts.settings.port}")


def discovery(facts: Facts) -> Finding:
    """Whether Home Assistant finds it by itself."""
    settings = facts.settings.discovery
    if not settings.enabled or is_local(facts.settings.listen.host):
        return Finding(Level.OK, "not advertised: Home Assistant is told host and port by hand")
    try:
        return Finding(Level.OK, f"advertised as {settings.id or service_name(read_identity())}")
    except DiscoveryError as error:
        return Finding(Level.BAD, "cannot be advertised", str(error))


def certificate(facts: Facts) -> Finding:
    """Whether hubs will come by TLS, and go on to."""
    papers, settings = facts.papers, facts.settings
    if papers is None:
        return Finding(Level.OK, "no TLS: what is said here crosses the network unencrypted")
    if papers.broken or papers.trouble:
        what, _, remedy = (papers.broken or papers.trouble).rpartition("; ")
        return Finding(Level.BAD if papers.broken or not papers.valid else Level.WARNING, what, remedy)
    told = f"of {', '.join(papers.names) or 'nobody'}, for {papers.days_left} days more"
    if settings.discovery.enabled and not is_local(settings.listen.host):
        with suppress(DiscoveryError):
            name = settings.discovery.id or service_name(read_identity())
            if name not in papers.names:
                return Finding(Level.WARNING, f"{told}: hubs that find {name} will not lead it", f"issue it for {name}")
    return Finding(Level.OK, told)


def controller(facts: Facts) -> Finding:
    """Whether a satellite runs here, and who leads it."""
    port = facts.settings.port
    if facts.status is not None and facts.status.controller:
        return Finding(Level.OK, f"led by {facts.status.controller}, {facts.status.phase}")
    if facts.status is not None:
        remedy = f"give its address to hark-hub (--satellite HOST:{port}) or to Home Assistant (Wyoming Protocol)"
        return Finding(Level.WARNING, "a satellite runs here and nobody leads it", remedy)
    if facts.locked:
        return Finding(Level.WARNING, "a satellite runs here that you may not ask", MAY_ASK)
    if facts.port_taken:
        remedy = 'stop that program, or set listen.port; a satellite with control.socket = "" cannot be asked'
        return Finding(Level.BAD, f"another program has port {port}", remedy)
    return Finding(Level.OK, f"no satellite runs here now; port {port} is free")


def muted(facts: Facts) -> Finding:
    """Whether it is deaf by somebody's will."""
    if facts.status is not None and facts.status.muted:
        remedy = "unmute it: by its button, in Home Assistant, or as docs/buttons.md says"
        return Finding(Level.WARNING, "the running satellite is muted", remedy)
    if facts.locked:
        return Finding(Level.WARNING, "you may not ask whether it is muted", MAY_ASK)
    return Finding(Level.OK, "not muted" if facts.status else "no satellite runs that could be muted")


def clock(facts: Facts) -> Finding:
    """Whether a timer will ring at the right time after a restart."""
    state = facts.clock
    if state.synchronised is None:
        return Finding(Level.WARNING, "the kernel does not tell whether its clock is right", "look at: timedatectl")
    if not state.synchronised:
        remedy = "run: sudo timedatectl set-ntp true, and let this machine reach a time server"
        return Finding(Level.WARNING, "the clock is not synchronised: timers may ring late after a restart", remedy)
    drift = f"corrected by {state.drift_ppm:+.1f} ppm"
    return Finding(Level.OK, f"synchronised to at least {state.error_ms:.0f} ms, {drift}")


CHECKS: Mapping[str, Callable[[Facts], Finding]] = {
    check.__name__: check for check in (versions, network, discovery, certificate, controller, muted, clock)
}


def devices(microphones: Sequence[str], speakers: Sequence[str]) -> Finding:
    """What could be heard with, and spoken with."""
    text = f"microphones: {', '.join(microphones) or 'none'}; speakers: {', '.join(speakers) or 'none'}"
    if microphones and speakers:
        return Finding(Level.OK, text)
    return Finding(
        Level.WARNING, text, "set microphone.device and speaker.device; `arecord -l` lists what is plugged in"
    )


def microphone(levels: Levels) -> Finding:
    """Whether what comes from the microphone is a room."""
    if not levels.frames:
        return Finding(Level.BAD, "the microphone gives no sound at all", "plug it in anew, or name another device")
    if levels.loudest_dbfs == levels.zero_dbfs:
        return Finding(Level.BAD, "the microphone gives digital silence", "look at its switch, and at F4 in alsamixer")
    text = f"from {levels.quietest_dbfs:.0f} to {levels.loudest_dbfs:.0f} dBFS in {levels.seconds:.0f} s"
    if levels.full_scale > OVERDRIVEN_SHARE * levels.frames:
        return Finding(
            Level.WARNING, f"{text}, overdriven", "turn the gain down: F4 in alsamixer, or microphone.gain_db"
        )
    if levels.loudest_dbfs < QUIET_DBFS:
        return Finding(Level.WARNING, f"{text}, very quiet", "speak, and turn the gain up: F4 in alsamixer")
    return Finding(Level.OK, text)


def wake(best: Mapping[str, float], rules: Mapping[str, Rule]) -> Finding:
    """Which wake words were said while it listened, by the highest score of each."""
    if not best:
        return Finding(Level.WARNING, "no score: too little sound came", "listen for longer: --seconds 10")
    told = [
        f"{word} {score:.2f} ({'heard' if score >= rules[word].threshold else f'of {rules[word].threshold:g}'})"
        for word, score in sorted(best.items())
    ]
    return Finding(Level.OK, f"highest scores: {', '.join(told)}")
