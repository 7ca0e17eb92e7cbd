"""How both programs run and stop: SIGINT and SIGTERM end them cleanly, from inside, and within a bound.

A stop has STOP_S. What still runs then (a device's thread, a peer that does not let go) is named in one line of log and
the process ends without it: an appliance is restarted by its system, which must not wait for a hanging sound card.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine

from wire.errors import leaves
from wire.systemd import Systemd

_log = logging.getLogger(__name__)

STOP_S = 1.5  # from the signal; stopping is promised in under 2 s
FORCED = 1  # exit code of a stop that had to be forced


def run(program: Coroutine[object, object, None]) -> None:
    """Runs a program's coroutine until it ends, or is cancelled by a signal so that all its parts close.

    To be called by a program's main, as the last thing that it does: the bound of a stop holds until the process ends.
    """
    asyncio.run(_until_told(program))


async def _until_told(program: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(program)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, task)
    try:
        await task
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group:
        raise leaves(group)[0] from group  # one failure is one sentence to its reader


def _stop(task: asyncio.Task[None]) -> None:
    Systemd().stopping()
    loop = task.get_loop()
    bound = threading.Timer(STOP_S, _force, (lambda: asyncio.all_tasks(loop),))
    bound.daemon = True  # does not itself keep the process from ending
    bound.start()
    task.cancel()


def _force(tasks: Callable[[], set[asyncio.Task[object]]]) -> None:
    """Ends the process; threads that hang would keep the interpreter from it."""
    _log.error("stopped by force after %s s, for this still ran: %s", STOP_S, ", ".join(_running(tasks())))
    logging.shutdown()
    os._exit(FORCED)


def _running(tasks: set[asyncio.Task[object]]) -> list[str]:
    ours = (threading.main_thread(), threading.current_thread())
    threads = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in ours and not thread.daemon]
    return sorted(f"task {task.get_name()} in {task.get_coro()!r:.100}" for task in tasks) + sorted(threads)
