"""Laws of segments and their words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.stt.recognizer import Word
from hub.stt.whisper.segments import Aligned, Decoded, segments, split

END = 50  # tokens from here on are no text
TOKENS = st.lists(st.integers(0, 99), max_size=60)


def word(text: str) -> Word:
    return Word(text, 0.0, 0.1)


@given(TOKENS)
def test_splitting_keeps_every_text_token_in_order(tokens: list[int]) -> None:
    parts = split(tokens, END)
    assert [token for part in parts for token in part] == [token for token in tokens if token < END]
    assert all(parts)


def test_text_between_timestamps_is_a_segment() -> None:
    assert split([60, 1, 2, 70, 70, 3, 80], END) == [[1, 2], [3]]


@given(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=5), max_size=5))
def test_every_word_is_in_the_segment_of_its_first_token(lengths: list[list[int]]) -> None:
    decoded = Decoded([[0] * sum(words) for words in lengths], 0.1, -0.2)
    aligned = [
        Aligned(word(f"{part}.{number}"), tokens)
        for part, words in enumerate(lengths)
        for number, tokens in enumerate(words)
    ]
    found = segments(decoded, aligned)
    assert [[one.text for one in segment.words] for segment in found] == [
        [f"{part}.{number}" for number in range(len(words))] for part, words in enumerate(lengths)
    ]


def test_a_segment_without_words_is_none() -> None:
    assert segments(Decoded([], 0.9, -1.0), []) == ()
    assert segments(Decoded([[1, 2]], 0.9, -1.0), [Aligned(word(""), 2)]) == ()


def test_a_text_that_repeats_itself_compresses_better() -> None:
    def compression(texts: list[str]) -> float:
        decoded = Decoded([[1] * len(texts)], 0.1, -0.2)
        return segments(decoded, [Aligned(word(text), 1) for text in texts])[0].compression

    assert compression(["again"] * 40) > 2.4 > compression(["turn", "on", "the", "kitchen", "light"])
