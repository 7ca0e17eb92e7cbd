"""Laws of cutting a reply into pieces worth speaking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tts.chunker import LONGEST_CHUNK, MOST_FIRST_WORDS, Chunker, clauses

WORDS = ["the", "kitchen light", "Mr", "e.g", "a.m", "no", "I", "isn't", "21", "1,000", "10:30", "3.5", "über", "Ω"]
MARKS = [*".!?,;:—\n\"')]”’ ", "...", "?!", " - ", "\t", "\u2028", "。"]
TEXTS = st.lists(st.sampled_from(WORDS) | st.sampled_from(MARKS) | st.just(" ") | st.text(max_size=5)).map("".join)

GUARDED = ["21.5 degrees", "1,000 people", "10:30 tonight", "Mr. Smith", "e.g. this", "Dr. J. Watson", "7 a.m. or so"]


def chunks_of(*pieces: str) -> list[str]:
    chunker = Chunker()
    return [chunk for piece in pieces for chunk in chunker.push(piece)] + chunker.finish()


def dense(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.data())
def test_any_cutting_of_the_text_gives_the_same_chunks(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    assert chunks_of(*pieces) == chunks_of(text) == chunks_of(*text)


@given(TEXTS)
def test_no_character_but_space_is_lost(text: str) -> None:
    chunks = chunks_of(text)
    assert dense("".join(chunks)) == dense(text)
    assert all(chunk == chunk.strip() != "" for chunk in chunks)


@given(TEXTS, st.integers(1, 60), st.sampled_from(["", " ", "\n"]))
def test_no_chunk_is_longer_than_a_voice_can_take(text: str, times: int, space: str) -> None:
    first, *later = chunks_of(space.join([text] * times)) or [""]
    assert len(first.split()) <= MOST_FIRST_WORDS
    assert all(len(chunk) <= LONGEST_CHUNK for chunk in (first, *later))


def test_a_text_without_a_space_is_cut_all_the_same() -> None:
    assert max(map(len, chunks_of("x" * 5000))) == LONGEST_CHUNK


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
    assert chunker.push("one two three four five six seven eight nine ten") == []
    assert chunker.push(" ") == ["one two three four five six seven eight nine ten"]


def test_later_chunks_are_whole_sentences() -> None:
    text = "The light is on. It is warm, nice; and 21.5 degrees: enough! “Is it?” Yes."
    assert chunks_of(text) == ["The light is on.", "It is warm, nice; and 21.5 degrees: enough!", "“Is it?”", "Yes."]


def test_a_sentence_may_end_in_a_contraction() -> None:
    """Used to take the letter after the apostrophe for an abbreviation and to glue the next sentence on."""
    assert chunks_of("No, I am sure it isn't. Ask again.") == ["No, I am sure it isn't.", "Ask again."]
    assert chunks_of("The lamp in the hall is Anna’s. So it is. It is Anna's. Yes.")[2] == "It is Anna's."


def test_clauses_come_out_while_the_text_still_comes_in() -> None:
    async def scenario() -> list[tuple[str, int]]:
        read = 0

        async def text() -> AsyncGenerator[str, None]:
            nonlocal read
            for word in ["The", "first", "clause,", "and", "the", "second", "one.", "Then", "a", "third."]:
                read += 1
                yield f"{word} "

        return [(chunk, read) async for chunk in clauses(text())]

    assert asyncio.run(scenario()) == [("The first clause,", 3), ("and the second one.", 7), ("Then a third.", 10)]
