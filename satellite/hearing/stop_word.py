"""The word "stop", scored by a child process that lives only while it is wanted.

Strategy: the first sound starts the child (50 ms on a PC), and UNUSED_S after the latest it is ended: a satellite that
only listens for its wake word keeps neither the model nor the library in memory.

Rules: a child that dies, or does not answer in time, ends nothing else: it is said once, and another is tried AGAIN_S
later. The word is not heard meanwhile; the wake word and the button still stop what sounds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, Self

from satellite.hearing.wake import STOP
from wire.pcm import SPEECH

ANSWER_S = 5.0  # to load the model and to answer; a slow board takes about one
UNUSED_S = 60.0  # after which the child is ended: ringing and long replies pause for less
AGAIN_S = 30.0  # after a child failed, until the next is tried
STEP_S = 0.08  # of sound between two scores
CONTEXT_S = 0.5  # of sound before the word; longer than the word itself
HEARD = 0.5  # the child's score from which the word counts as heard
ENGINE = "satellite.engines.pocketsphinx"
SCORE = struct.Struct("<d")

_log = logging.getLogger(__name__)


class Child(Protocol):
    """A process that scores the word "stop"."""

    async def score(self, sound: bytes, steps: int) -> list[float]:
        """Takes 16 kHz, 16 bit, mono sound of so many steps; returns their scores. Raises OSError or EOFError."""

    def end(self) -> None:
        """Leaves no process behind."""


class StopWord:
    """See satellite.hearing.wake.WakeWords. `start` gives a child, or raises OSError or EOFError."""

    step_s, context_s = STEP_S, CONTEXT_S
    advised = MappingProxyType({STOP: HEARD})

    def __init__(self, start: Callable[[], Awaitable[Child]]) -> None:
        self._start = start
        self._child: Child | None = None
        self._unused: asyncio.TimerHandle | None = None
        self._again_at = 0.0
        self._failed = False

    async def hear(self, sound: bytes) -> Sequence[Mapping[str, float]]:
        """See satellite.hearing.wake.WakeWords; none while no child can be had."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._again_at:
            return []
        self._stay()
        try:
            async with asyncio.timeout(ANSWER_S):
                scores = await self._score(sound)
        except (OSError, EOFError) as error:  # TimeoutError is an OSError
            self._say(error)
            self._again_at = loop.time() + AGAIN_S
            return []
        finally:
            self._stay()
        self._failed = False
        return [{STOP: score} for score in scores]

    async def _score(self, sound: bytes) -> list[float]:
        answered = False
        try:
            self._child = self._child or await self._start()
            scores = await self._child.score(sound, len(sound) // SPEECH.bytes(STEP_S))
            answered = True
            return scores
        finally:
            if not answered:  # what it answers later would be taken for the answer to what is asked then
                self.end()

    def _stay(self) -> None:
        """The child is ended if nothing is heard from now on."""
        if self._unused is not None:
            self._unused.cancel()
        self._unused = asyncio.get_running_loop().call_later(UNUSED_S, self.end)

    def end(self) -> None:
        """No child is left; the next sound starts another."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def _say(self, error: OSError | EOFError) -> None:
        if not self._failed:
            why = f"{type(error).__name__}: {error}"
            _log.error('"stop" is not heard for now (%s); reinstall hark[stop] if this stays', why)
        self._failed = True


class Process:
    """The engine's process, at the other end of a pair of sockets. See Child."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process, self._reader, self._writer = process, reader, writer

    @classmethod
    async def start(cls, module: str = ENGINE) -> Self:
        """Starts a program of this package, which need not have loaded its model yet."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = _spawn(module, theirs.fileno())
        return cls(process, *await asyncio.open_connection(sock=ours))

    async def score(self, sound: bytes, steps: int) -> list[float]:
        """See Child."""
        self._writer.write(sound)
        await self._writer.drain()
        answer = await self._reader.readexactly(steps * SCORE.size)
        return [score for (score,) in SCORE.iter_unpack(answer)]

    def end(self) -> None:
        """See Child."""
        self._writer.close()
        self._process.kill()
        self._process.wait()


def _spawn(module: str, descriptor: int) -> subprocess.Popen[bytes]:
    """Takes milliseconds: what the program loads, it loads by itself."""
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=descriptor,
        stdout=descriptor,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # Ctrl-C is for the satellite, whose end is the end of the input
    )
