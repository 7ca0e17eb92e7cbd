"""Libraries that talk: what they print is kept out of the log while they start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hushed() -> Iterator[None]:
    """Without what ALSA, JACK and TensorFlow Lite print whenever something is looked for, opened or loaded.

    They write to the file descriptor, so it is what has to go; a log line of these milliseconds goes with it.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
