"""Laws of what people say to a home."""

from __future__ import annotations

import pytest

from hub.home.home import Floor
from hub.sentences import ANSWERS
from hub.stt.sphinx.classes import home_classes, token
from hub.stt.sphinx.flow import END, START, WAKE, WAKE_SHARE
from hub.stt.sphinx.sentences import Sentences, home_sentences
from tests.hub.stt.sphinx.homes import NamedHome, thing

LAMP, DOOR = thing("Desk Lamp", "light"), thing("Front Door", "lock")


def tokens(sentences: Sentences) -> set[str]:
    return {token for ngram in sentences.ngrams for token in ngram}


def bare(token: str) -> str:
    return token[token.find("{") :] if "{" in token else token


def test_as_much_is_ended_as_was_begun() -> None:
    ngrams = home_sentences(NamedHome([LAMP, DOOR])).ngrams
    begun = sum(weight for ngram, weight in ngrams.items() if len(ngram) == 2)
    ended = sum(weight for ngram, weight in ngrams.items() if ngram[-1] == END)
    assert ended == pytest.approx(1.0)
    assert begun == pytest.approx(1.0, abs=1e-4)  # what is lost was too faint to be followed


def test_a_home_is_only_told_what_it_has() -> None:
    heard = tokens(home_sentences(NamedHome([DOOR])))
    assert {bare(one) for one in heard if "{" in one} == {"{area}", "{lock}", "{time}", "{number}"}
    assert "unlock" in heard
    assert heard.isdisjoint({"red", "brightness", "vacuum", "song", "blinds"})


def test_what_is_said_to_the_satellite_is_heard_in_any_home() -> None:
    heard = tokens(home_sentences(NamedHome([])))
    assert {"louder", "quieter", "volume", "mute", "unmute", "stop", "repeat"} <= heard


def test_a_home_with_floors_is_told_of_them_by_their_whole_names() -> None:
    home = NamedHome([LAMP], floors=[Floor("Upstairs"), Floor("First Floor", ("Second",))])
    ngrams = home_sentences(home).ngrams
    assert ("the_lights", "on_the_{floor}", END) in ngrams
    assert not any(before.endswith("{floor}") and word == "floor" for *_, before, word in ngrams)
    assert set(home_classes(home)["{floor}"]) == {"upstairs", "upstairs_floor", "first_floor", "second", "second_floor"}


@pytest.mark.parametrize("here", ["in_here", "in_this room", "in_the_room", "in_my_room", "in_our room"])
@pytest.mark.parametrize("before", ["the_lights", "the_temperature", "{light}"])
def test_the_room_that_people_are_in_is_told_of_where_one_is_named(before: str, here: str) -> None:
    climate = thing("EcoBee", "climate")
    ngrams = home_sentences(NamedHome([LAMP, climate])).ngrams
    assert any(ngram[0].endswith(before) and "in_the_{area}" in ngram[1:] for ngram in ngrams)
    assert any(ngram[0].endswith(before) and here == " ".join(ngram[1:][: here.count(" ") + 1]) for ngram in ngrams)


def test_only_lights_are_set_to_a_colour() -> None:
    ngrams = home_sentences(NamedHome([LAMP, DOOR, thing("Blinds", "cover", device_class="blind")])).ngrams
    coloured = {bare(ngram[0]) for ngram in ngrams if ngram[1:] == ("to", "red") and "{" in ngram[0]}
    assert coloured == {"{light}", "{area}"}


def test_only_the_kinds_of_covers_that_there_are_can_be_opened() -> None:
    heard = tokens(home_sentences(NamedHome([thing("Blinds", "cover", device_class="blind")])))
    assert "the_blinds" in heard
    assert "the_curtains" not in heard


def test_numbers_agree_with_what_they_count() -> None:
    ngrams = home_sentences(NamedHome([LAMP])).ngrams
    assert ("a_timer", "for_{time}", "minutes") in ngrams
    assert ("a_timer", "for_1", "minute") in ngrams
    assert ("a_timer", "for_1", "minutes") not in ngrams
    assert ("a_timer", "for_{time}", "minute") not in ngrams


def test_a_larger_home_counts_no_more_ngrams() -> None:
    lights = [thing(f"Lamp {number}", "light") for number in range(500)]
    small, large = home_sentences(NamedHome(lights[:1])), home_sentences(NamedHome(lights))
    assert small.ngrams == large.ngrams
    assert len(large.classes["{light}"]) == 500


def test_with_a_wake_phrase_the_given_share_of_sentences_follows_one() -> None:
    assert home_sentences(NamedHome([LAMP]), wake=True).ngrams[START, WAKE] == pytest.approx(WAKE_SHARE, abs=1e-3)
    assert WAKE not in tokens(home_sentences(NamedHome([LAMP])))


def test_a_home_without_names_can_be_asked_the_time() -> None:
    assert (START, "what", "time") in home_sentences(NamedHome([], [])).ngrams


def test_any_home_hears_what_is_said_to_a_question_of_the_hub() -> None:
    ngrams = home_sentences(NamedHome([], [])).ngrams
    for answers in ANSWERS["en"].values():
        for said in answers:
            words = (START, *said.split(), END)
            assert set(zip(words, words[1:], words[2:], strict=False)) <= ngrams.keys(), said


def test_names_are_one_token_in_plain_letters() -> None:
    assert token("Mum’s Bed-Light") == "mum's_bed_light"
    assert token("Café № 2") == "cafe_no_2"


def test_names_that_nobody_can_speak_are_left_out() -> None:
    classes = home_classes(NamedHome([thing("☼☼☼", "light"), DOOR]))
    assert "{light}" not in classes
    assert set(classes["{area}"]) == {"kitchen", "cook's_room"}
    assert "{light}" not in {bare(one) for one in tokens(home_sentences(NamedHome([thing("☼☼☼", "light")])))}
