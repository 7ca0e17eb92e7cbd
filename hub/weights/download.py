"""Weights from huggingface.co into a folder of the user's; the only file that imports huggingface_hub.

Rules: only the pinned revision, and only what a model needs; what arrives is compared with the pinned SHA-256 once,
and a file that differs is deleted. A download that was interrupted keeps the files that are whole. The library's own
progress bar shows on stderr. No account is asked for and none is used.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path

from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

from hub.weights.weights import File, Weights, WeightsError

ANSWER_S = 10.0  # a slow line still answers by then

_log = logging.getLogger(__name__)


def download(weights: Weights, folder: Path, stop: threading.Event, endpoint: str | None = None) -> None:
    """Fills `folder`; raises WeightsError. `stop` ends it at the next piece; `endpoint` stands in for the hub."""
    _log.info("downloading %s, %.2f GB, once, into %s", weights.repository, weights.size / 1e9, folder)
    for file in weights.files:
        if file.size and not _whole(folder / file.name, file):
            (folder / file.name).unlink(missing_ok=True)  # huggingface_hub takes any file that is there for whole
    try:
        _knock(weights, endpoint)
        for file in weights.files:
            _fetch(weights, file.name, folder, stop, endpoint)
    except Exception as error:  # among them those of its HTTP library, which is another one with each version
        raise WeightsError(
            f"{weights.repository} could not be downloaded ({_first_line(error)}); connect this machine to "
            f"huggingface.co, or copy the model's files into {folder}"
        ) from None
    for file in weights.files:
        _check(folder / file.name, file)


def _whole(path: Path, file: File) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def _check(path: Path, file: File) -> None:
    if file.sha256 and _sha256(path) != file.sha256:
        path.unlink()
        raise WeightsError(
            f"the downloaded {path} is not the one that was published (its SHA-256 differs) and was deleted; "
            "start again, from another network if it happens twice"
        )


def _knock(weights: Weights, endpoint: str | None) -> None:
    """Fails at once where nobody answers; a download would try for 23 s, and another engine may be waiting."""
    url = hf_hub_url(weights.repository, weights.files[0].name, revision=weights.revision, endpoint=endpoint)
    get_hf_file_metadata(url, token=False, endpoint=endpoint, timeout=ANSWER_S)


def _fetch(weights: Weights, name: str, folder: Path, stop: threading.Event, endpoint: str | None) -> None:
    hf_hub_download(
        weights.repository,
        name,
        revision=weights.revision,
        local_dir=folder,
        endpoint=endpoint,
        token=False,
        tqdm_class=_bar(stop),
    )


def _bar(stop: threading.Event) -> type[tqdm]:
    """A progress bar that ends the download once nobody waits for it."""

    class Bar(tqdm):
        def update(self, n: float | None = 1) -> bool | None:
            if stop.is_set():
                raise RuntimeError("the hub is stopping")
            shown: bool | None = super().update(n)
            return shown

    return Bar


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
