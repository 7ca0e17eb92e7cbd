"""JSON as the wire allows it: whatever was read can be written again, and by any other language.

Rules: UTF-8; finite numbers; integers of 64 bits; no lone surrogate; a bounded depth. Everything else is a ValueError
with the reason, which never quotes the text.
"""

from __future__ import annotations

import codecs
import json
import math
from itertools import chain
from typing import Any, NoReturn

DEPTH = 32
"""Levels of lists and objects. Wyoming's deepest event (`info`) has 6; Python's own limit depends on the stack."""
_NESTED = (dict, list)
INTEGER_BITS = 64
"""Of signed integers. Python alone would read numbers of 4300 digits."""


def read_object(text: bytes) -> dict[str, Any]:
    """Reads one JSON object. Raises ValueError."""
    if text.startswith(codecs.BOM_UTF8):
        raise ValueError("it begins with a BOM, which JSON has not")
    try:
        value = _DECODER.decode(text.decode())
        if b"\\u" in text:  # only an escape can smuggle in a lone surrogate, which encoding finds
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError(f"it is nested deeper than {DEPTH} levels") from None
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    if _deeper_than(value, DEPTH):
        raise ValueError(f"it is nested deeper than {DEPTH} levels")
    return value


def write(value: object) -> bytes:
    """Writes a value as wyoming does. Raises ValueError for what is no JSON at all."""
    try:
        return _ENCODER.encode(value).encode()
    except TypeError as error:
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _deeper_than(value: dict[str, Any], depth: int) -> bool:
    level: list[Any] = [value]
    for _ in range(depth):
        children = chain.from_iterable(node.values() if isinstance(node, dict) else node for node in level)
        level = [child for child in children if isinstance(child, _NESTED)]
        if not level:  # at once, as a rule: most events are flat
            return False
    return True


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("a number is too large")
    return number


def _integer(text: str) -> int:
    if (number := int(text)).bit_length() >= INTEGER_BITS:
        raise ValueError("an integer has more than 64 bits")
    return number


_DECODER = json.JSONDecoder(parse_constant=_constant, parse_float=_finite, parse_int=_integer)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
"""One of each for all: making it takes as long as reading the header of an event."""
