"""Laws of fetching weights, against a server on loopback that answers as huggingface.co does."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("huggingface_hub", reason="needs the extra whisper: pip install 'hark[whisper]'")

from hub.weights.download import download
from hub.weights.weights import File, Weights, WeightsError, flaw

REVISION = "0123456789abcdef0123456789abcdef01234567"
MODEL = bytes(range(256)) * 400
FILES = {"model.bin": MODEL, "config.json": b"{}", "voices/one.pt": b"a", "README.md": b"no"}
PINNED = Weights(
    "somebody/whisper",
    REVISION,
    (
        File("config.json"),
        File("voices/one.pt", 1, hashlib.sha256(b"a").hexdigest()),
        File("model.bin", len(MODEL), hashlib.sha256(MODEL).hexdigest()),
    ),
)


@dataclass
class HuggingFace:
    """What it serves; `short` cuts model.bin, `gone` knows no repository."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    short: bool = False
    gone: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        self.asked.append(path)
        if self.gone:
            return 404, b"{}"
        name = path.removeprefix(f"/somebody/whisper/resolve/{REVISION}/")
        return (200, self.files[name]) if name in self.files else (404, b"")


@contextmanager
def serving(site: HuggingFace) -> Iterator[str]:
    """The address of a server for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(False)

        def do_GET(self) -> None:
            self._answer(True)

        def _answer(self, whole: bool) -> None:
            status, body = site.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("X-Repo-Commit", REVISION)
            self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if whole:
                self.wfile.write(body[: len(body) // 2] if site.short and body == MODEL else body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fetch(site: HuggingFace, folder: Path, weights: Weights = PINNED) -> None:
    with serving(site) as address:
        download(weights, folder, threading.Event(), address)


def test_a_download_brings_what_a_model_needs_and_no_more(tmp_path: Path) -> None:
    site = HuggingFace()
    fetch(site, tmp_path)
    assert flaw(tmp_path, PINNED) is None
    assert (tmp_path / "model.bin").read_bytes() == MODEL
    assert not (tmp_path / "README.md").exists()


def test_every_request_names_the_pinned_revision(tmp_path: Path) -> None:
    site = HuggingFace()
    fetch(site, tmp_path)
    assert site.asked
    assert all(REVISION in path for path in site.asked)


def test_a_file_that_was_cut_short_is_fetched_again(tmp_path: Path) -> None:
    fetch(HuggingFace(), tmp_path)
    (tmp_path / "model.bin").write_bytes(MODEL[:100])
    fetch(HuggingFace(), tmp_path)
    assert flaw(tmp_path, PINNED) is None


def test_every_file_with_a_hash_is_compared(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"one\.pt is not the one"):
        fetch(HuggingFace({**FILES, "voices/one.pt": b"b"}), tmp_path)
    assert flaw(tmp_path, PINNED) == "it has no voices/one.pt"


def test_weights_that_are_not_the_published_ones_are_deleted(tmp_path: Path) -> None:
    site = HuggingFace({**FILES, "model.bin": bytes(len(MODEL))})
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        fetch(site, tmp_path)
    assert flaw(tmp_path, PINNED) == "it has no model.bin"


def test_a_repository_that_is_gone_is_said_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"could not be downloaded .*; .* copy the model's files"):
        fetch(HuggingFace(gone=True), tmp_path)


def test_without_a_network_it_is_said_with_a_remedy(tmp_path: Path) -> None:
    with serving(HuggingFace()) as address:
        pass  # nobody listens there any more
    with pytest.raises(WeightsError, match="connect this machine to"):
        download(PINNED, tmp_path, threading.Event(), address)


def test_a_download_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with serving(HuggingFace()) as address, pytest.raises(WeightsError, match="the hub is stopping"):
        download(PINNED, tmp_path, stop, address)
    assert flaw(tmp_path, PINNED) is not None
