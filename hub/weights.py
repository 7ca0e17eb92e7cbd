"""Which files a model consists of, pinned to one revision, and how a folder comes to hold them all.

Rules: a name always means the same bytes. What is loaded is complete: a file that is missing or cut short is found
here, in words, before an engine's library reads it. Nothing is fetched where the settings say so.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path


class WeightsError(Exception):
    """A model's files are not there and cannot be had; says why and what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's path inside its repository, its size in bytes and its SHA-256; 0 and "" where nobody knows them."""

    name: str
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Files of a repository on huggingface.co, at one commit."""

    repository: str
    revision: str
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """In bytes, of the files whose size is known."""
        return sum(file.size for file in self.files)

    def folder(self, name: str, chosen: str, cache: str) -> Path:
        """Where they are kept: in the folder that the settings chose, "" for the cache."""
        return Path(chosen or cache).expanduser() / f"{name}-{self.revision[:12]}"


def flaw(folder: Path, weights: Weights) -> str | None:
    """What is wrong with the files of a model, None where all are there."""
    if not folder.is_dir():
        return "the folder does not exist"
    if missing := [file.name for file in weights.files if not (folder / file.name).is_file()]:
        return f"it has no {', '.join(missing)}"
    for file in weights.files:
        held = (folder / file.name).stat().st_size
        if file.size and held != file.size:
            return f"its {file.name} has {held} bytes instead of {file.size}"
    return None


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
        from hub import download as fetching
    except ImportError as error:
        raise WeightsError(f"huggingface_hub is not installed ({error}); run: pip install huggingface_hub") from None
    fetching.download(weights, folder, stop)
