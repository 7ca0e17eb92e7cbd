"""What is OpenAI's client's alone; the laws that it shares are in test_chat.py."""

from __future__ import annotations

import asyncio

import pytest

from hub.llm.openai import OpenAI
from tests.hub.llm.chat_settings import model_at, whole
from tests.provider import Answer, Provider


def test_replies_are_bounded_by_the_name_that_local_servers_know() -> None:
    async def test() -> None:
        async with Provider(Answer()) as provider, OpenAI(model_at(provider.openai_url)) as model:
            await whole(model)
        assert provider.requests[0]["max_tokens"] == 300
        assert "tools" not in provider.requests[0]

    asyncio.run(test())


def test_nothing_of_an_account_in_the_environment_goes_to_a_local_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, f"private-{name}")

    async def test() -> None:
        async with Provider(Answer()) as provider, OpenAI(model_at(provider.openai_url)) as model:
            await whole(model)
        assert "private" not in str(provider.headers[0])

    asyncio.run(test())
