"""Laws of the table of Whispers and of what counts as a whole model of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.stt.whisper.weights import FILES, FILES_V3, PINNED, own_flaw
from hub.weights.weights import File, Weights


def folder(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).write_bytes(b"12345")
    return path


def model(weights: Weights) -> File:
    (found,) = (file for file in weights.files if file.name == "model.bin")
    return found


@pytest.mark.parametrize("weights", PINNED.values(), ids=PINNED)
def test_every_name_means_one_commit_and_one_hash(weights: Weights) -> None:
    assert re.fullmatch("[0-9a-f]{40}", weights.revision)
    assert re.fullmatch("[0-9a-f]{64}", model(weights).sha256)
    assert model(weights).size > 70_000_000


def test_no_two_names_mean_the_same() -> None:
    assert len({model(weights).sha256 for weights in PINNED.values()}) == len(PINNED)
    assert len({weights.revision for weights in PINNED.values()}) == len(PINNED)


@pytest.mark.parametrize("names", [FILES, FILES_V3])
def test_a_folder_with_all_files_has_no_flaw(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert own_flaw(folder(tmp_path, *names)) is None


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    assert missing in (own_flaw(folder(tmp_path, *(name for name in FILES if name != missing))) or "")
