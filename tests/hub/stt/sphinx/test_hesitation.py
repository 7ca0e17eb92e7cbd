"""Laws of sentences with pauses and without ends."""

from __future__ import annotations

import pytest

from hub.stt.sphinx.flow import END, START
from hub.stt.sphinx.hesitation import PAUSED, UNFINISHED, hesitating
from hub.stt.sphinx.language_model import probabilities, probability

SAID = {
    (START, "turn"): 1.0,
    (START, "turn", "on"): 1.0,
    ("turn", "on", "in_the_{area}"): 1.0,
    ("on", "in_the_{area}", END): 1.0,
}


def test_every_sentence_is_still_said() -> None:
    said = hesitating(SAID)
    assert all(said[ngram] >= count for ngram, count in SAID.items())


def test_after_any_token_the_utterance_may_be_over() -> None:
    said = hesitating(SAID)
    assert said[START, "turn", END] == pytest.approx(UNFINISHED)
    assert said["turn", "on", END] == pytest.approx(UNFINISHED)


def test_what_leans_may_be_the_last_that_is_said() -> None:
    said = hesitating(SAID)
    assert said["turn", "on", "in_the"] == said["turn", "on", "in"] == pytest.approx(PAUSED)
    assert said["on", "in_the", END] == pytest.approx(PAUSED * UNFINISHED)


def test_after_a_pause_the_sentence_goes_on() -> None:
    said = hesitating(SAID)
    assert said["on", "in_the", "{area}"] == pytest.approx(PAUSED)
    assert said["on", "in", "the_{area}"] == pytest.approx(PAUSED)
    assert ("in_the", "{area}", END) in said


def test_names_do_not_come_apart() -> None:
    said = hesitating({(START, "{media_player}"): 1.0, (START, "{media_player}", END): 1.0})
    assert set(said) == {(START, "{media_player}"), (START, "{media_player}", END)}


def test_to_go_on_is_likelier_than_to_stop() -> None:
    table = probabilities(hesitating(SAID))
    assert probability(table, ("turn", "on"), "in_the_{area}") > 2 * probability(table, ("turn", "on"), END)
