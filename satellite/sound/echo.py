"""Echo cancellation: a microphone that does not hear what its own satellite plays.

Strategy: the mixer tells what it hands to the speaker and when that is heard; for each block from the microphone
the canceller gets what was heard meanwhile. While nothing plays, frames pass untouched and cost nothing: the filter
rests with all that it has learnt, and is ready at the next reply's first word.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from satellite.sound.microphone import Frame, Microphone
from satellite.sound.reference import CaptureClock, PlayedSound, Reference
from wire.pcm import SPEECH, Framer

_log = logging.getLogger(__name__)

BLOCK_S = 0.01  # that a canceller takes at a time
AHEAD_S = 0.02  # of the microphone: no filter undoes an echo that comes before its sound; speakers tell so early
RING_OUT_S = 2.0  # after the last sound it may still echo: a long room, a speaker that is later than it says


class EchoError(Exception):
    """Echo cannot be cancelled; says why and what to do."""


class EchoCanceller(Protocol):
    """Takes the satellite's own sound out of what its microphone hears."""

    def played(self, pcm: bytes, rate: int, at: float) -> None:
        """Is told what the speaker plays (s16, mono, `rate` hertz) and from when on it is heard (the loop's time)."""

    def clean(self, frame: Frame) -> Frame:
        """Returns a frame without what was played; frames come in order. Raises EchoError."""


class BlockCanceller(Protocol):
    """An adaptive filter, which learns the way from the speaker to the microphone."""

    def cancel(self, microphone: bytes, reference: bytes) -> bytes:
        """Returns 10 ms from the microphone (s16, 16 kHz, mono) without the echo of the reference. Raises EchoError."""


class AlignedCanceller:
    """Gives a block canceller what was heard while each block was captured. See EchoCanceller.

    `delay_s` is how much later the microphone hears the speaker than their times say; below 0: how much sooner.
    """

    def __init__(self, blocks: BlockCanceller, delay_s: float = 0.0) -> None:
        self._blocks = blocks
        self._ahead = round((AHEAD_S - delay_s) * SPEECH.rate)
        self._reference = Reference()
        self._played = PlayedSound(self._reference)
        self._capture = CaptureClock()

    def played(self, pcm: bytes, rate: int, at: float) -> None:
        """See EchoCanceller."""
        self._played.push(pcm, rate, at)

    def clean(self, frame: Frame) -> Frame:
        """See EchoCanceller."""
        begin = self._capture.begin_of(len(frame.pcm) // SPEECH.frame_bytes, frame.at) + self._ahead
        if begin > self._reference.audible_end + RING_OUT_S * SPEECH.rate:
            return frame
        count = round(BLOCK_S * SPEECH.rate)
        blocks = Framer(SPEECH.bytes(BLOCK_S)).push(frame.pcm)
        cleaned = [
            self._blocks.cancel(block, self._reference.read(begin + number * count, count))
            for number, block in enumerate(blocks)
        ]
        return replace(frame, pcm=b"".join(cleaned))


class CleanMicrophone:
    """A microphone whose frames are cleaned of echo. One that cannot be cleaned comes as it is: better than none."""

    def __init__(self, microphone: Microphone, canceller: EchoCanceller) -> None:
        self._microphone = microphone
        self._canceller = canceller
        self._failed = False

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        async with aclosing(self._microphone.frames()) as frames:
            async for frame in frames:
                yield self._clean(frame)

    def _clean(self, frame: Frame) -> Frame:
        try:
            return self._canceller.clean(frame)
        except EchoError as error:
            if not self._failed:
                _log.error("%s", error)
            self._failed = True
            return frame
