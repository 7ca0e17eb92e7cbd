"""Laws of several models as one: no reply is lost while any model would give it, and none is given twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.llm.breaker import FIRST_REST_S, LONGEST_REST_S
from hub.llm.failover import PROBE, Failover
from hub.llm.groq import Groq
from hub.llm.model import ModelError, ToolCall
from hub.llm.openai import OpenAI
from tests.hub.llm.chat_settings import QUESTION, model_at, whole
from tests.hub.llm.scripted_model import Reply, ScriptedModel
from tests.provider import Answer, Provider
from tests.virtual_time import run

GOOD, BROKEN = Reply(("Yes", ".")), Reply(fails=True)
CALL = ToolCall("a", "on", "{}")


def models(*replies: Reply) -> tuple[list[ScriptedModel], Failover]:
    scripted = [ScriptedModel(f"model {position}", reply) for position, reply in enumerate(replies)]
    return scripted, Failover(scripted, lambda: asyncio.get_running_loop().time())


def on_virtual_time(test: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await test()

    run(main())


def test_the_first_model_answers_while_it_can() -> None:
    async def test() -> None:
        (first, second), failover = models(GOOD, GOOD)
        assert await whole(failover) == ["Yes", "."]
        assert (len(first.asked), len(second.asked)) == (1, 0)

    on_virtual_time(test)


def test_the_next_model_gets_the_same_request_at_the_same_moment() -> None:
    async def test() -> None:
        (first, second), failover = models(BROKEN, GOOD)
        assert await whole(failover) == ["Yes", "."]
        assert first.asked == second.asked == [QUESTION]
        assert asyncio.get_running_loop().time() == 0

    on_virtual_time(test)


@pytest.mark.parametrize("given_out", ["Well", CALL])
def test_once_a_piece_was_given_out_nothing_is_repeated(given_out: str | ToolCall) -> None:
    async def test() -> None:
        (_, second), failover = models(Reply((given_out,), fails=True), GOOD)
        came = []
        with pytest.raises(ModelError, match="model 0: it broke"):  # noqa: PT012 - what came before counts
            async for piece in failover.stream(QUESTION, ()):
                came.append(piece)
        assert came == [given_out]
        assert not second.asked

    on_virtual_time(test)


def test_where_all_fail_each_reason_is_told() -> None:
    async def test() -> None:
        _, failover = models(BROKEN, BROKEN)
        with pytest.raises(ModelError, match="model 0: it broke; model 1: it broke"):
            await whole(failover)

    on_virtual_time(test)


def test_a_model_that_rests_is_not_asked_and_then_comes_back() -> None:
    async def test() -> None:
        (first, second), failover = models(BROKEN, GOOD)
        await whole(failover)
        first.reply = GOOD
        await whole(failover)
        assert (len(first.asked), len(second.asked)) == (1, 2)
        await asyncio.sleep(FIRST_REST_S)
        await whole(failover)
        assert (len(first.asked), len(second.asked)) == (2, 2)

    on_virtual_time(test)


def test_the_probe_at_the_wake_word_brings_the_first_model_back_at_no_cost_to_a_question() -> None:
    async def test() -> None:
        (first, second), failover = models(BROKEN, GOOD)
        await whole(failover)
        await asyncio.sleep(FIRST_REST_S)
        await failover.warm()  # still broken: the question that follows does not wait for it
        await whole(failover)
        assert first.asked[1:] == [PROBE]
        first.reply = GOOD
        await asyncio.sleep(LONGEST_REST_S)
        await failover.warm()
        assert first.open == 0
        await whole(failover)
        assert first.asked[2:] == [PROBE, QUESTION]
        assert len(second.asked) == 2

    on_virtual_time(test)


def test_while_a_probe_is_on_its_way_the_next_model_answers() -> None:
    async def test() -> None:
        (first, second), failover = models(BROKEN, GOOD)
        await whole(failover)
        first.reply = Reply(("Yes.",), wait_s=3)
        await asyncio.sleep(FIRST_REST_S)
        warming = asyncio.create_task(failover.warm())
        await asyncio.sleep(1)
        await whole(failover)
        assert len(second.asked) == 2
        await warming
        await whole(failover)
        assert first.asked[2:] == [QUESTION]

    on_virtual_time(test)


def test_a_probe_that_is_given_up_is_made_again() -> None:
    async def test() -> None:
        (first, _), failover = models(BROKEN, GOOD)
        await whole(failover)
        first.reply = Reply(("Yes.",), wait_s=3)
        await asyncio.sleep(FIRST_REST_S)
        warming = asyncio.create_task(failover.warm())
        await asyncio.sleep(1)
        warming.cancel()
        await asyncio.wait([warming])
        assert first.open == 0
        await whole(failover)
        assert first.asked[1:] == [PROBE, QUESTION]

    on_virtual_time(test)


def test_the_wake_word_warms_the_model_that_will_answer() -> None:
    async def test() -> None:
        (first, second), failover = models(BROKEN, GOOD)
        await failover.warm()
        await whole(failover)
        await failover.warm()
        assert (first.warmed, second.warmed) == (1, 1)

    on_virtual_time(test)


def test_closing_the_reply_closes_the_models() -> None:
    async def test() -> None:
        (first,), failover = models(GOOD)
        reply = failover.stream(QUESTION, ())
        await anext(reply)
        assert first.open == 1
        await reply.aclose()
        assert first.open == 0

    on_virtual_time(test)


def test_a_change_of_models_is_told_once_without_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def test() -> None:
        (first, _), failover = models(BROKEN, GOOD)
        for _ in range(3):
            await whole(failover)
            await asyncio.sleep(LONGEST_REST_S)
        first.reply = GOOD
        await whole(failover)

    on_virtual_time(test)
    told = [record.getMessage() for record in caplog.records if record.name == "hub.llm.failover"]
    assert told == ["model 0 failed and rests for 1 s, others answer: it broke", "model 0 answers again"]


replies = st.builds(
    Reply,
    st.lists(st.sampled_from(["yes", "no", CALL]), max_size=3),
    st.booleans(),
    st.none() | st.floats(0, 60),
    st.floats(0, 2),
).filter(lambda reply: reply.fails or bool(reply.pieces))
turns = st.lists(st.tuples(st.floats(0, 90), st.lists(replies, min_size=3, max_size=3), st.booleans()), max_size=12)


@given(turns)
def test_whatever_fails_a_reply_is_one_models_and_none_is_lost(
    said: Sequence[tuple[float, Sequence[Reply], bool]],
) -> None:
    async def test() -> None:
        scripted, failover = models(GOOD, GOOD, GOOD)
        for wait_s, scripts, warms in said:
            await asyncio.sleep(wait_s)
            for model, script in zip(scripted, scripts, strict=True):
                model.reply = script
            if warms:
                await failover.warm()
            await one_turn(scripted, failover)
            assert not any(model.open for model in scripted)

    on_virtual_time(test)


async def one_turn(scripted: Sequence[ScriptedModel], failover: Failover) -> None:
    before = [len(model.asked) for model in scripted]
    came: list[str | ToolCall] = []
    failed = False
    try:
        async for piece in failover.stream(QUESTION, ()):
            came.append(piece)
    except ModelError:
        failed = True
    asked = [model for model, count in zip(scripted, before, strict=True) if len(model.asked) > count]
    assert all(len(model.asked) <= count + 1 for model, count in zip(scripted, before, strict=True))
    assert sum(bool(model.reply.pieces) for model in asked) == bool(came)  # whoever gave a piece was the last asked
    assert failed == (not asked or all(model.reply.fails for model in asked))
    if came:
        assert came in [model.reply.pieces for model in asked]


def test_real_servers_take_over_from_each_other() -> None:
    async def test() -> None:
        now_s = [0.0]
        async with AsyncExitStack() as stack:
            hosted = await stack.enter_async_context(Provider(Answer("no", status=429, headers={"retry-after": "20"})))
            local = await stack.enter_async_context(Provider(Answer("local")))
            engines = [Groq(model_at(hosted.groq_url)), OpenAI(model_at(local.openai_url))]
            for engine in engines:
                await stack.enter_async_context(engine)
            failover = Failover(engines, lambda: now_s[0])
            assert await whole(failover) == ["local"]
            hosted.script = Answer("hosted")
            now_s[0] = 19
            await failover.warm()
            assert await whole(failover) == ["local"]
            now_s[0] = 20
            await failover.warm()
            assert await whole(failover) == ["hosted"]
            assert (len(hosted.requests), len(local.requests)) == (3, 2)

    asyncio.run(test())
