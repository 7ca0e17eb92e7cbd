"""How a folder comes to hold a whole model. Nothing is fetched where the settings say so."""

from __future__ import annotations

import threading
from pathlib import Path

from hub.weights.weights import Weights, WeightsError, flaw


def ensure(weights: Weights, folder: Path, setting: str, download: bool, stop: threading.Event) -> None:
    """Fills the folder where need be; raises WeightsError. Blocks; `stop` ends it.

    `setting` is the engine's part of the settings, as "stt.whisper", and `download` its value of that name.
    """
    wrong = flaw(folder, weights)
    if wrong is None:
        return
    if not download:
        raise WeightsError(
            f"the files of {weights.repository} are not in {folder} ({wrong}) and {setting}.download is off; "
            "turn it on, or copy them there"
        )
    try:
        from hub.weights.download import download as fetch
    except ImportError as error:
        raise WeightsError(f"huggingface_hub is not installed ({error}); run: pip install huggingface_hub") from None
    fetch(weights, folder, stop)
