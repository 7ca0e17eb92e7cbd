"""A small Piper voice that turns each phoneme into a tone: for tests, where no weights are.

    python -m tests.stub_piper FOLDER [NAME]

Strategy: every phoneme's id sounds for PHONEME_S, divided by the speed, at a pitch of its own; each speaker is higher
than the one before. So lengths and pitches can be told from the text. Inputs, outputs and the JSON beside the model are
those of Piper's own voices; phonemes are Piper's, by the espeak-ng that it carries, so `piper-tts` is needed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from tests.onnx_file import FLOAT, INT64, Graph

NAME = "en_US-stub-low"
RATE = 16_000
PHONEME_S = 0.03  # a text has about two ids for each letter: 17 letters a second, as people speak
LOWEST_HZ, STEP_HZ, SPEAKER_HZ = 200.0, 4.0, 100.0
LEVEL = 0.25


def make(
    folder: Path,
    name: str = NAME,
    *,
    rate: int = RATE,
    level: float = LEVEL,
    phoneme_s: float = PHONEME_S,
    speakers: Sequence[str] = (),
    ballast: int = 0,
) -> Path:
    """Writes `name`.onnx and its .json, and returns the model's path.

    `level` is the tones' amplitude: NaN makes a broken voice, 0 a silent one. `ballast` is a number of bytes that make
    the file larger.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(_model(rate, level, round(phoneme_s * rate), len(speakers) > 1, ballast // 4))
    config = {
        "audio": {"sample_rate": rate, "quality": "low"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "num_symbols": 256,
        "num_speakers": max(1, len(speakers)),
        "speaker_id_map": {speaker: number for number, speaker in enumerate(speakers)},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(config), "utf-8")
    return path


def _model(rate: int, level: float, samples: int, many: bool, ballast: int) -> bytes:
    graph = Graph()
    ids = graph.input("input", INT64, [1, "phonemes"])
    graph.input("input_lengths", INT64, [1])
    scales = graph.input("scales", FLOAT, [3])
    flat = graph.node("Reshape", ids, graph.constant([-1], INT64))
    length_scale = graph.node("Gather", scales, graph.constant(1, INT64))
    each = graph.node("Cast", graph.node("Mul", length_scale, graph.constant(samples)), to=INT64)
    count = graph.node("Gather", graph.node("Shape", flat), graph.constant(0, INT64))
    end = graph.node("Mul", count, each)
    ticks = graph.node("Range", graph.constant(0, INT64), end, graph.constant(1, INT64))
    sounding = graph.node("Cast", graph.node("Gather", flat, graph.node("Div", ticks, each)), to=FLOAT)
    pitch = graph.node("Add", graph.node("Mul", sounding, graph.constant(STEP_HZ)), graph.constant(LOWEST_HZ))
    if many:
        speaker = graph.node("Cast", graph.input("sid", INT64, [1]), to=FLOAT)
        pitch = graph.node("Add", pitch, graph.node("Mul", speaker, graph.constant(SPEAKER_HZ)))
    within = graph.node("Cast", graph.node("Mod", ticks, each), to=FLOAT)
    turns = graph.node("Mul", graph.node("Mul", within, pitch), graph.constant(2 * math.pi / rate))
    tone = graph.node("Mul", graph.node("Sin", turns), graph.constant(level))
    if ballast:
        zeros = graph.node("Gather", graph.constant([0.0] * ballast), flat)  # whatever is not asked for is folded away
        tone = graph.node("Add", tone, graph.node("ReduceSum", zeros, keepdims=0))
    graph.node("Reshape", tone, graph.constant([1, 1, 1, -1], INT64), output="output")
    graph.output("output", FLOAT, [1, 1, 1, "samples"])
    return graph.model()


if __name__ == "__main__":
    print(make(Path(sys.argv[1]), *sys.argv[2:3]))
