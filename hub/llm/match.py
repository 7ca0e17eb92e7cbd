"""What a sentence was understood to mean, and why it cannot be done: what recognition, handlers and replies share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence that was understood.

    `slots` are the values found in it, in the satellite's area and in the sentence's pattern, under Home
    Assistant's names ("name", "area", "domain", "device_class", "brightness" …); `said` has the words for those
    that were spoken. `response` says which of the intent's replies fits.
    """

    intent: str
    response: str
    slots: Mapping[str, object] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def text(self, slot: str) -> str | None:
        """A slot's value as text, None where the sentence has no such slot."""
        return str(self.slots[slot]) if slot in self.slots else None

    def number(self, slot: str) -> float:
        """A slot's value as a number; for slots that the sentence's pattern takes from a range."""
        return float(str(self.slots[slot]))


class Refusal(Exception):
    """What was asked cannot be done; `key` names the sentence that says so, `values` what it mentions."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
