"""A small Kokoro with random weights: for tests, where no weights are. It hums as long as a sentence takes.

    python -m tests.tiny_kokoro FOLDER

Strategy: of a model's weights those that are not in its file stay as PyTorch drew them, so the file holds only what a
length hangs on: every phoneme takes the same time. What of the shape can be small is; the decoder's widths are fixed in
kokoro's code. `broken` makes one whose sound is no numbers, or silent.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Literal

import torch

SYMBOLS = ';:,.!?—…"()“” abcdefhijklmnopqrstuvwxyzAIOQSTWYæçðøŋɑɒɔəɚɛɜɡɪɹɾʃʊʌʒʔʤʧˈˌːθᵊᵻ'
VOICES = ("af_heart", "bm_george")
FRAMES = 3  # of 25 ms, that each phoneme takes: the pace of a person
LONGEST = 60  # phonemes in one call; the real one takes 510
HIDDEN, STYLE = 512, 128  # widths that kokoro's code demands
BANDS = 300
LOUDNESS = {"": -2.0, "silent": -60.0, "nan": float("nan")}  # the logarithm of what each band gets

SHAPE: dict[str, Any] = {
    "istftnet": {
        "upsample_kernel_sizes": [4, 4],
        "upsample_rates": [2, 2],
        "gen_istft_hop_size": 75,
        "gen_istft_n_fft": BANDS,
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
        "max_position_embeddings": LONGEST + 2,
        "num_hidden_layers": 1,
        "dropout": 0.1,
    },
}

Broken = Literal["", "nan", "silent"]


def make(folder: Path, broken: Broken = "") -> Path:
    """Writes the model with its voices and returns its folder."""
    (folder / "voices").mkdir(parents=True, exist_ok=True)
    vocabulary = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
    config = {**SHAPE, "n_token": len(SYMBOLS) + 1, "vocab": vocabulary}
    (folder / "config.json").write_text(json.dumps(config))
    torch.save({"predictor": _durations(), "decoder": _loudness(broken)}, folder / "kokoro-v1_0.pth")
    for number, voice in enumerate(VOICES):
        drawn = torch.Generator().manual_seed(number)
        torch.save(torch.randn(LONGEST, 1, 2 * STYLE, generator=drawn), folder / "voices" / f"{voice}.pt")
    return folder


def _durations() -> dict[str, Any]:
    """The model adds up `max_dur` probabilities: FRAMES sure ones, and none else."""
    name = "duration_proj.linear_layer"
    bias = torch.full((SHAPE["max_dur"],), -30.0)
    bias[:FRAMES] = 30.0
    return {f"{name}.weight": torch.zeros(SHAPE["max_dur"], HIDDEN), f"{name}.bias": bias}


def _loudness(broken: Broken) -> dict[str, Any]:
    return {"generator.conv_post.bias": torch.full((BANDS + 2,), LOUDNESS[broken])}


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
