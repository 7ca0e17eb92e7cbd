"""hark-satellite: reads the settings, picks the engines, runs until it is told to stop."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from config import command_line
from config.command_line import Short
from config.satellite import SatelliteSettings
from satellite.doctor import check, doctor, record, status
from satellite.engines.webrtc import WebRtcVad
from satellite.hearing.scorer import InThread
from satellite.hearing.wake import WakeError
from satellite.parts import devices, pick, sound, wake_words
from satellite.playing.chimes import SoundError
from satellite.satellite import Engines, Satellite
from satellite.sound.devices import Hangs
from satellite.sound.echo import EchoError
from satellite.sound.microphone import MicrophoneError
from satellite.sound.speaker import SpeakerError
from wire.check import NotWell
from wire.errors import CannotListen, WireError
from wire.program import run
from wire.tls.errors import CertificateError

SHORTS = {
    "--port": Short("listen.port", "TCP port for controllers; 0 takes a free one", "PORT", type=int),
    "--name": Short("name", "what people call this satellite", "NAME"),
    "--mic": Short("microphone.device", "a sound device's name, wav:FILE or wav:FOLDER", "DEVICE"),
    "--speaker": Short("speaker.device", "a sound device's name, wav:FILE or wav:FOLDER", "DEVICE"),
    "--wake": Short("wake.words", "wake word; may be repeated", "NAME", many=True),
}

REFUSALS = (
    MicrophoneError,
    SpeakerError,
    Hangs,
    SoundError,
    WakeError,
    EchoError,
    CertificateError,
    CannotListen,
)
"""Why it would not start."""

FAILED = 1
"""Exit code of a check that finds the satellite not to answer, or not to be heard."""

COMMANDS = {
    "check": "asks the satellite that runs here who it is, and has it say a sentence",
    "doctor": "says what is well on this machine and what is not, with remedies, and listens for a moment",
    "status": "prints how the satellite that runs here stands, as one line of JSON",
    "record": "keeps one labelled clip of what the microphone hears",
}


def main(argv: Sequence[str] | None = None) -> None:
    """The console script: a command, or none to run the satellite."""
    command, rest = command_line.command(COMMANDS, argv)
    {"": _satellite, "check": _check, "doctor": _doctor, "record": _record, "status": _status}[command](rest)


def _satellite(argv: Sequence[str]) -> None:
    about = "Wake word, voice activity and playback in one room."
    told = "\n".join(f"  hark-satellite {name}  {text}" for name, text in COMMANDS.items())
    parser = command_line.parser("satellite", about, SHORTS, epilog=f"commands:\n{told}")
    started = command_line.start("satellite", SatelliteSettings, parser, SHORTS, argv)
    settings = started.settings
    try:
        engines = pick(settings)
        if started.check:
            tls = "" if engines.credentials is None else f"; {engines.credentials}"
            print(f"hark-satellite: the settings are good; {settings.name!r}, port {settings.port}{tls}")
        else:
            run(serve(settings, engines))
    except REFUSALS as error:
        command_line.refuse("satellite", error)


def _check(argv: Sequence[str]) -> None:
    parser = command_line.parser("satellite", COMMANDS["check"], SHORTS, command="check")
    started = command_line.start("satellite", SatelliteSettings, parser, SHORTS, argv)
    try:
        run(check.ask(started.settings.listen))
    except (NotWell, WireError, SoundError) as error:
        print(f"hark-satellite: {error}", file=sys.stderr)
        sys.exit(FAILED)


def _doctor(argv: Sequence[str]) -> None:
    parser = command_line.parser("satellite", COMMANDS["doctor"], SHORTS, command="doctor")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to listen (default 5); say the wake word")
    parser.add_argument("--tone", action="store_true", help="play a test tone")
    started = command_line.start("satellite", SatelliteSettings, parser, SHORTS, argv)
    settings, options = started.settings, started.options
    made = cache(lambda: sound(settings))  # PortAudio is started once
    parts = doctor.Parts(
        microphone=lambda: made()[0],
        speaker=lambda: made()[1],
        wake=lambda: InThread(wake_words(settings.wake)),
        devices=lambda: devices(settings),
    )
    report = doctor.Report(sys.stdout, options.json)
    run(doctor.examine(settings, parts, report, options.seconds, options.tone))
    sys.exit(report.end())


def _status(argv: Sequence[str]) -> None:
    parser = command_line.parser("satellite", COMMANDS["status"], SHORTS, command="status")
    started = command_line.start("satellite", SatelliteSettings, parser, SHORTS, argv)
    try:
        print(status.tell(started.settings))
    except status.NotRunning as error:
        command_line.refuse("satellite", error)


def _record(argv: Sequence[str]) -> None:
    parser = command_line.parser("satellite", COMMANDS["record"], SHORTS, command="record")
    parser.add_argument("label", metavar="LABEL", help="what the clip is, such as hey_jarvis or kitchen-noise")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long (default 10)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=Path(), help="where to (default: this folder)")
    started = command_line.start("satellite", SatelliteSettings, parser, SHORTS, argv)
    settings, options = started.settings, started.options
    try:
        kept = record.clip(options.label, options.out, datetime.now())
        run(record.record(sound(settings)[0], WebRtcVad(settings.vad.aggressiveness), kept, options.seconds))
    except (MicrophoneError, SpeakerError, record.RecordError) as error:
        command_line.refuse("satellite", error)


async def serve(settings: SatelliteSettings, engines: Engines) -> None:
    """Runs the satellite."""
    await Satellite(settings, engines).run()


if __name__ == "__main__":
    main()
