"""Which files a model consists of, pinned to one revision.

Rules: a name always means the same bytes. What is loaded is complete: a file that is missing or cut short is found
here, in words, before an engine's library reads it.
"""

from __future__ import annotations

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
