"""What is Groq's alone; the laws that it shares are in test_chat.py."""

from __future__ import annotations

import asyncio

import pytest

from hub.llm.groq import Groq
from hub.llm.model import ModelError
from tests.hub.llm.chat_settings import model_at, whole
from tests.provider import Answer, Provider


def test_replies_are_bounded_by_the_name_that_groq_knows() -> None:
    async def test() -> None:
        async with Provider(Answer()) as provider, Groq(model_at(provider.groq_url)) as model:
            await whole(model)
        assert provider.requests[0]["max_completion_tokens"] == 300
        assert "tools" not in provider.requests[0]

    asyncio.run(test())


def test_another_address_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with Provider(Answer("here")) as here, Provider(Answer("there")) as there:
            monkeypatch.setenv("GROQ_BASE_URL", there.groq_url)
            async with Groq(model_at(here.groq_url)) as model:
                assert await whole(model) == ["here"]

    asyncio.run(test())


def test_an_address_of_another_api_is_said() -> None:
    async def test() -> None:
        async with Provider(Answer()) as provider, Groq(model_at(provider.openai_url)) as model:
            with pytest.raises(ModelError, match="base_url"):
                await whole(model)

    asyncio.run(test())
