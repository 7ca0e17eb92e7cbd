"""Laws of decoders in child processes, with real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict

import psutil
import pytest

from hub.stt.recognizer import RecognizerError
from hub.stt.sphinx.decoder import Decoder, Hearing
from hub.stt.sphinx.language_model import language_model
from hub.stt.sphinx.sentences import home_sentences
from tests.hub.stt.sphinx.homes import NamedHome
from wire.pcm import SPEECH


@pytest.fixture(scope="module")
def model() -> bytes:
    return json.dumps({**asdict(language_model(home_sentences(NamedHome()))), "wake": ["hey jarvis"]}).encode()


@pytest.fixture
def decoder(model: bytes) -> Iterator[Decoder]:
    decoder = Decoder(model)
    decoder.start()
    yield decoder
    decoder.stop()


def children() -> list[psutil.Process]:
    return list(psutil.Process().children(recursive=True))


def test_a_decoder_that_was_stopped_leaves_no_process(model: bytes) -> None:
    before = children()
    decoder = Decoder(model)
    decoder.start()
    assert len(children()) == len(before) + 1
    decoder.stop()
    with pytest.raises(RecognizerError, match="shut down"):
        decoder.begin(Hearing())
    assert children() == before


def test_what_is_asked_for_an_utterance_that_is_over_is_not_heard(decoder: Decoder) -> None:
    over, hearing = Hearing(), Hearing()
    decoder.begin(over)
    over.over = True
    over.take(b"\xff\x7f" * 400_000)
    decoder.begin(hearing)
    assert decoder.hear(over) == ()
    assert decoder.final(hearing) == ()


def test_a_decoder_that_dies_says_so_and_is_replaced_for_the_next_utterance(decoder: Decoder) -> None:
    decoder.begin(Hearing())
    (child,) = children()
    child.kill()
    with pytest.raises(RecognizerError, match=r"ended unexpectedly \(exit status -9\)"):
        decoder.hear(Hearing())
    with pytest.raises(RecognizerError, match="not running any more"):
        decoder.final(Hearing())
    decoder.begin(hearing := Hearing())
    hearing.take(SPEECH.silence(0.1))
    assert decoder.hear(hearing) == ()


def test_a_model_that_cannot_be_loaded_is_an_error_with_its_reason() -> None:
    decoder = Decoder(json.dumps({"words": []}).encode())
    with pytest.raises(RecognizerError, match="KeyError: 'wake'"):
        decoder.start()
    assert children() == []


def test_an_interrupt_of_the_programs_group_is_not_for_its_decoders(decoder: Decoder) -> None:
    (child,) = children()
    assert os.getpgid(child.pid) != os.getpgid(0)


def test_a_decoder_ends_with_its_parent_however_that_ends(model: bytes) -> None:
    script = (
        "import sys; from hub.stt.sphinx.decoder import Decoder\n"
        "decoder = Decoder(sys.stdin.buffer.read()); decoder.start(); print(flush=True); sys.stdin.close()\n"
        "import signal; signal.pause()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stderr is not None
        parent.stdin.write(model)
        parent.stdin.close()
        parent.stdout.readline()
        orphans = psutil.Process(parent.pid).children()
        parent.send_signal(signal.SIGKILL)
        gone, alive = psutil.wait_procs(orphans, timeout=10)
        assert len(gone) == 1
        assert not alive
        assert parent.stderr.read() == b""
