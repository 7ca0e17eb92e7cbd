"""What the satellite's engines make of recordings, as one JSON document: on a host and on this machine, to compare.

    python hearing.py FOLDER      its WAV files (16 kHz, mono)

The scores of each step, whether each frame is voice or may be, and the scores of "stop" where that engine is installed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import process_time

from config.satellite import WakeWord
from satellite.engines import microwakeword, openwakeword
from satellite.engines.files import read_recording
from satellite.engines.webrtc import WebRtcVad
from wire.pcm import SPEECH

WORD = WakeWord(name="hey_jarvis")
ENGINES = {"pymicro-wakeword": microwakeword.load, "pyopen-wakeword": openwakeword.load}
AGGRESSIVENESS = 3
FRAME = SPEECH.bytes(0.02)


def main(folder: Path) -> None:
    """Prints what was heard in each recording, and the seconds of processor that each engine took a second of it."""
    heard, took_s, sound_s = dict[str, object](), dict.fromkeys(ENGINES, 0.0), 0.0
    for path in sorted(folder.glob("*.wav")):
        pcm, scores = read_recording(path), dict[str, object]()
        for name, load in ENGINES.items():
            scorer, began = load([WORD]), process_time()
            scores[name] = [step[WORD.name] for step in scorer.score(pcm)]
            took_s[name] += process_time() - began
        sound_s += SPEECH.seconds(len(pcm))
        heard[path.stem] = {**scores, "stop": _stop(pcm), "voice": list(_voice(pcm))}
    print(json.dumps({"heard": heard, "cpu": {name: one / sound_s for name, one in took_s.items()}}))


def _voice(pcm: bytes) -> Iterator[bool]:
    vad = WebRtcVad(AGGRESSIVENESS)
    for frame in _frames(pcm, FRAME):
        yield vad.is_voice(frame)
        yield vad.may_be_voice(frame)


def _stop(pcm: bytes) -> list[float]:
    if find_spec("pocketsphinx") is None:
        return []
    from satellite.engines.pocketsphinx import STEP, Spotter

    spotter = Spotter()
    return [spotter.score(step) for step in _frames(pcm, STEP)]


def _frames(pcm: bytes, size: int) -> Iterator[bytes]:
    return (pcm[start : start + size] for start in range(0, len(pcm) - size + 1, size))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
