"""Laws of the table of weights and of what counts as a whole model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.stt.whisper.weights import FILES, FILES_V3, PINNED, Weights, flaw

SMALL = Weights("somebody/whisper", "0" * 40, 5, "0" * 64)


def folder(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).write_bytes(b"12345")
    return path


@pytest.mark.parametrize("weights", PINNED.values(), ids=PINNED)
def test_every_name_means_one_commit_and_one_hash(weights: Weights) -> None:
    assert re.fullmatch("[0-9a-f]{40}", weights.revision)
    assert re.fullmatch("[0-9a-f]{64}", weights.sha256)
    assert weights.size > 70_000_000


def test_no_two_names_mean_the_same() -> None:
    assert len({weights.sha256 for weights in PINNED.values()}) == len(PINNED)
    assert len({weights.revision for weights in PINNED.values()}) == len(PINNED)


@pytest.mark.parametrize("names", [FILES, FILES_V3])
def test_a_folder_with_all_files_has_no_flaw(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert flaw(folder(tmp_path, *names)) is None


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    held = folder(tmp_path, *(name for name in FILES if name != missing))
    assert missing in (flaw(held) or "")
    assert missing in (flaw(held, SMALL) or "")


def test_a_model_that_was_cut_short_is_told_by_its_size(tmp_path: Path) -> None:
    held = folder(tmp_path, *FILES)
    assert flaw(held, SMALL) is None
    (held / "model.bin").write_bytes(b"123")
    assert flaw(held, SMALL) == "its model.bin has 3 bytes instead of 5"


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    assert flaw(tmp_path / "nowhere") == "the folder does not exist"
