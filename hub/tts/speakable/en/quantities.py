"""English units and money: 21.5 °C, 5 km/h, 40 %, 10–12 mm, $3.50, €20, 30 ct/kWh."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub.tts.speakable.en.numbers import ALONE, AMOUNT, NUMBER, amount, number
from hub.tts.speakable.en.rules import Rule, any_of

UNITS: Mapping[str, tuple[str, str]] = {
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "lx": ("lux", "lux"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "ft": ("foot", "feet"),
    "mph": ("mile per hour", "miles per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "ppm": ("part per million", "parts per million"),
    "ppb": ("part per billion", "parts per billion"),
    "psi": ("pound per square inch", "pounds per square inch"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "ct": ("cent", "cents"),
} | {
    short: (word, f"{word}s")
    for short, word in {
        **{"mm": "millimeter", "cm": "centimeter", "m": "meter", "km": "kilometer", "yd": "yard", "mi": "mile"},
        **{"μg": "microgram", "mg": "milligram", "g": "gram", "kg": "kilogram", "lb": "pound", "lbs": "pound"},
        **{"oz": "ounce", "ml": "milliliter", "mL": "milliliter", "cl": "centiliter", "dl": "deciliter"},
        **{"l": "liter", "L": "liter", "gal": "gallon", "ms": "millisecond", "s": "second", "sec": "second"},
        **{"min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour"},
        **{"W": "watt", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "Wh": "watt hour", "mW": "milliwatt"},
        **{"kWh": "kilowatt hour", "MWh": "megawatt hour", "V": "volt", "kV": "kilovolt", "mV": "millivolt"},
        **{"A": "amp", "mA": "milliamp", "Ah": "amp hour", "mAh": "milliamp hour", "Ω": "ohm", "Pa": "pascal"},
        **{"hPa": "hectopascal", "kPa": "kilopascal", "bar": "bar", "mbar": "millibar", "lm": "lumen"},
        **{"cd": "candela", "dB": "decibel", "dBm": "decibel milliwatt", "cal": "calorie", "kcal": "kilocalorie"},
        **{"J": "joule", "kJ": "kilojoule", "N": "newton", "Nm": "newton meter", "px": "pixel", "kB": "kilobyte"},
        **{"KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "kbit": "kilobit"},
        **{"Mbit": "megabit", "Gbit": "gigabit"},
    }.items()
}
"""One and many, by what is written."""
POWERS = {None: "", "^2": "square ", "^3": "cubic "}

MONEY: Mapping[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "CHF": ("franc", "francs", "centime", "centimes"),
}
CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
LARGE = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion", "B": "billion"}

_UNIT = rf"({any_of(UNITS)})(\^[23])?"
_PER = rf"(?:\s?/\s?{_UNIT})?(?![\w^])"
_SIGN = any_of([*MONEY, *CODES])
_LARGE = r"(?:\s?(thousand|million|billion|trillion|bn|[kKmMB](?![\w/])))?"
_COINS = 2  # digits behind the point


def _measured(found: re.Match[str]) -> str:
    one = found[1].lstrip("-−") == "1"
    unit, power, per, per_power = found[2], found[3], found[4], found[5]
    said = f" {amount(found[1])} {POWERS[power]}{UNITS[unit][not one]}"
    return said + _per(per, per_power) + " "


def _per(unit: str | None, power: str | None) -> str:
    if unit == "s" and power == "^2":
        return " per second squared"
    return f" per {POWERS[power]}{UNITS[unit][0]}" if unit else ""


def _sign_first(found: re.Match[str]) -> str:
    minus, sign, low, high, large, unit, power = found.groups()
    said = "minus " if minus else ""
    if high:
        said += f"{number(low)} to "
    return f" {said}{_paid(high or low, large, sign, bool(high))}{_per(unit, power)} "


def _sign_last(found: re.Match[str]) -> str:
    text, large, sign, unit, power = found.groups()
    if re.fullmatch(NUMBER, text):
        said = _paid(text, large, sign, False)
    else:
        said = f"{amount(text)} {LARGE.get(large, large) + ' ' if large else ''}{_names(sign)[1]}"
    return f" {said}{_per(unit, power)} "


def _paid(text: str, large: str | None, sign: str, many: bool) -> str:
    one, more, coin, coins = _names(sign)
    if large:
        return f"{number(text)} {LARGE.get(large, large)} {more}"
    whole, _, cents = text.partition(".")
    if len(cents) != _COINS:
        return f"{number(text)} {one if text == '1' and not many else more}"
    paid = f"{number(whole or '0')} {one if whole == '1' and not many else more}"
    small = f"{number(str(int(cents)))} {coin if int(cents) == 1 else coins}"
    if not int(cents):
        return paid
    return small if not int(whole.replace(",", "") or 0) else f"{paid} and {small}"


def _names(sign: str) -> tuple[str, str, str, str]:
    return MONEY[CODES.get(sign, sign)]


QUANTITIES: tuple[Rule, ...] = (
    (re.compile(rf"(?<![\d,])(\d+),(\d\d?)(?=\s?(?:{_SIGN}|°|%))"), r"\1.\2"),  # 3,50 €
    (re.compile(rf"({ALONE}{NUMBER}\s?(?:{any_of(UNITS)}))\s?[-–—]\s?(?={NUMBER}\s?(?:{any_of(UNITS)}))"), r"\1 to "),
    (
        re.compile(rf"([-−])?({_SIGN})\s?({NUMBER})(?:\s?[-–—]\s?(?:{_SIGN})?({NUMBER}))?{_LARGE}{_PER}"),
        _sign_first,
    ),
    (re.compile(rf"({AMOUNT}){_LARGE}\s?({_SIGN}){_PER}"), _sign_last),
    (re.compile(r"(?<=\d{4})\s?K\b"), " kelvin"),  # of a light; four digits, since "4K" is a screen
    (re.compile(rf"({AMOUNT})[ -]?{_UNIT}{_PER}"), _measured),
)
