"""Laws of what people say to a home: answers are sentences to who listens, and to nobody else."""

from __future__ import annotations

import pytest

from hub.llm.asking import answer
from hub.sentences import ANSWERS, plain_sentences, sentences

MEANT = [(said, meaning == "HarkYes") for meaning, texts in ANSWERS["en"].items() for said in texts]


@pytest.mark.parametrize(("said", "yes"), MEANT)
def test_an_answer_that_is_listened_for_is_understood_as_what_it_means(said: str, yes: bool) -> None:
    assert answer(said) is yes


def test_answers_are_sentences_to_who_listens_and_no_intents_of_the_home() -> None:
    whole = sentences("en")
    assert whole is not None
    assert ANSWERS["en"].keys() <= plain_sentences("en")["intents"].keys()
    assert whole["intents"].keys().isdisjoint(ANSWERS["en"])


def test_a_language_without_answers_has_its_own_sentences() -> None:
    assert plain_sentences("de")["intents"].keys().isdisjoint(ANSWERS["en"])
