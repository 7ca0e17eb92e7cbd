"""How both programs run and stop: SIGINT and SIGTERM end them cleanly, from inside, and within a bound.

A program that has something to finish may do so first, until a second signal. Then a stop has STOP_S. What still runs
by then (a device's thread, a peer that does not let go) is named in one line of log and the process ends without it: an
appliance is restarted by its system, which must not wait for a hanging sound card. So it is, too, where the program has
failed and a thread keeps it from ending.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial

from wire.errors import leaves
from wire.systemd import Systemd

_log = logging.getLogger(__name__)

STOP_S = 1.5  # from the signal; stopping is promised in under 2 s
FAILED_S = 5.0  # from a failure; nobody but a service manager waits for that
FORCED = 1  # exit code of a stop that had to be forced


Finish = Callable[[], Awaitable[None]]
"""Finishes what a program has begun, in bounded time."""


async def _nothing() -> None:
    pass


def run(program: Coroutine[object, object, None], finish: Finish = _nothing) -> None:
    """Runs a program's coroutine until it ends, or is cancelled by a signal so that all its parts close.

    `finish` is awaited between the signal and that.

    To be called by a program's main, as the last thing that it does: the bound of a stop holds until the process ends.
    """
    asyncio.run(_until_told(program, finish))


async def _until_told(program: Coroutine[object, object, None], finish: Finish) -> None:
    task = asyncio.ensure_future(program)
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: _stop(task) if told.is_set() else told.set())
    finishing = asyncio.ensure_future(_finish(task, told, finish))
    try:
        await task
    except asyncio.CancelledError:
        return
    except BaseException as error:
        _bound(FAILED_S, lambda: _force(FAILED_S, loop) if _running(loop) else None)
        if not isinstance(error, BaseExceptionGroup):
            raise
        raise leaves(error)[0] from error  # one failure is one sentence to its reader
    finally:
        finishing.cancel()


async def _finish(task: asyncio.Task[None], told: asyncio.Event, finish: Finish) -> None:
    await told.wait()
    Systemd().stopping()
    try:
        await finish()
    finally:
        _stop(task)


def _stop(task: asyncio.Task[None]) -> None:
    if task.cancelling():
        return
    _bound(STOP_S, partial(_force, STOP_S, task.get_loop()))
    task.cancel()


def _bound(seconds: float, then: Callable[[], None]) -> None:
    """From now on the process has so many seconds to end."""
    bound = threading.Timer(seconds, then)
    bound.daemon = True  # does not itself keep the process from ending
    bound.start()


def _force(seconds: float, loop: asyncio.AbstractEventLoop) -> None:
    """Ends the process; threads that hang would keep the interpreter from it."""
    _log.error("stopped by force after %s s, for this still ran: %s", seconds, ", ".join(_running(loop)))
    logging.shutdown()
    os._exit(FORCED)


def _running(loop: asyncio.AbstractEventLoop) -> list[str]:
    tasks = asyncio.all_tasks(loop)
    ours = (threading.main_thread(), threading.current_thread())
    threads = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in ours and not thread.daemon]
    return sorted(f"task {task.get_name()} in {task.get_coro()!r:.100}" for task in tasks) + sorted(threads)
