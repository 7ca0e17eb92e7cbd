"""How long a reply may be waited for: seconds that are used up only while somebody waits for the next piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """Seconds for several streams, one after the other. A reader that is slow to ask costs nothing of them."""

    def __init__(self, left_s: float) -> None:
        self._left_s = left_s

    async def each(self, pieces: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The pieces as they come; raises TimeoutError once all seconds are waited. Closes the stream either way."""
        clock = asyncio.get_running_loop().time
        async with aclosing(pieces):
            while self._left_s > 0:
                asked = clock()
                try:
                    async with asyncio.timeout(self._left_s):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                finally:
                    self._left_s -= clock() - asked
                yield piece
            raise TimeoutError
