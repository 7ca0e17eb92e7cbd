"""Laws of stopping, on real processes that are sent real signals."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

PATIENCE_S = 60.0  # only a program that hangs is waited for so long

GOOD = """
    async def program():
        print("ready", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            print("closed", flush=True)
"""
DEAF = """
    async def program():
        print("ready", flush=True)
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
"""
DEVICE = """
    async def program():
        asyncio.get_running_loop().run_in_executor(ThreadPoolExecutor(1, "microphone"), threading.Event().wait)
        print("ready", flush=True)
        await asyncio.Event().wait()
"""
FINISHES = """
    async def finish():
        print("finishing", flush=True)
        await asyncio.sleep({seconds})
        print("finished", flush=True)

    async def program():
        print("ready", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            print("closed", flush=True)
"""
FAILS = """
    async def program():
        async with asyncio.TaskGroup():
            raise KeyError("the port is taken")
"""

FAILS_WHILE_A_DEVICE_HANGS = """
    async def program():
        asyncio.get_running_loop().run_in_executor(ThreadPoolExecutor(1, "microphone"), threading.Event().wait)
        raise KeyError("the sound library hangs")
"""


def started(source: str) -> subprocess.Popen[str]:
    imports = (
        "import asyncio, contextlib, threading\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from wire.program import run\n"
    )
    call = "run(program(), finish)" if "def finish" in source else "run(program())"
    command = [sys.executable, "-c", f"{imports}{textwrap.dedent(source)}\n{call}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process


def stopped(source: str, by: signal.Signals) -> tuple[int, str, str]:
    """Exit code and all output of a program that got a signal once it was ready."""
    with started(source) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(by)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_all_parts_and_is_no_failure(by: signal.Signals) -> None:
    assert stopped(GOOD, by) == (0, "closed\n", "")


@pytest.mark.parametrize(("source", "named"), [(DEAF, "task Task-"), (DEVICE, "thread microphone_0")])
def test_what_does_not_stop_is_named_and_left_behind(source: str, named: str) -> None:
    code, _, err = stopped(source, signal.SIGTERM)
    assert code == 1
    assert "stopped by force after 1.5 s" in err
    assert named in err


def test_what_was_begun_is_finished_before_the_program_is_closed() -> None:
    assert stopped(FINISHES.format(seconds=0.1), signal.SIGTERM) == (0, "finishing\nfinished\nclosed\n", "")


def test_a_second_signal_waits_for_nothing() -> None:
    with started(FINISHES.format(seconds=1000)) as process:
        assert process.stdout is not None
        for line in ("ready\n", "finishing\n"):
            assert process.stdout.readline() == line
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (0, "closed\n", "")


def test_a_failure_in_a_group_comes_out_as_itself() -> None:
    with started(FAILS) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert err.rstrip().endswith("KeyError: 'the port is taken'")


def test_a_failure_ends_the_program_even_where_a_thread_hangs() -> None:
    """Used to leave a process that did nothing more, and that no service manager without a watchdog restarted."""
    with started(FAILS_WHILE_A_DEVICE_HANGS) as process:
        try:
            _, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert process.returncode == 1
    assert "KeyError: 'the sound library hangs'" in err
    assert "thread microphone_0" in err
