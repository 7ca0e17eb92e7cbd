"""Laws of cutting a reply into pieces worth speaking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.stages import ahead
from hub.tts.chunker import PATIENCE_S, Chunker, clauses, wanted_s
from hub.tts.cutting import first_clause
from hub.tts.cutting.holding import LONGEST
from hub.tts.cutting.sentences import CHARACTERS_PER_S, one_sentence
from tests.virtual_time import run

WORDS = ["the", "kitchen light", "Mr", "e.g", "a.m", "no", "I", "isn't", "21", "1,000", "10:30", "3.5", "über", "Ω"]
MARKS = [
    *".!?,;:—\n\"')]”’ ",
    *["...", "?!", " - ", "\t", "\u2028", "。", "…", "**", "](", "http://a.b/c", "@", "°C", "Nov", "1."],
]
TEXTS = st.lists(st.sampled_from(WORDS) | st.sampled_from(MARKS) | st.just(" ") | st.text(max_size=5)).map("".join)

GUARDED = [
    *["21.5 degrees", "1,000 people", "10:30 tonight", "Mr. Smith", "e.g. this", "Dr. J. Watson", "7 a.m. or so"],
    *["3... 4 of them", "J. R. R. Tolkien", "U.S. laws", "Nov. 21 or so", "No. 5 alive", "z.B. das"],
    *["https://www.a.b/c.html?d=1,2 there", "www.example.com there", "me@home.example there", "[a](b.c?d,e) there"],
]


def chunks_of(*pieces: str, wanted_s: Callable[[], float] = one_sentence) -> list[str]:
    chunker = Chunker(wanted_s)
    return [chunk for piece in pieces for chunk in chunker.push(piece)] + chunker.finish()


def dense(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=300)
@given(TEXTS, st.integers(1, 30), st.sampled_from([0.0, 1.0, 8.0]), st.data())
def test_any_cutting_of_the_text_gives_the_same_chunks(
    text: str, times: int, seconds: float, data: st.DataObject
) -> None:
    text *= times
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    whole = chunks_of(text, wanted_s=lambda: seconds)
    assert chunks_of(*pieces, wanted_s=lambda: seconds) == whole == chunks_of(*text, wanted_s=lambda: seconds)


@given(TEXTS)
def test_no_character_but_space_is_lost(text: str) -> None:
    chunks = chunks_of(text)
    assert dense("".join(chunks)) == dense(text)
    assert all(chunk == chunk.strip() != "" for chunk in chunks)


@given(TEXTS, st.integers(1, 60), st.sampled_from(["", " ", "\n"]))
def test_no_chunk_is_longer_than_a_voice_can_take(text: str, times: int, space: str) -> None:
    first, *later = chunks_of(space.join([text] * times)) or [""]
    assert len(first.split()) <= first_clause.MOST_WORDS
    assert len(first) <= first_clause.MOST_CHARACTERS or len(first.split()) == 1
    assert all(len(chunk) <= LONGEST for chunk in (first, *later))


def test_a_text_without_a_space_is_cut_all_the_same() -> None:
    assert max(map(len, chunks_of("x" * 5000))) == LONGEST


@pytest.mark.parametrize("guarded", GUARDED)
def test_numbers_times_and_abbreviations_are_not_cut(guarded: str) -> None:
    assert chunks_of(f"It is said: {guarded}")[-1].endswith(guarded)
    first, later, last = chunks_of(f"Here it comes! What I mean is {guarded} and no more. That is all.")
    assert first == "Here it comes!"
    assert later == f"What I mean is {guarded} and no more."
    assert last == "That is all."


@pytest.mark.parametrize("mark", ".!?,;:—\n")
def test_the_first_clause_is_out_with_its_last_character(mark: str) -> None:
    chunker = Chunker()
    assert chunker.push("The kitchen light is on") == []
    assert chunker.push(mark) == [f"The kitchen light is on{mark}".strip()]


def test_a_first_clause_that_is_over_too_soon_waits_for_the_next() -> None:
    assert chunks_of("Yes, it is, and has been.") == ["Yes, it is, and has been."]
    assert chunks_of("Yes, it really is, and has been.") == ["Yes, it really is,", "and has been."]


def test_a_first_clause_without_a_mark_is_cut_between_words() -> None:
    chunker = Chunker()
    assert chunker.push("one two three four five six seven eight") == []
    assert chunker.push(" nine") == ["one two three four five six seven eight"]


@pytest.mark.parametrize("leaning", ["the", "21", "in", "€", "Nov", "about 5"])
def test_it_is_cut_behind_a_word_that_does_not_lean_on_the_next(leaning: str) -> None:
    first, later = chunks_of(f"one two three four five six seven {leaning} things of all the sorts that there are")
    assert first == "one two three four five six seven" or not first.endswith(leaning)
    assert later.endswith("sorts that there are")


def test_later_chunks_are_whole_sentences() -> None:
    text = "The light is on. It is warm, nice; and 21.5 degrees: enough! “Is it?” Yes."
    assert chunks_of(text) == ["The light is on.", "It is warm, nice; and 21.5 degrees: enough!", "“Is it?”", "Yes."]


def test_a_sentence_may_end_in_a_contraction() -> None:
    """Used to take the letter after the apostrophe for an abbreviation and to glue the next sentence on."""
    assert chunks_of("No, I am sure it isn't. Ask again.") == ["No, I am sure it isn't.", "Ask again."]
    assert chunks_of("The lamp in the hall is Anna’s. So it is. It is Anna's. Yes.")[2] == "It is Anna's."


def test_marks_alone_are_no_sentence_and_an_ellipsis_ends_none() -> None:
    assert chunks_of("Let me think about... the light. Well... maybe so. Yes.") == [
        "Let me think about.",
        ".. the light.",
        "Well... maybe so.",
        "Yes.",
    ]


def test_the_numbers_of_a_list_stay_with_their_items() -> None:
    text = "Here is what you need:\n1. Milk\n2. Two eggs.\n3. It is 21. Yes."
    assert chunks_of(text) == ["Here is what you need:", "1. Milk", "2. Two eggs.", "3. It is 21.", "Yes."]


def test_sentences_without_spaces_between_are_sentences() -> None:
    assert chunks_of("现在外面的气温是二十一度。很暖和。好") == ["现在外面的气温是二十一度。", "很暖和。", "好"]


def test_the_more_sound_is_ready_the_longer_a_later_chunk() -> None:
    sentence = "This is a sentence of thirty. "

    def length_s(slack_s: float) -> float:
        return len(chunks_of(sentence * 20, wanted_s=lambda: wanted_s(slack_s))[1]) / CHARACTERS_PER_S

    assert 1 <= length_s(0) < 2
    assert 4 <= length_s(8) < 6
    assert 8 <= length_s(60) < 10


Said = list[tuple[str, float]]


def said(pieces: Sequence[tuple[float, str]], slack_s: Callable[[], float] | None = None) -> Said:
    """The clauses of pieces, each after so many seconds, with the time at which each comes out."""

    async def text() -> AsyncGenerator[str, None]:
        for after_s, piece in pieces:
            await asyncio.sleep(after_s)
            yield piece

    async def scenario() -> Said:
        async with ahead(text(), 8) as ready:
            return [(chunk, round(asyncio.get_running_loop().time(), 6)) async for chunk in clauses(ready, slack_s)]

    return run(scenario())


def test_clauses_come_out_while_the_text_still_comes_in() -> None:
    words = ["The", "first", "clause,", "and", "the", "second", "one.", "Then", "a", "third."]
    assert said([(0.01, f"{word} ") for word in words]) == [
        ("The first clause,", 0.03),
        ("and the second one.", 0.07),
        ("Then a third.", 0.1),
    ]


def test_a_model_that_dawdles_is_not_waited_for() -> None:
    words = [(0.1, "I have been "), (0.05, "thinking about "), (9.0, "that.")]
    assert said(words) == [("I have been thinking", 0.1 + PATIENCE_S), ("about that.", 9.15)]


def test_what_is_too_little_waits_for_its_next_word() -> None:
    words = [(0.0, "Let me "), (1.0, "think "), (1.0, "about it.")]
    assert said(words) == [("Let me think", 1.0), ("about it.", 2.0)]


def test_a_short_sentence_is_said_while_the_model_uses_a_tool() -> None:
    assert said([(0.0, "Sure!"), (9.0, " It is done.")]) == [("Sure!", PATIENCE_S), ("It is done.", 9.0)]


def test_a_mark_in_time_is_waited_for() -> None:
    words = [(0.05, word) for word in ("What ", "you ", "wanted, ", "I did.")]
    assert said(words) == [("What you wanted,", 0.15), ("I did.", 0.2)]


def test_whole_sentences_are_not_held_back_until_the_sound_runs_dry() -> None:
    pieces = [(0.0, "It is on again, I think. A second one. "), (30.0, "The last.")]
    first, second, last = said(pieces, lambda: 10.0)
    assert first == ("It is on again,", 0.0)
    assert second == ("I think. A second one.", 5.0)
    assert last == ("The last.", 30.0)


def test_a_whole_sentence_does_not_wait_for_others_where_no_sound_is_left() -> None:
    pieces = [(0.0, "It is on again, I think. So. "), (30.0, "The last.")]
    assert said(pieces, lambda: 0.0)[1:] == [("I think. So.", PATIENCE_S), ("The last.", 30.0)]


def test_what_fails_ends_the_clauses_with_its_own_error() -> None:
    async def text() -> AsyncGenerator[str, None]:
        yield "It is "
        raise TimeoutError("the model is late")

    async def scenario() -> None:
        async with ahead(text(), 8) as ready:
            async for _ in clauses(ready):
                pass

    with pytest.raises(TimeoutError, match="the model is late"):
        run(scenario())
