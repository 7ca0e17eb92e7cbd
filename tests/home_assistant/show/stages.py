"""What a question through Home Assistant's pipeline took, stage by stage, from what passed on two connections.

Strategy: one recorder stands between Home Assistant and the satellite, another between Home Assistant and the hub, both
on one clock. The stages are what the hub's services take at their socket; `whole` is what the person waits. What Home
Assistant and the ways between take is the rest:

    satellite ── sound in ──► stt ── to handle ──► handle ── to tts ──► tts ── sound out ──► satellite
        └─────────────────────────────────────── whole ────────────────────────────────────────┘

Rules: pure. Speech ends with the sample after which the question is silent, by level; stt begins when the hub gets that
sample, so its wait for silence counts as a stage. tts lasts from the first text to the first sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from wyoming.event import Event

from bench.spoken import speech_end
from tests.conformance.controller import Failed
from tests.conformance.exchange import Side
from wire.pcm import FULL_SCALE, SPEECH


class Passed(NamedTuple):
    """An event that has passed a recorder; the hub is its "satellite" where it serves."""

    at: float
    connection: int
    side: Side
    event: Event


@dataclass(frozen=True, slots=True)
class Stages:
    """In milliseconds."""

    sound_in: float
    stt: float
    to_handle: float
    handle: float
    to_tts: float
    tts: float
    sound_out: float

    @property
    def stages(self) -> float:
        """The sum of the hub's stages."""
        return self.stt + self.handle + self.tts

    @property
    def over(self) -> float:
        """What the pipeline took over the sum of its stages."""
        return self.sound_in + self.to_handle + self.to_tts + self.sound_out

    @property
    def whole(self) -> float:
        """From the end of speech at the satellite to the first sound of the reply there."""
        return self.stages + self.over


def measured(satellite: Sequence[Passed], hub: Sequence[Passed]) -> Stages:
    """Of one question, from what passed between Home Assistant and each of the two; raises Failed."""
    sent, got = _chunks(satellite, "satellite"), _chunks(hub, "controller")
    sound = _sound(sent)
    end = SPEECH.width * speech_end(np.frombuffer(sound, "<i2").astype(np.float32) / FULL_SCALE)
    if _sound(got)[:end] != sound[:end]:
        raise Failed("the hub got another sound than the satellite has sent")
    moments = (
        _when(sent, end),
        _when(got, end),
        first(hub, "satellite", "transcript"),
        first(hub, "controller", "transcript"),
        first(hub, "satellite", "handled", "not-handled"),
        first(hub, "controller", "synthesize-chunk", "synthesize"),
        first(hub, "satellite", "audio-chunk"),
        first(satellite, "controller", "audio-chunk"),
    )
    return Stages(*(1000 * (later - earlier) for earlier, later in pairwise(moments)))


def _chunks(passed: Iterable[Passed], side: Side) -> list[Passed]:
    return [one for one in passed if (one.side, one.event.type) == (side, "audio-chunk")]


def _sound(chunks: Iterable[Passed]) -> bytes:
    sound = b"".join(one.event.payload or b"" for one in chunks)
    return sound[: len(sound) // SPEECH.width * SPEECH.width]


def _when(chunks: Iterable[Passed], size: int) -> float:
    """When so many bytes of sound had passed."""
    for one in chunks:
        size -= len(one.event.payload or b"")
        if size <= 0:
            return one.at
    raise Failed(f"{SPEECH.seconds(size):.2f} s of the question's sound have not passed")


def first(passed: Iterable[Passed], side: Side, *types: str) -> float:
    """When the first event of these types came from a side; raises Failed."""
    for one in passed:
        if one.side == side and one.event.type in types:
            return one.at
    raise Failed(f"no {' or '.join(types)} has passed")
