"""Who waits for the model, and what it takes next; pure.

Rules: finals go before partials, among equals who came first. All that wait with the same wish are one batch, since a
GPU decodes sixteen as fast as two; a sound whose language is unknown goes alone, because Whisper aligns words in one
language at a time. A batch is what waits when the model gets free: an idle model never waits for a second one. Whoever
has gone is not there; so of a room, which asks again only after it gave up what it had asked, only the newest waits.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hub.stt.rolling.transcriber import Ask, Transcription

LARGEST = 16  # sounds in a batch: as many as rooms are measured; the encoder's memory grows with it


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One sound that waits; `answer` is done before its turn where nobody wants it any more."""

    pcm: bytes
    ask: Ask
    answer: asyncio.Future[Transcription]


class Line:
    """Those who wait, in order of arrival."""

    def __init__(self) -> None:
        self._waiting: list[Request] = []

    def join(self, request: Request) -> None:
        """To its end."""
        self._waiting.append(request)

    def next_batch(self) -> list[Request]:
        """Takes out what is decoded next; empty where nobody waits."""
        self._waiting = [request for request in self._waiting if not request.answer.done()]
        first = min(self._waiting, key=lambda request: not request.ask.final, default=None)
        if first is None:
            return []
        batch = [request for request in self._waiting if request is first or _together(request.ask, first.ask)]
        taken = {id(request) for request in batch[:LARGEST]}
        self._waiting = [request for request in self._waiting if id(request) not in taken]
        return batch[:LARGEST]

    def ahead(self, ask: Ask) -> int:
        """The batches that would be decoded before a final that joins now."""
        finals = [one.ask for one in self._waiting if one.ask.final and not one.answer.done()]
        shared = {one for one in finals if one.language is not None}
        return len(shared - {ask}) + sum(one.language is None for one in finals)


def _together(one: Ask, other: Ask) -> bool:
    return one == other and one.language is not None
