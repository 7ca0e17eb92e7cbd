"""What of a reply was spoken, so that of one that was interrupted only what was heard is remembered.

Pure. Within a clause words are taken to be spoken evenly; one of which no sound was made was not spoken.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Spoken:
    """The clauses of a reply with the seconds of sound of each, in order."""

    lead_s: float = 0.0
    """Seconds of sound before it that were no words of it."""
    _clauses: list[tuple[str, float]] = field(default_factory=list)

    def lead(self, seconds: float) -> None:
        """So much was played before it that is no word of it."""
        self.lead_s += seconds

    def clause(self, text: str) -> None:
        """The next clause begins."""
        self._clauses.append((text, 0.0))

    def sound(self, seconds: float) -> None:
        """So much more sound of the latest clause was made."""
        text, before = self._clauses[-1]
        self._clauses[-1] = (text, before + seconds)

    @property
    def made_s(self) -> float:
        """Seconds of sound that were made, with what was played before it."""
        return self.lead_s + sum(seconds for _, seconds in self._clauses)

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(text for text, seconds in self._clauses if seconds)

    def heard(self, played_s: float) -> str:
        """The words that were heard once so many seconds were played."""
        heard: list[str] = []
        played_s -= self.lead_s
        for text, seconds in self._clauses:
            if played_s <= 0:
                break
            if seconds:
                words = text.split()
                heard += words[: int(len(words) * min(1.0, played_s / seconds) + 1e-9)]
            played_s -= seconds
        return " ".join(heard)
