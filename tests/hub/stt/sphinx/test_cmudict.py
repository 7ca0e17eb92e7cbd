"""Laws of the dictionary that pocketsphinx brings."""

from __future__ import annotations

import pytest

from hub.stt.recognizer import RecognizerError
from hub.stt.sphinx.cmudict import Cmudict

CMUDICT = Cmudict()


def test_a_word_is_spoken_the_usual_way() -> None:
    assert CMUDICT.phones("kitchen") == ["K", "IH", "CH", "AH", "N"]
    assert CMUDICT.phones("what's") == ["W", "AH", "T", "S"]
    assert CMUDICT.phones("'bout") == ["B", "AW", "T"]  # the first line
    assert CMUDICT.phones("zywicki")  # nearly the last


def test_what_is_no_word_is_not_found() -> None:
    for no_word in ("", "flurbwozzle", "KITCHEN", "kitche", "itchen", "küche", "25"):
        assert not CMUDICT.phones(no_word), no_word


def test_a_dictionary_that_is_missing_is_said_with_its_remedy() -> None:
    with pytest.raises(RecognizerError, match="reinstall the package pocketsphinx"):
        Cmudict("pocketsphinx/none.dict")
