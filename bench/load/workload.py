"""The questions of a load run and what each stage takes for them: a JSON file, checked, and its look-ups.

Times are in ms unless said. workload.json beside this file is Hark's own; any other of the same form will do. What
passes through the hub is recognised by its words alone: a part's words tell its turn, and so do those of a reply.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

import msgspec

from hub.tts.speakable.speakable import speakable

LANGUAGE = "en"
SHIPPED = Path(__file__).with_name("workload.json")

Positive = Annotated[float, msgspec.Meta(gt=0, le=600_000)]
Time = Annotated[float, msgspec.Meta(ge=0, le=600_000)]


class WorkloadError(Exception):
    """A file that is no workload; says why and what to do."""


class Part(msgspec.Struct, frozen=True):
    """Words said in a row, and the pause after them that must not end the turn; 0 after the last."""

    text: str
    speech_ms: Positive
    pause_ms: Time = 0


class Turn(msgspec.Struct, frozen=True):
    """A question, its reply, and what the stages take for them."""

    id: int
    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1)]
    transcript: str
    stt_ms: Time
    """A decode, from the asking."""
    llm_ttft_ms: Time
    llm_tok_s: Positive
    reply: str
    reply_tokens: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    tts_first_ms: Time
    """A chunk's first sound."""
    tts_rtf: Time

    def heard(self, parts: int) -> str:
        """The words of so many parts."""
        return " ".join(part.text for part in self.parts[:parts])

    def token_ms(self, index: int) -> float:
        """When a token of the reply is there, from the request."""
        return self.llm_ttft_ms + index * 1000 / self.llm_tok_s


class Workload(msgspec.Struct, frozen=True, dict=True):
    """A whole file."""

    frame_ms: Positive
    in_rate: int
    out_rate: int
    raw_pause_ms: Positive
    endpoint_ms: Positive
    lead_silence_ms: Time
    tts_chunk_ms: Positive
    tts_chars_per_s: Positive
    clause_min_chars: int
    turns: Annotated[tuple[Turn, ...], msgspec.Meta(min_length=1, max_length=1000)]

    def frames(self, milliseconds: float) -> int:
        """Whole frames that hold so much."""
        return math.ceil(milliseconds / self.frame_ms - 1e-9)

    def asked(self, words: str) -> Turn | None:
        """The turn that these words are of, all or the first parts."""
        return self._by_words.get(words)

    def answers(self, chunk: str) -> list[Turn]:
        """The turns whose reply begins with this, or where none does, has it in it, whatever the marks between."""
        said = _words(chunk)
        begun = [turn for turn in self.turns if _words(turn.reply).startswith(said)]
        return begun or [turn for turn in self.turns if said in _words(turn.reply)]

    @cached_property
    def _by_words(self) -> dict[str, Turn]:
        return dict(_sayings(self))


def read(path: Path = SHIPPED) -> Workload:
    """The workload in a file; raises WorkloadError."""
    try:
        workload = msgspec.json.decode(path.read_bytes(), type=Workload)
    except (OSError, msgspec.DecodeError) as error:
        raise WorkloadError(f"{path} is no workload: {error}; see bench/load/workload.json") from None
    words = [words for words, _ in _sayings(workload)]
    twice = next((each for each in words if words.count(each) > 1), None)
    if twice is not None:
        raise WorkloadError(f"{path}: two turns ask {twice!r}; a turn is known by its words, so change one")
    broken = next((turn for turn in workload.turns if turn.heard(len(turn.parts)) != turn.transcript), None)
    if broken is not None:
        raise WorkloadError(f"{path}: the parts of turn {broken.id} are not its transcript; make them so")
    return workload


def _sayings(workload: Workload) -> Iterator[tuple[str, Turn]]:
    for turn in workload.turns:
        for parts in range(1, len(turn.parts) + 1):
            yield turn.heard(parts), turn


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    """As a voice is given them, without marks, between spaces."""
    kept = "".join(letter if letter.isalnum() else " " for letter in speakable(text, LANGUAGE).lower())
    return f" {' '.join(kept.split())} "
