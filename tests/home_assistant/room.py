"""The room in which the satellite stands: who speaks in it, and what is heard of the satellite's speaker.

Two kinds: folders of WAV files, and a real sound card (PulseAudio with null sinks), where paplay speaks and the
speaker's monitor listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from bench.spoken import Question, record
from tests.sound_card import SoundCard, sound_card

LOUD = 1_000  # of 32768: the fixture's speaker is digitally silent between sounds


class Room(Protocol):
    """Where the satellite stands."""

    @property
    def options(self) -> Sequence[str]:
        """That make the satellite hear and speak here."""

    def speak(self, question: Question) -> None:
        """Somebody says the wake word and a question."""

    def unsay(self) -> None:
        """Takes back what a microphone that is closed has not heard; in a real room it is gone by then."""

    def played(self) -> int:
        """Bytes that the speaker has played so far."""


class Files:
    """WAV files in two folders."""

    def __init__(self, folder: Path) -> None:
        self._microphone, self._speaker = folder / "microphone", folder / "speaker"
        for part in (self._microphone, self._speaker):
            part.mkdir()
        self.options = ("--mic", f"wav:{self._microphone}", "--speaker", f"wav:{self._speaker}")
        self._spoken = 0

    def speak(self, question: Question) -> None:
        """See Room."""
        self._spoken += 1
        record(question, self._microphone / f"{self._spoken:04}.wav")

    def unsay(self) -> None:
        """See Room."""
        for path in self._microphone.glob("*.wav"):
            path.unlink()

    def played(self) -> int:
        """See Room."""
        return sum(path.stat().st_size for path in self._speaker.glob("*.wav"))


class Card:
    """A sound card."""

    def __init__(self, card: SoundCard, heard: bytearray, folder: Path) -> None:
        self.options = ("--mic", "default", "--speaker", "default")
        self._card, self._heard, self._folder = card, heard, folder
        self._speaking: set[asyncio.Task[None]] = set()

    def speak(self, question: Question) -> None:
        """See Room."""
        path = self._folder / "question.wav"
        record(question, path)
        task = asyncio.create_task(self._card.speak(path))
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)

    def unsay(self) -> None:
        """See Room."""

    def played(self) -> int:
        """See Room: what is loud in it."""
        samples = np.frombuffer(self._heard[: len(self._heard) // 2 * 2], "<i2").astype(int)
        return 2 * int(np.count_nonzero(np.abs(samples) > LOUD))


@asynccontextmanager
async def room(folder: Path, with_card: bool) -> AsyncIterator[Room]:
    """One of the two, while the context lasts."""
    if not with_card:
        yield Files(folder)
        return
    heard = bytearray()
    async with AsyncExitStack() as stack:
        card = await stack.enter_async_context(sound_card(folder))
        stack.enter_context(card.here())
        await stack.enter_async_context(card.listen(heard))
        yield Card(card, heard, folder)
