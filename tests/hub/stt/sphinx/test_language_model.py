"""Laws of the language model."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pocketsphinx import Config, LogMath, NGramModel

from hub.stt.sphinx.flow import END, START, Ngram
from hub.stt.sphinx.language_model import MAX_CLASSES, LanguageModel, language_model, probabilities, probability
from hub.stt.sphinx.sentences import Sentences

corpora = st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=5), min_size=1, max_size=6)


def trigrams(corpus: Sequence[Sequence[str]]) -> Counter[Ngram]:
    counts: Counter[Ngram] = Counter()
    for words in corpus:
        sentence = (START, *words, END)
        counts.update(sentence[max(0, at - 2) : at + 1] for at in range(1, len(sentence)))
    return counts


def shares(model: LanguageModel) -> dict[str, float]:
    """The sum of the members' shares of each class."""
    sums: dict[str, float] = {}
    name = ""
    for line in model.class_definitions:
        if line.startswith("LMCLASS "):
            name = line.removeprefix("LMCLASS ")
            sums[name] = 0.0
        elif line and not line.startswith("END "):
            sums[name] += float(line.split()[1])
    return sums


@given(corpora)
def test_the_probabilities_after_every_history_sum_to_one(corpus: list[list[str]]) -> None:
    table = probabilities(trigrams(corpus))
    for history in [*table, ("e", "a"), ("b",)]:
        assert sum(probability(table, history, token) for token in table[()]) == pytest.approx(1.0)


@given(corpora)
def test_what_was_said_more_often_is_likelier(corpus: list[list[str]]) -> None:
    counts = trigrams(corpus)
    table = probabilities(counts)
    for one, other in ((one, other) for one in counts for other in counts if one[:-1] == other[:-1]):
        if len(one) == 3 and counts[one] > 2 * counts[other]:
            assert probability(table, one[:-1], one[-1]) > probability(table, other[:-1], other[-1])


@given(corpora)
def test_pocketsphinx_reads_the_same_probabilities(corpus: list[list[str]]) -> None:
    counts = trigrams(corpus)
    table = probabilities(counts)
    with tempfile.NamedTemporaryFile("w", suffix=".lm") as file:
        file.write("\n".join(language_model(Sentences(counts, {})).arpa))
        file.flush()
        read = NGramModel(Config(loglevel="FATAL", lm=None, dict=None), LogMath(), file.name)
    for history in (("a", "b"), (START, "c"), ("d", "d")):
        for token in ("a", "e", END):
            if token in table[()]:
                assert LogMath().exp(read.prob([token, *reversed(history)])) == pytest.approx(
                    probability(table, history, token), rel=0.02, abs=1e-6
                )


def test_every_member_of_a_class_has_its_share() -> None:
    ngrams: dict[Ngram, float] = {(START, "the_{light}"): 1.0, (START, "the_{light}", END): 1.0}
    model = language_model(Sentences(ngrams, {"{light}": {"bed": 3.0, "desk": 1.0}}))
    assert "the_bed:the_{light} 0.75000000" in model.class_definitions
    assert model.words == ("the_bed:the_{light}", "the_desk:the_{light}")
    assert shares(model) == {"the_{light}": pytest.approx(1.0)}


def test_classes_beyond_what_pocketsphinx_holds_are_written_out() -> None:
    names = {f"{{{number}}}": {"a": 1.0, f"b{number}": 1.0} for number in range(MAX_CLASSES + 3)}
    ngrams: dict[Ngram, float] = {(START, name): float(number + 1) for number, name in enumerate(names)}
    model = language_model(Sentences(ngrams, names))
    assert len(model.classes) == MAX_CLASSES
    assert {"a", "b0", "b1", "b2"} == {word for word in model.words if ":" not in word}
