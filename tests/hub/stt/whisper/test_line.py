"""Laws of who waits for the model and what it takes next."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from hub.stt.rolling.transcriber import Ask
from hub.stt.whisper.line import LARGEST, Line, Request

ASKS = st.builds(Ask, st.sampled_from(["en", "de", None]), st.sampled_from(["", "before"]), st.booleans())


def request(ask: Ask, gone: bool = False) -> Request:
    loop = asyncio.new_event_loop()
    loop.close()
    answer = asyncio.Future[object](loop=loop)
    if gone:
        answer.cancel()
    return Request(b"", ask, answer)  # type: ignore[arg-type]


def line(*requests: Request) -> Line:
    made = Line()
    for one in requests:
        made.join(one)
    return made


def drained(made: Line) -> list[list[Request]]:
    batches = []
    while batch := made.next_batch():
        batches.append(batch)
    return batches


@given(st.lists(st.tuples(ASKS, st.booleans()), max_size=60))
def test_everyone_who_still_waits_is_taken_once_and_nobody_who_is_gone(wishes: list[tuple[Ask, bool]]) -> None:
    requests = [request(ask, gone) for ask, gone in wishes]
    taken = [one for batch in drained(line(*requests)) for one in batch]
    assert sorted(map(id, taken)) == sorted(id(one) for one in requests if not one.answer.done())


@given(st.lists(ASKS, max_size=60))
def test_no_partial_goes_before_a_final(asks: list[Ask]) -> None:
    finals = [batch[0].ask.final for batch in drained(line(*map(request, asks)))]
    assert finals == sorted(finals, reverse=True)


@given(st.lists(ASKS, max_size=60))
def test_a_batch_has_one_wish_and_a_bound_and_an_unknown_language_is_alone(asks: list[Ask]) -> None:
    for batch in drained(line(*map(request, asks))):
        assert len({one.ask for one in batch}) == 1
        assert len(batch) <= (1 if batch[0].ask.language is None else LARGEST)


@given(st.lists(ASKS, max_size=60))
def test_who_wishes_the_same_is_served_in_order_of_arrival(asks: list[Ask]) -> None:
    requests = [request(ask) for ask in asks]
    taken = [one for batch in drained(line(*requests)) for one in batch]
    for ask in set(asks):
        assert [one for one in taken if one.ask == ask] == [one for one in requests if one.ask == ask]


def test_sixteen_rooms_are_one_batch() -> None:
    made = line(*(request(Ask("en", final=True)) for _ in range(16)))
    assert [len(batch) for batch in drained(made)] == [16]


def test_ahead_of_a_final_are_the_finals_that_it_cannot_join() -> None:
    mine = Ask("en", final=True)
    made = line(request(mine), request(Ask("en")), request(Ask("de", final=True)), request(Ask("de", final=True)))
    assert made.ahead(mine) == 1
    made.join(request(Ask(None, final=True)))
    made.join(request(Ask(None, final=True), gone=True))
    assert made.ahead(mine) == 2
