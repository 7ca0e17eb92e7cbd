"""Laws of reading phonetic letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.espeak import EspeakError, ipa
from hub.stt.sphinx.arpabet import PHONES, arpabet
from hub.stt.sphinx.pronunciation import VOICE

SPOKEN = {
    "ecobee": "EH K OW B IY",
    "rademacher": "R EY D M AA K ER",
    "zigbee": "Z IH G B IY",
    "tado": "T AA D OW",
    "wohnzimmer": "W OW N Z IH M ER",
    "roomba": "R UW M B AH",
    "govee": "G OW V IY",
    "church": "CH ER CH",
}


@pytest.mark.parametrize(("word", "phones"), SPOKEN.items())
def test_names_are_spoken_as_espeak_reads_them(word: str, phones: str) -> None:
    assert arpabet(ipa(word, VOICE)) == phones


@given(st.text(alphabet=[*"".join(PHONES), *"ˈˌː()_-!漢"], max_size=30))
def test_whatever_the_letters_there_are_only_phones(letters: str) -> None:
    assert re.fullmatch(r"([A-Z]{1,2}( [A-Z]{1,2})*)?", arpabet(letters))


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=40))
def test_any_text_has_an_end(text: str) -> None:
    assert isinstance(ipa(text, VOICE), str)


def test_a_voice_that_there_is_not_is_an_error_with_its_name() -> None:
    with pytest.raises(EspeakError, match="no voice 'martian'"):
        ipa("word", "martian")
