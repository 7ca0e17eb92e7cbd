"""English abbreviations, and signs that have a name: &, +, =, /, #, @."""

from __future__ import annotations

import re

from hub.tts.speakable.en.rules import Rule, any_of

_SPOKEN = {
    "e.g.": "for example",
    "i.e.": "that is",
    "approx.": "approximately",
    "ca.": "about",
    "vs.": "versus",
    "Dr.": "Doctor",
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Ms",
    "Prof.": "Professor",
    "Mt.": "Mount",
}
"""Never at the end of a sentence, so their stop goes."""
_LAST = {"etc.": "et cetera", "Jr.": "Junior", "Sr.": "Senior", "max.": "maximum", "dept.": "department"}
_LAST |= {"Inc.": "Incorporated", "Ltd.": "Limited", "Ave.": "Avenue", "Rd.": "Road", "tel.": "telephone"}
"""May end one: then their stop stays."""
_GOES_ON = r"(?=\s+[a-z0-9]|\s*[,;:!?])"

_NAMES = {"&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "°": "degrees", "/": "slash"}
_NAMES |= {"€": "euros", "$": "dollars", "£": "pounds", "¥": "yen", "×": "times", "÷": "divided by", "§": "section"}
_NAMES |= {"≈": "about", "±": "plus or minus", "≠": "is not", "≤": "at most", "≥": "at least", "√": "root of"}
_NAMES |= {"π": "pi", "∞": "infinity", "−": "minus"}


def _plain(found: re.Match[str]) -> str:
    return _SPOKEN.get(found[0]) or _SPOKEN[found[0].lower()]


def _last(found: re.Match[str]) -> str:
    return _LAST.get(found[1]) or _LAST[found[1].lower()]


def _saint(found: re.Match[str]) -> str:
    """In "St. Mary" a saint; behind a name it is a street, and its stop may be the sentence's."""
    named = re.search(r"[A-Z]\w*\s$", found.string[: found.start()])
    if named is None and found[1]:
        return "Saint"
    return "Street" if found.string[found.end() :].strip() and not found[1] else "Street."


def _initial(found: re.Match[str]) -> str:
    """Between names: "J. Watson"; not "vitamin C. Then"."""
    before, after = found.string[: found.start()].split(), found.string[found.end() :]
    named = not before or before[-1][0].isupper() or re.match(r"\s+[A-Z]\.", after)
    return found[1] if named else found[0]


ABBREVIATIONS: tuple[Rule, ...] = (
    (re.compile(rf"(?<![\w.])(?:{any_of({*_SPOKEN, *(word.capitalize() for word in _SPOKEN)})})(?!\w)"), _plain),
    (re.compile(rf"(?<![\w.])({any_of({*_LAST, *(word.capitalize() for word in _LAST)})}){_GOES_ON}"), _last),
    (re.compile(rf"(?<![\w.])({any_of({*_LAST, *(word.capitalize() for word in _LAST)})})"), lambda f: f"{_last(f)}."),
    (re.compile(r"(?<![\w.])St\.(?=(\s+[A-Z])?)"), _saint),
    (re.compile(r"(?<![\w.])(?:[Nn]o|[Nn]r)\.\s?(?=\d)"), " number "),
    (re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,}(?=\s+[A-Z]|\s*$)"), lambda f: f"{f[0].replace('.', '').upper()}."),
    (re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,}"), lambda f: f[0].replace(".", "").upper()),
    (re.compile(r"(?<![\w.])([A-HJ-Z])\.(?=\s+[A-Z])"), _initial),
    (re.compile(r"\b[Ww]/o\b"), "without"),
    (re.compile(r"\b[Ww]/(?=\s)"), "with"),
    (re.compile(r"\band/or\b"), "and or"),
)
BEFORE_NUMBERS: tuple[Rule, ...] = (
    (re.compile(r"#\s?(?=\d)"), " number "),
    (re.compile(r"[~≈]\s?(?=[$€£]?\d)"), " about "),
    (re.compile(r"(?:<=|≤)\s?(?=[-−]?[$€£]?\d)"), " at most "),
    (re.compile(r"(?:>=|≥)\s?(?=[-−]?[$€£]?\d)"), " at least "),
    (re.compile(r"<\s?(?=[-−]?[$€£]?\d)"), " less than "),
    (re.compile(r">\s?(?=[-−]?[$€£]?\d)"), " more than "),
    (re.compile(r"(?<=\d)\s?[x×*]\s?(?=\d)"), " times "),
    (re.compile(r"(?<=\d)\s−\s(?=\d)|(?<=\d)\s-\s(?=\d+\s?=)"), " minus "),
    (re.compile(r"(?<=\d)\s?÷\s?(?=\d)"), " divided by "),
    (re.compile(r"(?<=\d)\s/\s(?=\d)"), " divided by "),
    (re.compile(r"(?<=\d)\s\+\s(?=\d)"), " plus "),
    (re.compile(r"=\s?(?=[-−\d])"), " equals "),
)
SIGNS: tuple[Rule, ...] = (
    (
        re.compile(r"([^\w\s])\1{2,}"),
        lambda found: found[1] * 3 if found[1] in ".!?" else " ",
    ),  # a line, a row of stars
    (re.compile(r"\bC\+\+"), "C plus plus "),
    (re.compile(r"°C\b"), " degrees Celsius "),
    (re.compile(r"°F\b"), " degrees Fahrenheit "),
    (re.compile(r"\bC#"), "C sharp "),
    (re.compile(r"#(?=[^\W\d_])"), " hashtag "),
    (re.compile(rf"([{re.escape(''.join(_NAMES))}])\1*"), lambda found: f" {_NAMES[found[1]]} "),
)
