"""Text from Home Assistant, where anybody may have named anything: one line of printable characters, bounded."""

from __future__ import annotations

LONGEST_NAME = 100  # characters, as in a home's file
LONGEST_STATE = 255  # characters; Home Assistant's own limit


def one_line(value: object, longest: int) -> str | None:
    """The text with line breaks and control characters as single blanks; None for what is no text, empty or longer."""
    if not isinstance(value, str) or len(value) > longest:
        return None
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split()) or None


def shortened(value: object, longest: int) -> str:
    """The same for sentences, which are cut where they are longer; empty for what is no text."""
    return one_line(value[:longest], longest) or "" if isinstance(value, str) else ""
