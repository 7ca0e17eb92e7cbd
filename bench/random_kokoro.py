"""A Kokoro of the true shape with random weights: hums, in the time that the real one takes to speak.

python -m bench.random_kokoro FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.tiny_kokoro import SHAPE, make

SHAPE_82M: dict[str, Any] = {
    **SHAPE,
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "n_layer": 3,
    "n_token": 178,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
}
"""As Kokoro-82M's config.json has it: 82 million weights."""


def write(folder: Path) -> Path:
    """Writes it and returns its folder."""
    return make(folder, shape=SHAPE_82M)


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
