"""Laws of sd_notify, against a real datagram socket in systemd's place."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.virtual_time import run
from wire.systemd import LONGEST_STATUS, Systemd

HALF_S = 15.0
WATCHDOG = {"WATCHDOG_USEC": str(round(2 * HALF_S * 1_000_000))}


@pytest.fixture(params=["a path", "an abstract name"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Systemd's end, and what it puts into NOTIFY_SOCKET."""
    name = str(tmp_path / "notify") if request.param == "a path" else f"@hark-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as told:
        told.bind(name.replace("@", "\0"))
        told.setblocking(False)
        yield told, name


def received(told: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(told.recv(4096).decode())
        except BlockingIOError:
            return messages


def test_each_message_is_one_datagram(systemd: tuple[socket.socket, str]) -> None:
    told, name = systemd
    ours = Systemd({"NOTIFY_SOCKET": name})
    ours.ready()
    ours.status("listens")
    ours.stopping()
    assert received(told) == ["READY=1", "STATUS=listens", "STOPPING=1"]


def test_a_status_is_one_short_line(systemd: tuple[socket.socket, str]) -> None:
    told, name = systemd
    Systemd({"NOTIFY_SOCKET": name}).status("two\nlines\nREADY=1" + "x" * 1000)
    [message] = received(told)
    assert message.startswith("STATUS=two lines READY=1x")
    assert len(message) == len("STATUS=") + LONGEST_STATUS


def test_signs_of_life_come_twice_in_the_watchdogs_time_and_stop_with_life(systemd: tuple[socket.socket, str]) -> None:
    told, name = systemd
    alive = True

    async def test() -> None:
        nonlocal alive
        watch = asyncio.ensure_future(Systemd({"NOTIFY_SOCKET": name, **WATCHDOG}).keep_alive(lambda: alive))
        await asyncio.sleep(3.5 * HALF_S)
        assert received(told) == ["WATCHDOG=1"] * 4
        alive = False
        await asyncio.sleep(10 * HALF_S)
        assert received(told) == []
        watch.cancel()
        await asyncio.wait([watch])

    run(test())


@pytest.mark.parametrize(
    "asked", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}, WATCHDOG | {"WATCHDOG_PID": "1"}]
)
def test_without_a_watchdog_for_this_process_keep_alive_ends_at_once(asked: dict[str, str]) -> None:
    run(Systemd(asked).keep_alive(lambda: pytest.fail("nobody asked for a sign of life")))


def test_without_systemd_nothing_is_sent_and_nothing_said(caplog: pytest.LogCaptureFixture) -> None:
    ours = Systemd({})
    ours.ready()
    ours.stopping()
    assert caplog.records == []


@pytest.mark.parametrize("address", ["/nowhere/notify", "x" * 500, "a\0b"])
def test_a_socket_that_cannot_be_reached_costs_one_line_of_log(address: str, caplog: pytest.LogCaptureFixture) -> None:
    Systemd({"NOTIFY_SOCKET": address}).ready()
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "cannot tell systemd READY=1" in record.getMessage()
