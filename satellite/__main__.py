"""hark-satellite: reads the settings, picks the engines, runs until it is told to stop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config import command_line
from config.command_line import Short
from config.satellite import SatelliteSettings
from satellite.engines.files import FileMicrophone, FileSpeaker, NoSpeaker
from satellite.engines.openwakeword import OpenWakeWords
from satellite.engines.webrtc import WebRtcVad
from satellite.microphone import MicrophoneError
from satellite.satellite import Engines, Satellite
from satellite.speaker import SpeakerError
from satellite.wake import WakeError
from wire.errors import CannotListen
from wire.program import run

SHORTS = {
    "--port": Short("listen.port", "TCP port for controllers; 0 takes a free one", "PORT", type=int),
    "--name": Short("name", "what people call this satellite", "NAME"),
    "--mic": Short("microphone.device", "wav:FILE or wav:FOLDER", "DEVICE"),
    "--speaker": Short("speaker.device", "wav:FILE or wav:FOLDER", "DEVICE"),
    "--wake": Short("wake.words", "wake word; may be repeated", "NAME", many=True),
}


def main(argv: Sequence[str] | None = None) -> None:
    """The console script."""
    parser = command_line.parser("satellite", "Wake word, voice activity and playback in one room.", SHORTS)
    started = command_line.start("satellite", SatelliteSettings, parser, SHORTS, argv)
    settings = started.settings
    try:
        engines = pick(settings)
        if started.check:
            print(f"hark-satellite: the settings are good; {settings.name!r}, port {settings.listen.port}")
        else:
            run(serve(settings, engines))
    except (MicrophoneError, SpeakerError, WakeError, CannotListen) as error:
        command_line.refuse("satellite", error)


def pick(settings: SatelliteSettings) -> Engines:
    """The engines that the settings name."""
    if not settings.microphone.device:
        raise MicrophoneError("no microphone is set; give --mic wav:FILE or --mic wav:FOLDER")
    speaker = settings.speaker.device.removeprefix("wav:")
    return Engines(
        microphone=FileMicrophone(Path(settings.microphone.device.removeprefix("wav:"))),
        speaker=FileSpeaker(Path(speaker)) if speaker else NoSpeaker(),
        vad=WebRtcVad(settings.vad.aggressiveness),
        wake=OpenWakeWords(settings.wake.words),
    )


async def serve(settings: SatelliteSettings, engines: Engines) -> None:
    """Runs the satellite."""
    await Satellite(settings, engines).run()


if __name__ == "__main__":
    main()
