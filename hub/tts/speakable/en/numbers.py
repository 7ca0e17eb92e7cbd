"""English numbers: whole, decimal, ordinal, years, fractions, ranges, versions, and digits read one by one."""

from __future__ import annotations

import re

from hub.number_words import CARDINAL, ORDINAL, YEAR
from hub.number_words import words as by_rules
from hub.tts.speakable.en.rules import Rule

NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
SIGNED = rf"(?:(?<![\w)°%])[-−+±]\s?)?{NUMBER}"
ALONE = r"(?<![\w.,/:])"
"""Before a number that belongs to nothing else."""
AMOUNT = rf"{ALONE}(?:(?:\d+\s)?\d+/\d+|{SIGNED}(?:\s?[-–—]\s?[-−]?{NUMBER}|\sto\s[-−]?{NUMBER})?)"
"""A number, a fraction or a range."""

LONGEST = 15  # digits; longer numbers are read one by one, nobody follows quintillions
CODE = 10  # digits from which a number that is not round is a code, not an amount
SIGNS = {"-": "minus ", "−": "minus ", "+": "plus ", "±": "plus or minus "}
_DIGITS = "zero one two three four five six seven eight nine"
DIGITS = dict(zip("0123456789", _DIGITS.split(), strict=True))
PARTS = {2: "half", 4: "quarter"}
MARKS_OUT_OF = (10, 100)  # "8/10" is how good something is
LARGEST_PART = 100  # of a fraction; beyond it is "over"
YEAR_WORDS = "in|since|by|until|till|from|before|after|year|of|around|during|between"


def number(text: str) -> str:
    """One number, "-1,234.5"."""
    sign = SIGNS.get(text[0], "")
    whole, _, decimals = text.lstrip("-−+± ").replace(",", "").partition(".")
    said = sign + (cardinal(whole) if whole else "zero")
    return f"{said} point {one_by_one(decimals)}" if decimals else said


def cardinal(digits: str) -> str:
    """A whole number; one that begins with a zero, or is too long to be followed, digit by digit."""
    code = len(digits) >= CODE and not digits.endswith("000")
    if len(digits) > LONGEST or code or (len(digits) > 1 and digits[0] == "0"):
        return one_by_one(digits)
    return by_rules(digits, "en", CARDINAL) or one_by_one(digits)


def one_by_one(digits: str) -> str:
    """Digit by digit; what is no digit makes a pause."""
    groups = re.findall(r"\d+", digits)
    said = ", ".join(" ".join(DIGITS[digit] for digit in group) for group in groups)
    return f"plus {said}" if digits[0] == "+" else said


def ordinal(digits: str) -> str:
    """Says "21" as "twenty first"."""
    return by_rules(digits, "en", ORDINAL) or one_by_one(digits)


def year(digits: str) -> str:
    """Says "2026" as "twenty twenty six"."""
    return by_rules(digits, "en", YEAR) or one_by_one(digits)


def amount(text: str) -> str:
    """What AMOUNT has found."""
    if "/" in text:
        return fraction(text)
    ends = re.fullmatch(rf"(.*?\d)\s?(?:[-–—]|to)\s?([-−]?{NUMBER})", text)
    return f"{number(ends[1])} to {number(ends[2])}" if ends else number(text)


def fraction(text: str) -> str:
    """Says "1/2", "3/4", "1 1/2"."""
    whole, _, parts = text.rpartition(" ")
    above, below = parts.split("/")
    said = _parts(int(above), int(below))
    return f"{number(whole)} and {'a ' + said[4:] if said.startswith('one ') else said}" if whole else said


def _parts(above: int, below: int) -> str:
    if below in MARKS_OUT_OF:
        return f"{cardinal(str(above))} out of {cardinal(str(below))}"
    if not 2 <= below <= LARGEST_PART or above > LARGEST_PART:
        return f"{cardinal(str(above))} over {cardinal(str(below))}"
    name = PARTS.get(below) or ordinal(str(below))
    plural = "halves" if below == 2 else f"{name}s"
    return f"{cardinal(str(above))} {name if above == 1 else plural}"


def _range(found: re.Match[str]) -> str:
    """From less to more; else a minus where there are spaces, and two numbers where not."""
    low, dash, high = found[1], found[2], found[3]
    if float(low.replace(",", "")) < float(high.replace(",", "")) or "–" in dash:
        return f"{low} to {high}"
    return f"{low} minus {high}" if " " in dash else f"{low} {high}"


def _version(found: re.Match[str]) -> str:
    parts = found[2].split(".")
    joined = (" dot " if len(parts) == 4 and not found[1] else " point ").join(map(cardinal, parts))
    return f" version {joined} " if found[1] else f" {joined} "


PHONE = (
    r"(?<![\w.,/:-])(?:\+\d[\d ().-]{6,18}\d|0\d[\d ()/-]{5,16}\d|"
    r"(?:1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|\d{3}-\d{4})"
    r"(?!\w|[.,:/-]\d)"
)
LONG: tuple[Rule, ...] = (
    (re.compile(r"\b([vV](?:ersion\s)?\s?)(\d+(?:\.\d+)+)(?!\w)"), _version),
    (re.compile(r"(?<![\w.,])()(\d+(?:\.\d+){2,})(?!\w)"), _version),
    (re.compile(PHONE), lambda found: f" {one_by_one(found[0])} "),
)
"""Digits in groups that are no amounts; after dates, before all else."""
REST: tuple[Rule, ...] = (
    (re.compile(r"(?<=\.\d)\s?/\s?(?=\d)"), " out of "),
    (
        re.compile(r"\b(\d{1,3}(?:,\d{3})+|\d{1,15})(?:st|nd|rd|th)\b", re.I),
        lambda f: f" {ordinal(f[1].replace(',', ''))} ",
    ),
    (re.compile(rf"{ALONE}((?:\d{{1,3}}\s)?\d{{1,6}}/\d{{1,6}})(?![\w/])"), lambda found: f" {fraction(found[1])} "),
    (re.compile(rf"{ALONE}({NUMBER})(\s?[-–]\s?)({NUMBER})(?![\w-])"), _range),
    (re.compile(rf"\b({YEAR_WORDS})\s(1\d\d\d|20\d\d)\b(?![.,]\d)", re.I), lambda f: f"{f[1]} {year(f[2])} "),
    (re.compile(rf"{ALONE}(19\d\d|20\d\d)\b(?![.,]\d)"), lambda found: f" {year(found[1])} "),
    (re.compile(rf"{SIGNED}"), lambda found: f" {number(found[0])} "),
)
"""All digits that are left."""
