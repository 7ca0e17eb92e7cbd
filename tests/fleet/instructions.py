"""What the documents tell a person to type, section by section, as it stands: indented lines are commands."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FENCED = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
CONTINUED = "\\\n"


def commands(document: str, heading: str) -> list[str]:
    """A section's commands, in order; one that goes on in the next line is one."""
    text = FENCED.sub("", _section(document, heading)).replace(CONTINUED, "")
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def lines(document: str, heading: str) -> int:
    """How many lines the first block of a section's commands has on the page."""
    block = re.search(r"(?:^ {4}.*\n)+", _section(document, heading), re.MULTILINE)
    return block[0].count("\n") if block else 0


def settings(document: str, heading: str) -> list[str]:
    """A section's settings, in order."""
    return [text for language, text in FENCED.findall(_section(document, heading)) if language == "toml"]


def _section(document: str, heading: str) -> str:
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", (DOCS / document).read_text(), re.MULTILINE | re.DOTALL
    )
    if found is None:
        raise LookupError(f"docs/{document} has no section {heading!r}")
    return found[1]
