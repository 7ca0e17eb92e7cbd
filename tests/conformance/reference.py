"""The suite against the reference satellite, to show that it is fair: `python -m tests.conformance.reference PYTHON`.

PYTHON is that of a virtual environment in which `pip install wyoming-satellite` was run. Its microphone, speaker and
wake word are programs that it starts; this file is all three: `… reference microphone`, `speaker`, `wake FILE`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conformance.__main__ import main as suite
from tests.peers import free_port
from wire.pcm import SPEECH, PcmFormat

PIECE_S = 0.064  # as its own microphone's chunks
START_S = 3.0
WORD = "hey_jarvis"


def microphone() -> None:
    """Low noise without end, at a sound card's pace, to standard output."""
    began, pieces = time.monotonic(), 0
    while True:
        sys.stdout.buffer.write(b"\x05\x00\xfb\xff" * (SPEECH.bytes(PIECE_S) // 4))
        sys.stdout.buffer.flush()
        pieces += 1
        time.sleep(max(0.0, began + pieces * PIECE_S - time.monotonic()))


def speaker() -> None:
    """Takes sound from standard input at a sound card's pace."""
    sound = PcmFormat(22_050)
    while piece := sys.stdin.buffer.read(sound.bytes(PIECE_S)):
        time.sleep(sound.seconds(len(piece)))


def wake(trigger: Path) -> None:
    """Says the wake word's name once for each time that the file appears, as long as it is given sound."""
    while sys.stdin.buffer.read(SPEECH.bytes(PIECE_S)):
        if trigger.exists():
            trigger.unlink()
            print(WORD, flush=True)


def check(python: str, options: list[str]) -> int:
    """Starts the reference satellite and plays the suite to it."""
    port = free_port()
    me = f"{sys.executable} -m {__spec__.name}"
    with tempfile.TemporaryDirectory() as folder:
        trigger = Path(folder) / "trigger"
        parts = ["--mic-command", f"{me} microphone", "--snd-command", f"{me} speaker"]
        parts += ["--wake-command", f"{me} wake {trigger}", "--wake-word-name", WORD, "--no-zeroconf"]
        command = [python, "-m", "wyoming_satellite", "--uri", f"tcp://127.0.0.1:{port}", "--name", "reference", *parts]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as satellite:
            time.sleep(START_S)
            try:
                return suite(["127.0.0.1", str(port), "--wake", f"touch {trigger}", *options])
            finally:
                satellite.terminate()


def main(arguments: list[str]) -> int:
    """One of the three programs, or the check."""
    match arguments:
        case ["microphone"]:
            microphone()
        case ["speaker"]:
            speaker()
        case ["wake", trigger]:
            wake(Path(trigger))
        case [python, *options]:
            return check(python, options)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
