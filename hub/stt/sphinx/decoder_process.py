"""The child process of a decoder: answers its parent (decoder.py) over a pipe, one request at a time.

A process and not a thread, because pocketsphinx holds Python's lock while it decodes, and nothing else would run.

Rules: the first message is the model, and every message has exactly one answer. The end of the pipe, and so the end
of the parent however it came, ends the process without a word.
"""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import astuple
from multiprocessing.connection import Connection

from hub.stt.recognizer import Word

BEGIN, HEAR, FINAL = b"B", b"H", b"F"
"""Requests by their first byte; HEAR and FINAL are followed by sound."""
DONE, FAILED = b"+", b"-"
"""Answers by their first byte, followed by the words (JSON, the fields of Word in order), or what went wrong."""


def main() -> None:
    """Loads the model and answers until the pipe ends; its descriptor is the only argument."""
    with Connection(int(sys.argv[1])) as pipe, contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        try:
            serve(pipe)
        except (EOFError, OSError):
            raise
        except Exception as error:  # the border of the process: whatever it is, the parent says it
            pipe.send_bytes(FAILED + f"{type(error).__name__}: {error}".encode())


def serve(pipe: Connection) -> None:
    """The conversation."""
    from hub.stt.sphinx.ears import Ears  # here, so that a library that cannot be loaded is told as well

    ears = Ears(json.loads(pipe.recv_bytes()))
    pipe.send_bytes(DONE)
    while True:
        message = pipe.recv_bytes()
        words: list[Word] = []
        match message[:1]:
            case b"B":
                ears.begin()
            case b"H":
                words = ears.hear(message[1:])
            case b"F":
                words = ears.final(message[1:])
        pipe.send_bytes(DONE + json.dumps([astuple(word) for word in words]).encode())


if __name__ == "__main__":
    main()
