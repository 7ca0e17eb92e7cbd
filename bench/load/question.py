"""A question as a satellite sends it: frames of sound and the edges of speech between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat

from wyoming.audio import AudioChunk
from wyoming.vad import VoiceStarted, VoiceStopped

from bench.load import numbers
from bench.load.workload import Workload
from wire.framing import encode
from wire.pcm import SPEECH

STARTED, STOPPED = encode(VoiceStarted().event()), encode(VoiceStopped().event())


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; all encoded for the wire, so that many satellites take little of the processor."""

    index: int
    frame_s: float
    frames: tuple[bytes, ...]
    """From the wake word to the end of speech; silence follows for as long as the hub listens."""
    edges: Mapping[int, bytes]
    """What is sent after so many frames."""
    silence: bytes
    numbered: bool = True
    """Whether the sound of its reply tells whose it is; else any sound is taken for the reply."""

    @property
    def speech_s(self) -> float:
        """When speech ends: the time at which its last frame is due."""
        return len(self.frames) * self.frame_s

    def sent(self) -> Iterator[bytes]:
        """What is sent each `frame_s`, without end."""
        frames = chain(self.frames, repeat(self.silence))
        return (frame + self.edges.get(count, b"") for count, frame in enumerate(frames, 1))


def question(workload: Workload, index: int) -> Question:
    """That of a turn of the workload: its sound carries the turn and how much of it was said."""
    frame_s = workload.frame_ms / 1000
    samples = round(frame_s * workload.in_rate)
    pause = workload.frames(workload.raw_pause_ms)
    silence, frames, edges = _frame(0, samples), [], {}
    frames += [silence] * workload.frames(workload.lead_silence_ms)
    for count, part in enumerate(workload.turns[index].parts, 1):
        edges[len(frames)] = STARTED
        frames += [_frame(numbers.of_question(index, count), samples)] * workload.frames(part.speech_ms)
        ended = len(frames)
        frames += [silence] * workload.frames(part.pause_ms)
        if count == len(workload.turns[index].parts) or len(frames) >= ended + pause:
            edges[ended + pause] = STOPPED + edges.get(ended + pause, b"")
    return Question(index, frame_s, tuple(frames), edges, silence)


@lru_cache(maxsize=4096)
def _frame(number: int, samples: int) -> bytes:
    return encode(AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, numbers.numbered(number, samples)).event())
