"""Laws of the wire's JSON: what was read can be written; all else is a ValueError."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_events import OBJECTS
from wire.strict_json import DEPTH, read_object, write


@given(OBJECTS)
def test_what_is_written_is_read_again(value: dict[str, object]) -> None:
    assert read_object(write(value)) == value


@given(st.binary() | st.text().map(str.encode) | st.text(alphabet='[]{}":,\\ud0819eE.-').map(str.encode))
def test_any_bytes_are_an_object_that_can_be_written_again_or_a_value_error(text: bytes) -> None:
    try:
        value = read_object(text)
    except ValueError:
        return
    assert read_object(write(value)) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 1e999}', "a number is too large"),
        ('{"a": 9223372036854775808}', "more than 64 bits"),
        ('{"a": ' + "9" * 5000 + "}", "limit"),
        ('{"a": "\\ud800"}', "surrogates not allowed"),
        ('{"\\udfff": 1}', "surrogates not allowed"),
        ('{"a": ' + "[" * 100_000, "nested deeper than"),
        ('{"a": ' + "[" * 500 + "]" * 500 + "}", "nested deeper than"),
        ("[" * 100_000, "nested deeper than"),
        ("\ufeff{}", "BOM"),
        ('{"a": 1} {}', "Extra data"),
        ("7", "not an object"),
    ],
)
def test_what_is_refused_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_object(text.encode())


def test_a_surrogate_pair_and_an_escaped_backslash_are_no_lone_surrogate() -> None:
    assert read_object(rb'{"a": "\ud83d\ude00", "b": "\\ud800"}') == {"a": "\U0001f600", "b": "\\ud800"}


def test_the_depth_is_bounded_wherever_it_is_read_from() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a": ' * levels + b"0" + b"}" * levels

    assert read_object(nested(DEPTH))
    with pytest.raises(ValueError, match="nested deeper"):
        read_object(nested(DEPTH + 1))


def test_what_cannot_be_written_is_a_value_error() -> None:
    endless: list[object] = []
    endless.append(endless)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for value, why in [
        (endless, "Circular"),
        (deep, "nested too deeply"),
        (object(), "not JSON serializable"),
        ({"a": b"b"}, "not JSON serializable"),
        (float("inf"), "not JSON compliant"),
        ("\udc00", "surrogates not allowed"),
    ]:
        with pytest.raises(ValueError, match=why):
            write(value)
