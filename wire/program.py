"""How both programs run and stop: SIGINT and SIGTERM end them cleanly, from inside."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

from wire.errors import leaves


def run(program: Coroutine[object, object, None]) -> None:
    """Runs a program's coroutine until it ends, or is cancelled by a signal so that all its parts close."""
    asyncio.run(_until_told(program))


async def _until_told(program: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(program)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group:
        raise leaves(group)[0] from group  # one failure is one sentence to its reader
