"""Several models as one: the next takes the request where one fails, before anything of its reply was given out.

Strategy: `breaker.py` says whom to ask. A model that fails, is too late, or is at its limit rests, and the next one
gets the same request in the same moment. What warms the connections at the wake word also probes a model that has
rested, with a request of one word, so that seldom a person's question does.

Rules:
- Once a piece was given out nothing is repeated: a failure after it raises ModelError, and whoever speaks apologises.
- A change of models is logged once, with the reason and without a word of the conversation.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from hub.llm.breaker import Breaker, order
from hub.llm.model import Message, Model, ModelError, Tool, ToolCall

PROBE = (Message("user", "Say yes."),)  # the shortest that makes any model write

_log = logging.getLogger(__name__)


class Failover:
    """A Model over models in order of preference; `clock` gives seconds that only grow."""

    def __init__(self, models: Sequence[Model], clock: Callable[[], float]) -> None:
        self.name = ", ".join(model.name for model in models)
        self._models = models
        self._breakers = [Breaker() for _ in models]
        self._clock = clock

    async def stream(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AsyncGenerator[str | ToolCall, None]:
        """See Model."""
        reasons: list[str] = []
        for position in order(self._breakers, self._clock()):
            given = False
            try:
                async with aclosing(self._ask(position, messages, tools)) as reply:
                    async for piece in reply:
                        given = True
                        yield piece
                return
            except ModelError as error:
                if given:
                    raise
                reasons.append(str(error))
        raise ModelError("; ".join(reasons) or "every model is at its limit; wait, or set another engine behind them")

    async def warm(self) -> None:
        """Opens the connection of the model that will be asked, and probes those before it that have rested."""
        now_s = self._clock()
        due = [position for position, breaker in enumerate(self._breakers) if breaker.is_due(now_s)]
        ready = [position for position in order(self._breakers, now_s) if position not in due][:1]
        await asyncio.gather(*map(self._probe, due), *(self._models[position].warm() for position in ready))

    async def _probe(self, position: int) -> None:
        try:
            async with aclosing(self._ask(position, PROBE, ())) as reply:
                await anext(reply, None)
        except ModelError:
            return  # its breaker knows

    async def _ask(
        self, position: int, messages: Sequence[Message], tools: Sequence[Tool]
    ) -> AsyncGenerator[str | ToolCall, None]:
        """One model's reply, with its outcome noted."""
        probes = self._breakers[position].is_due(self._clock())
        if probes:
            self._mark_probed(position, True)
        try:
            async with aclosing(self._models[position].stream(messages, tools)) as reply:
                async for piece in reply:
                    self._succeeded(position)
                    yield piece
        except ModelError as error:
            self._failed(position, error)
            raise ModelError(f"{self._models[position].name}: {error}", error.retry_after_s) from None
        finally:
            if probes:
                self._mark_probed(position, False)

    def _mark_probed(self, position: int, probed: bool) -> None:
        self._breakers[position] = replace(self._breakers[position], probed=probed)

    def _succeeded(self, position: int) -> None:
        if self._breakers[position].failures:
            _log.info("%s answers again", self._models[position].name)
        self._breakers[position] = Breaker()

    def _failed(self, position: int, error: ModelError) -> None:
        before, now_s = self._breakers[position], self._clock()
        self._breakers[position] = after = before.failed(now_s, error.retry_after_s)
        if not before.failures:
            name = self._models[position].name
            _log.warning("%s failed and rests for %.0f s, others answer: %s", name, after.until_s - now_s, error)
