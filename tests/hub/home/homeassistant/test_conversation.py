"""Laws of handing text on: to an agent that is named and is not Hark, and every answer is words."""

from __future__ import annotations

import asyncio

import pytest

from config.secret import Secret
from hub.home.homeassistant.conversation import BUILT_IN, LONGEST_REPLY, Conversation
from hub.home.homeassistant.follower import AWAY
from hub.home.homeassistant.homeassistant import HomeAssistant
from hub.llm.responder import Asks, Request
from tests.hub.home.homeassistant.fake_home_assistant import FakeHomeAssistant, living, until
from tests.peers import free_port, run_clean


async def asked(responder: Conversation, text: str = "what is up", satellite: str = "kitchen") -> list[object]:
    return [piece async for piece in responder.respond(Request(text, satellite))]


def test_the_agent_is_named_and_a_conversation_goes_on_per_satellite(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            responder = Conversation(home)
            assert await asked(responder) == ["Done"]
            await asked(responder)
            await asked(responder, satellite="bedroom")
            assert [call["agent_id"] for call in there.calls] == [BUILT_IN] * 3
            assert [call["conversation_id"] for call in there.calls] == [None, "one", None]

    run_clean(test)


def test_the_agent_is_told_the_device_where_there_is_one_so_that_it_knows_the_room(token: Secret) -> None:
    async def test() -> None:
        there = FakeHomeAssistant()
        there.devices = [{"id": "d", "name": "kitchen", "identifiers": [["wyoming", "entry"]]}]
        async with living(token, there) as (home, _):
            responder = Conversation(home)
            for satellite in ("kitchen", "bedroom"):
                await asked(responder, satellite=satellite)
            assert [call.get("device_id") for call in there.calls] == ["d", None]
            assert ["device_id" in call for call in there.calls] == [True, False]  # an older one knows no such thing

    run_clean(test)


@pytest.mark.parametrize(
    ("entry", "asks"),
    [({"platform": "openai_conversation"}, True), ({"platform": "wyoming"}, False), ({}, False), (None, False)],
)
def test_an_agent_that_may_be_hark_is_never_asked(token: Secret, entry: object, asks: bool) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.entities["conversation.other"] = entry
            assert len(await asked(Conversation(home, "conversation.other"))) == 1
            assert bool(there.calls) == asks

    run_clean(test)


@pytest.mark.parametrize("reply", [None, [], {"response": {}}, {"response": {"speech": {"plain": {"speech": ""}}}}])
def test_an_answer_without_words_is_said_to_be_one(token: Secret, reply: object) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.reply = reply
            assert await asked(Conversation(home)) == ["Home Assistant gave no answer that I can say."]

    run_clean(test)


def test_an_answer_without_end_is_cut_and_a_refusal_is_said(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.reply = {"response": {"speech": {"plain": {"speech": "so " * 9000}}}}
            [said] = await asked(Conversation(home))
            assert len(str(said)) <= LONGEST_REPLY
            there.reply = "Agent not found"
            assert await asked(Conversation(home)) == ["Home Assistant cannot answer: Agent not found"]

    run_clean(test)


def test_an_agent_that_asks_back_is_listened_to(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            there.reply = {"response": {"speech": {"plain": {"speech": "Which one?"}}}, "continue_conversation": True}
            assert await asked(Conversation(home)) == ["Which one?", Asks()]

    run_clean(test)


def test_nothing_is_asked_before_the_request_is_certain(token: Secret) -> None:
    async def test() -> None:
        async with living(token) as (home, there):
            certain = asyncio.Event()

            async def commit() -> None:
                await certain.wait()

            replying = asyncio.create_task(anext(Conversation(home).respond(Request("hi", "kitchen", commit=commit))))
            await asyncio.sleep(5.0)
            assert there.calls == []
            certain.set()
            await until(lambda: there.calls)
            assert await replying == "Done"

    run_clean(test)


def test_an_absent_home_assistant_is_said_in_words(token: Secret) -> None:
    async def test() -> None:
        async with HomeAssistant(f"http://127.0.0.1:{free_port()}", token) as home:
            assert await asked(Conversation(home)) == [AWAY]

    run_clean(test)
