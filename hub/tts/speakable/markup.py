"""Takes Markdown and HTML off a text: what they mark is kept, the marks and the addresses of links are not.

A chunk may have but one end of a mark, since the first clause is cut where its words allow; so halves go, too.
"""

from __future__ import annotations

import html
import re

Rule = tuple[re.Pattern[str], str]

_LINES: tuple[Rule, ...] = (
    (re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n]*$", re.M), ""),  # the fences of code
    (re.compile(r"^(?=.*[-=_*]{3})[\s|:=_*+-]+$", re.M), ""),  # rulers, and the line below a table's head
    (re.compile(r"^[ \t]*(?:(?:>|#{1,6}(?=[ \t])|[-*+•](?=[ \t]))[ \t]*)+(?:\[[ xX]\][ \t])?", re.M), ""),
    (re.compile(r"^[ \t]*(\d{1,3})[.)](?=[ \t])", re.M), r"\1,"),
    (re.compile(r"[ \t]#+[ \t]*$", re.M), ""),
)
_HTML: tuple[Rule, ...] = (
    (re.compile(r"<!--.*?(?:-->|\Z)", re.S), " "),
    (re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.S | re.I), " "),
    (re.compile(r"<(?:br|hr|p|div|li|tr|td|th|h[1-6])\b[^<>]*>", re.I), ", "),
    (re.compile(r"<(https?://[^<>\s]+|[^<>\s@]+@[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), ""),
)
_LINKS: tuple[Rule, ...] = (
    (re.compile(r"\[\^?\d{1,3}\](?!\()"), ""),  # notes and sources
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)"), r"\1"),
    (re.compile(r"!?\[([^\[\]\n]*)\]\[[^\[\]\n]*\]"), r"\1"),
    (re.compile(r"\]\([^\s()]*\)?"), " "),  # the end of a link whose beginning was said before
)
_EMPHASIS: tuple[Rule, ...] = (
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])"), r"\1"),
    (re.compile(r"`+|~~+|\*\*+|__+"), ""),
    (re.compile(r"(?<!\w)_|_(?!\w)"), ""),
    (re.compile(r"(?<![\d\s])\*|\*(?![\d\s])"), ""),
    (re.compile(r"(?<!\S):[a-z][a-z_+-]*:(?!\S)"), ""),  # :smile:
    (re.compile(r"(?<!\S)[:;]-?[()DPp](?!\w)"), ""),  # :-)
)


def without_markup(text: str) -> str:
    """The text that a reader would see, lines and all."""
    for pattern, seen in (*_LINES, *_HTML):
        text = pattern.sub(seen, text)
    text = html.unescape(text)
    for pattern, seen in (*_LINKS, *_EMPHASIS):
        text = pattern.sub(seen, text)
    return text
