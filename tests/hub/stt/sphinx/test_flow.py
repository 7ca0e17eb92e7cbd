"""Laws of counting sentences in their templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.sphinx.flow import END, OPTION, ORDER, START, WAKE, WAKE_SHARE, Meter, Ngram, classes, template, texts

Said = dict[tuple[str, ...], float]
"""Sentences with their probabilities: what a template means, written out."""

WORDS = ("turn", "light", "lamp", "red", "up")


def then(first: Said, second: Said) -> Said:
    said: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for one, weight in first.items():
        for other, share in second.items():
            said[one + other] += weight * share
    return said


def either(items: list[Said]) -> Said:
    ranks = [(rank + 1) ** -ORDER for rank in range(len(items))]
    said: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for item, rank in zip(items, ranks, strict=True):
        for words, weight in item.items():
            said[words] += weight * rank / sum(ranks)
    return said


def optional(item: Said) -> Said:
    said = defaultdict(float, {words: weight * OPTION for words, weight in item.items()})
    said[()] += 1 - OPTION
    return said


Written = tuple[str, Said]
word = st.sampled_from(WORDS).map(lambda word: (word, {(word,): 1.0}))


def nested(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda items: (" ".join(text for text, _ in items), _all(items))),
        several.map(lambda items: (f"({'|'.join(t for t, _ in items)})", either([said for _, said in items]))),
        inner.map(lambda item: (f"[{item[0]}]", optional(item[1]))),
    )


def _all(items: list[Written]) -> Said:
    said: Said = {(): 1.0}
    for _, item in items:
        said = then(said, item)
    return said


def trigrams(said: Said) -> dict[Ngram, float]:
    counts: defaultdict[Ngram, float] = defaultdict(float)
    for words, weight in said.items():
        sentence = (START, *words, END)
        for at in range(1, len(sentence)):
            counts[sentence[max(0, at - 2) : at + 1]] += weight
    return counts


def counted(text: str, wake: bool = False, **lists: list[str]) -> Mapping[Ngram, float]:
    meter = Meter({"the": template("the")})
    values = {name: classes(said) if said[0].startswith("{") else texts(said) for name, said in lists.items()}
    meter.count(template(text), values, 1.0, wake)
    return meter.counts


@given(st.recursive(word, nested, max_leaves=6))
def test_counts_are_those_of_the_sentences_written_out(written: Written) -> None:
    text, said = written
    assert dict(counted(text)) == pytest.approx(trigrams(said))


def test_the_permutations_of_a_template_share_its_weight() -> None:
    counts = counted("(up;red)")
    assert counts[START, "up"] + counts[START, "red"] == pytest.approx(1.0)
    assert counts["up", "red", END] == pytest.approx(counts[START, "up"])


def test_words_grow_together_where_no_space_is_between_them() -> None:
    assert set(counted("light[s]")) == {
        (START, "lights"), (START, "light"), (START, "lights", END), (START, "light", END),
    }  # fmt: skip


def test_articles_and_prepositions_are_joined_to_what_follows_them() -> None:
    assert set(counted("color of <the> {name} {area}", name=["{light}"], area=["{area}"])) == {
        (START, "color"),
        (START, "color", "of_the_{light}"),
        ("color", "of_the_{light}", "{area}"),
        ("of_the_{light}", "{area}", END),
    }


def test_an_article_said_twice_is_said_once() -> None:
    assert counted("[the] <the> lamp") == counted("the lamp")


def test_a_preposition_that_ends_the_sentence_stands_alone() -> None:
    assert counted("turn lamp on")["turn", "lamp", "on"] == 1.0
    assert counted("lamp on in light")["lamp", "on", "in_light"] == 1.0


def test_the_values_of_a_list_are_equally_likely() -> None:
    counts = counted("{color}", color=["red", "up", "lamp"])
    assert [counts[START, color] for color in ("red", "up", "lamp")] == pytest.approx([1 / 3] * 3)


def test_after_a_wake_phrase_the_same_is_said() -> None:
    counts = counted("turn (up|red)", wake=True)
    assert counts[START, WAKE] == pytest.approx(WAKE_SHARE)
    assert counts[START, WAKE, "turn"] == pytest.approx(WAKE_SHARE)
    assert counts[WAKE, "turn", "up"] / WAKE_SHARE == pytest.approx(counts[START, "turn", "up"] / (1 - WAKE_SHARE))
