"""The parent's side of a decoder: a child process that decodes one utterance at a time (decoder_process.py).

All calls block and belong into worker threads. Rules: a lock lets one request be under way, so that a call whose
caller has gone still takes its own answer before the next is asked. A request of an utterance that is over is never
sent. A child that dies or does not answer is ended and replaced when the next utterance begins.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from multiprocessing.connection import Connection, Pipe

from hub.stt.recognizer import RecognizerError, Word
from hub.stt.sphinx import decoder_process
from hub.stt.sphinx.decoder_process import BEGIN, FAILED, FINAL, HEAR

START_S = 60.0  # to load the model; it takes about one second here, and ten on a slow machine
GOING_S = 0.2  # a child that closed its pipe is given to go, so that its own exit status is seen
ANSWER_S = 20.0  # for one request; the longest utterance takes three seconds here

_AGAIN = "say it again, a new one is started"


class Hearing:
    """One utterance's right to a decoder, until it is over, and the sound that the decoder has not been given yet."""

    def __init__(self) -> None:
        self.over = False
        self._untold: deque[bytes] = deque()

    def take(self, pcm: bytes) -> None:
        """The next piece of sound, from any thread."""
        self._untold.append(pcm)

    def tell(self) -> bytes:
        """All sound since the last call."""
        return b"".join(self._untold.popleft() for _ in range(len(self._untold)))


class Decoder:
    """One decoder; `model` is what the child loads."""

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._stopped = False

    def start(self) -> None:
        """Starts the child and waits until it has loaded the model; raises RecognizerError."""
        with self._lock:
            self._start()

    def begin(self, hearing: Hearing) -> None:
        """Begins an utterance, with a fresh child where the last one died."""
        with self._lock:
            if hearing.over:
                return
            try:
                self._ask(BEGIN, ANSWER_S)
            except RecognizerError:  # it died while it had nothing to hear, so no word is lost
                self._start()
                self._ask(BEGIN, ANSWER_S)

    def hear(self, hearing: Hearing) -> tuple[Word, ...]:
        """Gives the child the sound that it lacks; returns the words so far."""
        return self._words(HEAR, hearing)

    def final(self, hearing: Hearing) -> tuple[Word, ...]:
        """Has all of the utterance decoded; returns its words."""
        return self._words(FINAL, hearing)

    def stop(self) -> None:
        """Ends the child, whatever it is doing; there will be no other."""
        self._stopped = True
        if child := self._child:
            child.kill()  # frees a request that waits for its answer
        with self._lock:
            self._end()

    def _start(self) -> None:
        if self._stopped:
            raise RecognizerError("speech-to-text is being shut down; say it again later")
        ours, theirs = Pipe()
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-m", decoder_process.__name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # Ctrl-C is for the parent, which ends its children itself
            )
        self._pipe = ours
        self._ask(self._model, START_S)

    def _words(self, request: bytes, hearing: Hearing) -> tuple[Word, ...]:
        with self._lock:
            answer = "[]" if hearing.over else self._ask(request + hearing.tell(), ANSWER_S)
        return tuple(Word(*fields) for fields in json.loads(answer))

    def _ask(self, request: bytes, seconds: float) -> str:
        if self._pipe is None:
            raise RecognizerError(f"the speech decoder is not running any more; {_AGAIN}")
        try:
            self._pipe.send_bytes(request)
            if not self._pipe.poll(seconds):
                raise TimeoutError
            answer = self._pipe.recv_bytes()
        except TimeoutError as error:
            self._end()
            raise RecognizerError(f"the speech decoder did not answer within {seconds:.0f} s; {_AGAIN}") from error
        except (EOFError, OSError) as error:
            raise RecognizerError(f"the speech decoder ended unexpectedly ({self._end()}); {_AGAIN}") from error
        if answer[:1] == FAILED:
            self._end()
            raise RecognizerError(
                f"pocketsphinx failed ({answer[1:].decode()}); is it installed as requirements.lock says?"
            )
        return answer[1:].decode()

    def _end(self) -> str:
        """Leaves no process and no pipe behind; returns how the child ended."""
        ended = "never started"
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(GOING_S)
            self._child.kill()
            ended = f"exit status {self._child.wait()}"
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None
        return ended
