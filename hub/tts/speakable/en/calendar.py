"""English dates and times: 2026-11-21, 11/21, Nov 21, 21 Nov 2026; 7:05, 19:30, 7 pm."""

from __future__ import annotations

import re

from hub.tts.speakable.en.numbers import cardinal, ordinal, year
from hub.tts.speakable.en.rules import Rule

_MONTHS = "January February March April May June July August September October November December"
MONTHS = _MONTHS.split()
SHORT = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
DAYS = {day[:3]: day for day in _DAYS.split()}
DAYS |= {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday"}

_MONTH = "|".join([*MONTHS, *sorted(SHORT, key=len, reverse=True)])
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_NO_MORE = r"(?![\w/]|[.,:-]\d)"
_HALF = r"([AaPp])\.?[Mm]\b(?:\.(?=\s*[a-z0-9,;:?!]))?"  # its last stop may be the sentence's
_OH = 10  # minutes below are "oh five"


def _date(found: re.Match[str], text_year: str | None, month: int, day: str, last: str | None = None) -> str:
    if not (1 <= month <= 12 and 1 <= int(day) <= 31):
        return re.sub(r"[-/.]", " ", found[0])
    said = f" {MONTHS[month - 1]} {ordinal(str(int(day)))}"
    said += f" to {ordinal(str(int(last)))}" if last else ""
    return f"{said}, {year(text_year)} " if text_year else f"{said} "


def _slashed(found: re.Match[str]) -> str:
    """Month first, as in America, unless only the other way makes a date."""
    first, second = found[1], found[2]
    day_first = int(first) > 12
    full = f"20{found[3]}" if len(found[3]) == 2 else found[3]
    return _date(found, full, int(second if day_first else first), first if day_first else second)


def _bare_slash(found: re.Match[str]) -> str:
    """As a date, "11/21", but not "1/2": what is a usual fraction is one, and 24/7 is neither."""
    above, below = int(found[1]), int(found[2])
    if (above, below) == (24, 7):
        return " twenty four seven "
    if above > 12 or not 1 <= below <= 31 or (above < below and above < 10 and below <= 10) or below in (16, 12):
        return found[0]
    return _date(found, None, above, found[2]) if above else found[0]


def _by_name(found: re.Match[str]) -> str:
    return _date(found, found[4], _number_of(found[1]), found[2], found[3])


def _day_first(found: re.Match[str]) -> str:
    return _date(found, found[3], _number_of(found[2]), found[1])


def _number_of(month: str) -> int:
    return MONTHS.index(SHORT.get(month, month)) + 1


def _time(found: re.Match[str]) -> str:
    hour, minute, seconds, half = int(found[1]), int(found[2]), found[3], found[4]
    if hour > 24 or minute > 59:
        return f"{found[1]} to {found[2]} "
    said = f" {cardinal(str(hour))}{_minutes(hour, minute, half)}"
    said += f" and {cardinal(str(int(seconds)))} seconds" if seconds and int(seconds) else ""
    return f"{said} {half.upper()}M " if half else f"{said} "


def _minutes(hour: int, minute: int, half: str | None) -> str:
    if minute:
        return f" oh {cardinal(str(minute))}" if minute < _OH else f" {cardinal(str(minute))}"
    if half:
        return ""
    return " o'clock" if 1 <= hour <= 12 else " hundred"


def _decade(tens: str) -> str:
    return "tens" if tens == "1" else f"{cardinal(tens + '0')[:-1]}ies"


def _hour(found: re.Match[str]) -> str:
    return f" {cardinal(str(int(found[1])))} {found[2].upper()}M "


CALENDAR: tuple[Rule, ...] = (
    (re.compile(r"\b(1[1-9]|20)([1-9])0s\b"), lambda found: f" {year(found[1])} {_decade(found[2])} "),
    (re.compile(r"\b(the\s)'?([2-9])0s\b"), lambda found: f"{found[1]}{_decade(found[2])} "),
    (re.compile(r"\b(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"), r"\1 at \2"),
    (re.compile(rf"\b(\d{{4}})-(\d\d)-(\d\d){_NO_MORE}"), lambda f: _date(f, f[1], int(f[2]), f[3])),
    (re.compile(rf"(?<![\w/.])(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}|\d\d){_NO_MORE}"), _slashed),
    (
        re.compile(rf"(?<![\w.])(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_NO_MORE}"),
        lambda f: _date(f, f[3], int(f[2]), f[1]),
    ),
    (
        re.compile(rf"\b({'|'.join(sorted(DAYS, key=len, reverse=True))})\b\.?(?=,?\s(?:\d|{_MONTH}))"),
        lambda found: DAYS[found[1]],
    ),
    (
        re.compile(rf"\b({_MONTH})\b\.?\s{_DAY}(?:\s?[-–]\s?{_DAY})?{_NO_MORE}(?:,?\s((?:1\d|20)\d\d)\b(?![:/]))?"),
        _by_name,
    ),
    (re.compile(rf"(?<![\w.,:/])\b{_DAY}\s({_MONTH})\b\.?(?:,?\s((?:1\d|20)\d\d)\b)?"), _day_first),
    (re.compile(rf"\b({'|'.join(set(SHORT) - {'May', 'Mar', 'Jun', 'Jul', 'Jan'})})\.(?=\s)"), lambda f: SHORT[f[1]]),
    (re.compile(r"(:\d\d)\s?[-–]\s?(?=\d{1,2}:\d\d)"), r"\1 to "),
    (re.compile(r"(?<![\w.,/:-])(\d{1,2})\s?[-–]\s?(?=\d{1,2}(?::\d\d)?\s?[AaPp]\.?[Mm]\b)"), r"\1 to "),
    (re.compile(r"(?<![\w.,/:])(\d{1,2}):(\d\d)(?::(\d\d))?(?![\w:]|\s?[AaPp]\.?[Mm]\b)()"), _time),
    (re.compile(rf"(?<![\w.,/:])(\d{{1,2}}):(\d\d)(?::(\d\d))?\s?{_HALF}"), _time),
    (re.compile(rf"(?<![\w.,/:])(\d{{1,2}})\s?{_HALF}"), _hour),
    (re.compile(r"(?<![\w/.])(\d{1,2})/(\d{1,2})(?![\w/]|[.,:-]\d)"), _bare_slash),
    (re.compile(r"(?<=\d):(?=\d)"), " to "),
)
