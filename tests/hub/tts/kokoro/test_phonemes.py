"""Laws of the way from text to phonemes, with the real espeak-ng."""

from __future__ import annotations

import logging

import pytest

pytest.importorskip("misaki", reason="needs the extra kokoro: pip install 'hark[kokoro]'")

from hub.tts.kokoro.phonemes import TAGGER, english


def test_without_its_dictionarys_model_espeak_pronounces_and_the_remedy_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        phonemize = english(british=False)
        said = [phonemize("The kitchen light is on.") for _ in range(3)]
    assert said == ["ðə kˈɪʧən lˈIt ɪz ˈɔn."] * 3
    (record,) = caplog.records
    assert record.getMessage().endswith(f"python -m spacy download {TAGGER}")


def test_british_voices_say_it_the_british_way() -> None:
    assert "ɒ" in english(british=True)("The light is on.")
    assert "ɒ" not in english(british=False)("The light is on.")


@pytest.mark.parametrize(
    ("written", "same"),
    [("21.5 degrees", "twenty one point 5 degrees"), ("1,200 watts", "1200 watts"), ("on\0off", "on off")],
)
def test_marks_inside_numbers_cut_nothing(written: str, same: str) -> None:
    phonemize = english(british=False)
    assert phonemize(written).split() == phonemize(same).split()


@pytest.mark.parametrize("text", ["", " ", "\n", "\0", "😀", "日本語", "\ud800", "x" * 800, "(a) [b] {c} <d>"])
def test_any_text_has_phonemes_or_none(text: str) -> None:
    assert isinstance(english(british=False)(text), str)
