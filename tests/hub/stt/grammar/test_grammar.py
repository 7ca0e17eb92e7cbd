"""Laws of the grammar: it is a probabilistic automaton, and as likely to say what its templates say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hub.sentences import plain_sentences, sentences
from hub.stt.grammar.automaton import Slot, State, states
from hub.stt.grammar.grammar import grammar
from hub.stt.grammar.phrases import Phrases
from hub.stt.grammar.reading import AnyWords, PhraseSet, Reading, read

NAMES = Phrases([(["lamp"], 1.0), (["bed", "lamp"], 1.0)])


def of(*templates: str, **lists: Mapping[str, Any]) -> State:
    document = {
        "intents": {"One": {"data": [{"sentences": list(templates)}]}},
        "expansion_rules": {"turn": "(turn|switch)", "nested": "[please] <turn>"},
        "lists": lists,
    }
    return grammar([document], str.split)


def reading(start: State, text: str) -> Reading:
    sets: dict[str, PhraseSet] = {"name": NAMES, "area": Phrases([(["den"], 1.0)]), "any": AnyWords()}
    return read(start, text.split(), lambda slot: sets[slot.kind], Phrases([(["kindly"], 1.0)]))


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_from_every_state_the_likelihoods_add_up_to_one(language: str) -> None:
    documents = [one for one in (sentences(language), plain_sentences(language)) if one and one["intents"]]
    start = grammar(documents, str.split)
    for state in (one for one in states(start) if one is not start):
        words = sum(sum(targets.values()) for targets in state.words.values())
        assert words + sum(state.slots.values()) + state.end == pytest.approx(1.0)


def test_alternatives_options_and_rules_say_what_they_stand_for() -> None:
    start = of("<nested> [the] (lamp[s]|radio) (on;now)")
    for sentence in ("turn lamp on now", "please switch the lamps now on", "switch radio on now"):
        found = reading(start, sentence)
        assert (found.sentence > 0, found.beginning) == (True, 0), sentence
    for beginning in ("please", "turn the", "switch radio now"):
        found = reading(start, beginning)
        assert (found.sentence, found.beginning > 0) == (0, True), beginning
    for neither in ("lamp", "turn the on", "turn lamp on now please"):
        assert reading(start, neither) == Reading(0, 0, 0), neither


def test_all_that_is_said_in_one_word_shares_its_likelihood() -> None:
    start = of("(one|two|three)", "four")
    likely = [reading(start, word).sentence for word in ("one", "two", "three", "four")]
    assert likely[0] > likely[1] > likely[2] > 0
    assert sum(likely) == pytest.approx(1.0)
    assert likely[3] == pytest.approx(0.5)


def test_parts_of_a_word_are_read_as_one_and_hyphens_as_spaces() -> None:
    start = of("living( |-)room light[s]")
    assert reading(start, "living room lights").sentence > 0
    assert reading(start, "living room light s").sentence == 0


def test_slots_are_passed_by_their_phrases_and_begun_by_a_part_of_one() -> None:
    start = of("find {name} in {area}")
    assert reading(start, "find bed lamp in den").sentence == pytest.approx(0.5)
    assert reading(start, "find bed").beginning == pytest.approx(0.5)
    assert reading(start, "find den") == Reading(0, 0, 0)


def test_a_template_with_a_list_that_is_not_known_is_left_out_and_an_alternative_too() -> None:
    start = of("to {floor}", "at ({floor}|home)", "<unknown> now")
    assert reading(start, "to home") == reading(start, "to") == Reading(0, 0, 0)
    assert reading(start, "at home").sentence == pytest.approx(1.0)


def test_any_words_end_openly_and_do_not_begin_a_sentence() -> None:
    start = of("say {message}", "{message} again", message={"wildcard": True})
    found = reading(start, "say hello to them")
    assert found.sentence == 0
    assert found.open_end > 0
    assert found.beginning > 0
    assert reading(start, "hello") == Reading(0, 0, 0)


def test_what_says_nothing_is_skipped_anywhere() -> None:
    start = of("find {name}")
    for sentence in ("find lamp", "kindly find lamp", "find kindly lamp kindly"):
        assert reading(start, sentence).sentence == pytest.approx(0.5)


def test_a_slot_knows_its_domains_and_numbers() -> None:
    percent, half = {"from": 0, "to": 9}, {"from": 1, "to": 2, "fractions": "halves"}
    start = of("set {percent} {half}", percent={"range": percent}, half={"range": half})
    numbers = {slot.numbers for state in states(start) for slot, _ in state.slots}
    assert numbers == {(0, 9, 1), (1, 2, 0.5)}
    document = {"intents": {"One": {"data": [{"sentences": ["{name}"], "requires_context": {"domain": "light"}}]}}}
    assert [slot for slot, _ in grammar([document], str.split).slots] == [Slot("name", frozenset({"light"}))]
