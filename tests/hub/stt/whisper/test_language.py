"""Laws of the choice of a language."""

from __future__ import annotations

import pytest

from hub.stt.recognizer import RecognizerError
from hub.stt.whisper.language import chosen

ALL = ("af", "de", "en", "zh")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [("de", "de"), ("DE", "de"), ("de-CH", "de"), ("zh_Hant_TW", "zh"), ("auto", None), (None, None)],
)
def test_a_language_is_found_however_it_is_written(wanted: str | None, code: str | None) -> None:
    assert chosen(wanted, ALL, "small") == code


@pytest.mark.parametrize("wanted", ["en", "en-GB", "auto", None])
def test_a_model_of_one_language_need_not_find_out(wanted: str | None) -> None:
    assert chosen(wanted, ("en",), "small.en") == "en"


def test_an_english_model_says_that_it_lacks_german_and_what_to_do() -> None:
    with pytest.raises(RecognizerError, match=r"small\.en understands no 'de', only 'en'; .* without \.en"):
        chosen("de", ("en",), "small.en")


@pytest.mark.parametrize("wanted", ["klingon", "", "x-y", "d"])
def test_an_unknown_language_is_said_with_a_remedy(wanted: str) -> None:
    with pytest.raises(RecognizerError, match=r"Whisper knows no language .*; set stt.language"):
        chosen(wanted, ALL, "small")
