"""A text made speech, clause by clause as a reply is, with what is worth knowing of how it was made."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from hub.stages import ahead
from hub.tts.chunker import clauses
from hub.tts.speakable.speakable import speakable
from hub.tts.voice import Voice

TEXTS_AHEAD = 256  # pieces of text that wait for the voice


@dataclass(slots=True)
class Speech:
    """One text's; `clock` tells seconds."""

    voice: Voice
    language: str
    clock: Callable[[], float]
    size: int = 0
    """Bytes of sound so far."""
    made_s: float = 0.0
    """How long the voice was waited for."""
    first_s: float | None = None
    """That of it which was before the first sound; None while there is none."""

    async def of(self, text: AsyncGenerator[str, None]) -> AsyncGenerator[bytes, None]:
        """Yields the sound as it is made. Raises VoiceError, and what `text` raises."""
        async with ahead(text, TEXTS_AHEAD) as pieces_of_text, aclosing(clauses(pieces_of_text)) as chunks:
            async for chunk in chunks:
                if not (words := speakable(chunk, self.language)):
                    continue
                async with aclosing(self.voice.speak(words)) as pieces:
                    asked = self.clock()
                    async for piece in pieces:
                        now = self.clock()
                        self.made_s += now - asked
                        self.first_s = self.made_s if self.first_s is None else self.first_s
                        self.size += len(piece)
                        yield piece
                        asked = self.clock()  # who takes the sound may take their time
                    self.made_s += self.clock() - asked

    @property
    def seconds(self) -> float:
        """Of sound so far."""
        return self.voice.format.seconds(self.size)

    def __str__(self) -> str:
        """Which engine spoke, and how soon and how fast."""
        if self.first_s is None:
            return f"{self.voice.name}: no sound"
        return (
            f"{self.voice.name}: {self.seconds:.2f} s of sound, the first after {self.first_s * 1000:.0f} ms, "
            f"real-time factor {self.made_s / self.seconds:.3f}"
        )
