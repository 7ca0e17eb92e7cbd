"""A small Kokoro with random weights: for tests, where no weights are. It hums as long as a sentence takes.

    python -m tests.tiny_kokoro FOLDER

Strategy: of a model's weights those that are not in its file stay as PyTorch drew them, so the file holds only what a
length hangs on: every phoneme takes the same time. What of the shape can be small is; the decoder's widths are fixed in
kokoro's code. `broken` makes one whose sound is no numbers, or silent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch

SYMBOLS = ';:,.!?—…"()“” abcdefhijklmnopqrstuvwxyzAIOQSTWYæçðøŋɑɒɔəɚɛɜɡɪɹɾʃʊʌʒʔʤʧˈˌːθᵊᵻ'
VOICES = ("af_heart", "bm_george")
FRAMES = 3  # of 25 ms, that each phoneme takes: the pace of a person
LONGEST = 60  # phonemes in one call; the real one takes 510
ENDS = 2  # tokens around them
HIDDEN, STYLE = 512, 128  # widths that kokoro's code demands
LOUDNESS = {"": -2.0, "silent": -60.0, "nan": float("nan")}  # the logarithm of what each band gets

SHAPE: dict[str, Any] = {
    "istftnet": {
        "upsample_kernel_sizes": [4, 4],
        "upsample_rates": [2, 2],
        "gen_istft_hop_size": 75,
        "gen_istft_n_fft": 300,
        "resblock_dilation_sizes": [[1, 1, 1]],
        "resblock_kernel_sizes": [3],
        "upsample_initial_channel": HIDDEN,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": HIDDEN,
    "max_conv_dim": HIDDEN,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 1,
    "n_mels": 80,
    "style_dim": STYLE,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 16,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": LONGEST + ENDS,
        "num_hidden_layers": 1,
        "dropout": 0.1,
    },
}

Broken = Literal["", "nan", "silent"]


def make(folder: Path, broken: Broken = "", shape: Mapping[str, Any] = SHAPE) -> Path:
    """Writes the model with its voices and returns its folder; one of the real one's `shape` takes its time."""
    (folder / "voices").mkdir(parents=True, exist_ok=True)
    vocabulary = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
    config = {"n_token": len(SYMBOLS) + 1, **shape, "vocab": vocabulary}
    (folder / "config.json").write_text(json.dumps(config))
    torch.save({"predictor": _durations(shape), "decoder": _loudness(broken, shape)}, folder / "kokoro-v1_0.pth")
    longest = shape["plbert"]["max_position_embeddings"] - ENDS
    for number, voice in enumerate(VOICES):
        drawn = torch.Generator().manual_seed(number)
        torch.save(torch.randn(longest, 1, 2 * STYLE, generator=drawn), folder / "voices" / f"{voice}.pt")
    return folder


def _durations(shape: Mapping[str, Any]) -> dict[str, Any]:
    """The model adds up `max_dur` probabilities: FRAMES sure ones, and none else."""
    name = "duration_proj.linear_layer"
    bias = torch.full((shape["max_dur"],), -30.0)
    bias[:FRAMES] = 30.0
    return {f"{name}.weight": torch.zeros(shape["max_dur"], HIDDEN), f"{name}.bias": bias}


def _loudness(broken: Broken, shape: Mapping[str, Any]) -> dict[str, Any]:
    bands = shape["istftnet"]["gen_istft_n_fft"] + 2
    return {"generator.conv_post.bias": torch.full((bands,), LOUDNESS[broken])}


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
