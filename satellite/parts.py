"""Which engine stands for what the settings name; nothing else in the satellite names one but __main__.

Each is imported only where it is wanted, since most are optional: what is missing is said with its remedy.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path

from config.satellite import Echo, SatelliteSettings, Wake, WakeWord
from config.tls import SatelliteTls
from satellite.engines.files import FileMicrophone, FileSpeaker, NoSpeaker
from satellite.engines.webrtc import WebRtcVad
from satellite.hearing.scorer import InThread, Scorer
from satellite.hearing.stop_word import Process, StopWord
from satellite.hearing.wake import STOP, WakeError, WakeWords
from satellite.playing.chimes import load_sounds
from satellite.satellite import Engines
from satellite.sound.echo import AlignedCanceller, EchoCanceller
from satellite.sound.microphone import Microphone, MicrophoneError
from satellite.sound.music import Music, NoMusic
from satellite.sound.speaker import Speaker
from wire.discovery import Advertiser, DiscoveryError, is_local, reachable, read_identity, service_name
from wire.tls.credentials import Credentials
from wire.tls.files import Role

_log = logging.getLogger(__name__)


def pick(settings: SatelliteSettings) -> Engines:
    """All of them; raises what each raises where it cannot be had."""
    load_sounds(settings.sounds, settings.playback.rate)  # so that a bad folder is found by --check
    microphone, speaker, music = sound(settings)
    found_by, credentials = advertiser(settings), credentials_of(settings.tls)
    if found_by is not None and credentials is not None and found_by.name not in credentials.loaded.own.names:
        _log.warning("hubs that find it as %s will not lead it: its certificate is for another name", found_by.name)
    return Engines(
        microphone=microphone,
        speaker=speaker,
        vad=WebRtcVad(settings.vad.aggressiveness),
        wake=InThread(wake_words(settings.wake)),
        stop=stop_word(settings.wake),
        echo=echo(settings.echo),
        music=music,
        advertiser=found_by,
        credentials=credentials,
    )


def credentials_of(settings: SatelliteTls) -> Credentials | None:
    """What hubs are let in with; None where they come plainly. Raises CertificateError."""
    return Credentials(settings, Role.SATELLITE) if settings.on else None


def devices(settings: SatelliteSettings) -> tuple[list[str], list[str]]:
    """The names of all microphones and of all speakers, as PortAudio has them, or of files in their place."""
    heard, played = settings.microphone.device, settings.speaker.device
    if not (_is_card(heard) or _is_card(played)):
        return [heard] if heard else [], [played] if played else []
    from satellite.engines.pyaudio import Direction, PortAudio

    audio = PortAudio()
    names = [[device.name for device in audio.devices(direction)] for direction in (Direction.IN, Direction.OUT)]
    audio.end()
    return names[0], names[1]


def stop_word(settings: Wake) -> WakeWords | None:
    """What hears "stop"; None where the settings want nothing, or where its default engine is not installed."""
    if not settings.stop:
        return None
    if settings.stop != "pocketsphinx":
        return _stop_model(settings.stop)
    if find_spec("pocketsphinx") is None:  # looked for, not imported: it is for the child process alone
        _log.info("no word but the wake word stops what sounds without pocketsphinx; run: pip install 'hark[stop]'")
        return None
    return StopWord(Process.start)


def _stop_model(path: str) -> WakeWords:
    try:
        from satellite.engines.microwakeword import load
    except ImportError as error:
        raise WakeError(f"wake.stop needs pymicro-wakeword ({error}); run: pip install 'hark[micro]'") from None
    return InThread(load([WakeWord(name=STOP, model=path)]))


def advertiser(settings: SatelliteSettings) -> Advertiser | None:
    """What lets Home Assistant find the satellite by itself; None where it is off, or where nobody could reach it."""
    if not settings.discovery.enabled or is_local(settings.listen.host):
        return None
    try:
        from wire.zeroconf import ZeroconfAdvertiser, local_addresses

        name = settings.discovery.id or service_name(read_identity())
    except ImportError as error:
        _log.warning("Home Assistant cannot find it by itself (%s); run: pip install 'hark[satellite]'", error)
        return None
    except DiscoveryError as error:
        _log.warning("Home Assistant cannot find it by itself: %s", error)
        return None
    return ZeroconfAdvertiser(name, lambda: reachable(settings.listen.host, local_addresses()))


def sound(settings: SatelliteSettings) -> tuple[Microphone, Speaker, Music]:
    """The microphone, the speaker and the music beside it: of sound cards, or files where they stand in for them."""
    heard, played = settings.microphone.device, settings.speaker.device
    if not heard:
        raise MicrophoneError(
            "no microphone is set; give --mic with a sound device's name, such as default, or wav:FILE"
        )
    if not (_is_card(heard) or _is_card(played)):
        return _from_files(heard), _to_files(played), NoMusic()
    try:
        from satellite.engines.pyaudio import PortAudio
        from satellite.engines.sound_card import SoundCardMicrophone, SoundCardSpeaker
    except ImportError as error:
        raise MicrophoneError(
            f"sound cards need PyAudio ({error}); run: apt install portaudio19-dev gcc python3-dev; "
            "pip install 'hark[audio]'"
        ) from None
    audio = PortAudio()
    return (
        SoundCardMicrophone(audio, settings.microphone) if _is_card(heard) else _from_files(heard),
        SoundCardSpeaker(audio, played) if _is_card(played) else _to_files(played),
        _music(settings.music.duck_db) if _is_card(played) else NoMusic(),
    )


def _is_card(device: str) -> bool:
    return bool(device) and not device.startswith("wav:")


def _from_files(device: str) -> Microphone:
    return FileMicrophone(Path(device.removeprefix("wav:")))


def _to_files(device: str) -> Speaker:
    return FileSpeaker(Path(device.removeprefix("wav:"))) if device else NoSpeaker()


def _music(duck_db: float) -> Music:
    if not duck_db:
        return NoMusic()
    try:
        from satellite.engines.pulse import PulseMusic
    except (ImportError, OSError) as error:  # the latter where the library of PulseAudio itself is missing
        _log.warning("music cannot be made softer (%s); run: apt install libpulse0; pip install 'hark[audio]'", error)
        return NoMusic()
    return PulseMusic(duck_db)


def wake_words(settings: Wake) -> Scorer:
    """The wake word engine that the settings name; the others are not imported, since they may not be installed."""
    extra = {"pyopen-wakeword": "satellite", "pymicro-wakeword": "micro", "openwakeword": "openwakeword"}[
        settings.engine
    ]
    try:
        match settings.engine:
            case "pyopen-wakeword":
                from satellite.engines.openwakeword import load
            case "pymicro-wakeword":
                from satellite.engines.microwakeword import load
            case "openwakeword":
                from satellite.engines.openwakeword_onnx import load
    except ImportError as error:
        raise WakeError(f"{settings.engine} is not installed ({error}); run: pip install 'hark[{extra}]'") from None
    return load(settings.spoken)


def echo(settings: Echo) -> EchoCanceller | None:
    """The echo canceller, None where the settings want none."""
    if settings.engine == "none":
        return None
    from satellite.engines.livekit import LiveKitBlocks

    return AlignedCanceller(LiveKitBlocks(), settings.delay_ms / 1000)
