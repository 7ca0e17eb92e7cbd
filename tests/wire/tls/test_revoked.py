"""Laws of the list of revoked certificates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.tls.revoked import parse

FINGERPRINT = st.binary(min_size=32, max_size=32).map(bytes.hex)
COMMENT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cc", "Zl", "Zp", "Cs"]), max_size=20)


def with_colons(fingerprint: str) -> str:
    return ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2))


WAYS = [
    str,
    str.upper,
    with_colons,
    lambda fingerprint: f"sha256 Fingerprint={with_colons(fingerprint).upper()}",
    lambda fingerprint: f"SHA256:{fingerprint}",
]


@given(st.lists(st.tuples(FINGERPRINT, st.sampled_from(WAYS), COMMENT)), st.sampled_from(["\n", "\r\n"]))
def test_every_fingerprint_is_found_however_it_is_written(lines: list[tuple[str, object, str]], end: str) -> None:
    text = end.join(["# revoked", "", *(f"  {way(one)}  # {comment}" for one, way, comment in lines if callable(way))])
    assert parse(text.encode()) == {one for one, _, _ in lines}


@given(st.binary(max_size=300))
def test_anything_is_a_list_or_an_error_that_says_what_was_expected(content: bytes) -> None:
    try:
        found = parse(content)
    except ValueError as error:
        assert "comment" in str(error) or "expected one SHA-256 fingerprint a line" in str(error)  # noqa: PT017
    else:
        assert all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in found)


@given(st.lists(FINGERPRINT, max_size=5), FINGERPRINT, st.data())
def test_a_fingerprint_with_a_digit_wrong_is_never_passed_over(good: list[str], bad: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 63))
    before, after = bad[:at], bad[at + 1 :]
    broken = data.draw(st.sampled_from([before + after, bad + "0", f"{before}g{after}", bad[:-1] + "!"]))
    with pytest.raises(ValueError, match=f"line {len(good) + 1} "):
        parse("\n".join([*good, broken, *good]).encode())


def test_an_empty_file_is_no_list() -> None:
    with pytest.raises(ValueError, match="write a comment into it"):
        parse(b"")
    assert parse(b"# nothing\n") == frozenset()
