"""The conversations of the services' clients, by the ids that they give them.

Rules: an id counts for the machine that gave it, so nobody comes into another's conversation with its id. In one
conversation one text is answered after the other. Who gives no id is answered, and nothing is kept. The MOST that were
spoken in last are kept, for as long as hub.llm.conversation keeps them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from hub.llm.conversation import Conversations

MOST = 128  # more than there are connections, so that one of them is at rest


class Dialogues:
    """Names them in `conversations`, which nobody else may use."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._turns: dict[str, asyncio.Lock] = {}
        self._numbers = count()

    @asynccontextmanager
    async def turn(self, host: str, asked: str | None) -> AsyncIterator[str]:
        """The conversation's name, once it is the caller's turn in it; `asked` is the client's id."""
        if asked is None:
            name = str(next(self._numbers))
            try:
                yield name
            finally:
                self._conversations.forget(name)
            return
        name = f"{host} {asked}"  # no host has a space in it
        turn = self._turns[name] = self._turns.pop(name) if name in self._turns else asyncio.Lock()
        async with turn:
            self._make_room()
            yield name

    def _make_room(self) -> None:
        while len(self._turns) > MOST:
            oldest = next(name for name, turn in self._turns.items() if not turn.locked())
            del self._turns[oldest]
            self._conversations.forget(oldest)
