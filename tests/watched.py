"""A scheduler that shows when streaming work stops."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable

from hub.load.need import SOME_DAY, Need
from hub.load.scheduler import Scheduler, T


class Watched(Scheduler):
    """Counts what streaming work emits, and holds its second piece back until it may go on."""

    def __init__(self) -> None:
        super().__init__(1)
        self.emitted = 0
        self.go_on = threading.Event()

    def stream(
        self, work: Callable[[Callable[[T], None]], None], limit: int, need: Need = SOME_DAY
    ) -> AsyncGenerator[T, None]:
        def watched(emit: Callable[[T], None]) -> None:
            def counted(piece: T) -> None:
                self.emitted += 1
                if self.emitted == 2:
                    assert self.go_on.wait(10)
                emit(piece)

            work(counted)

        return super().stream(watched, limit, need)
