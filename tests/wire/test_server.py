"""Laws of the server under abuse over real loopback sockets. Timeouts here are real and short (SOON_S)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import socket
from collections.abc import Awaitable, Callable

import pytest
from wyoming.event import Event

from tests.wire_pairs import LATE_S, LOOPBACK, SOON_S, leaves_nothing, serving, until
from wire.connection import Connection, dial
from wire.errors import CannotListen, MalformedEvent, PeerGone
from wire.framing import DEFAULT, encode
from wire.server import serve

STRANGER = "127.0.0.2"
PING = Event("ping")
FLOOD = Event("flood")
BIG = Event("audio-chunk", {}, bytes(DEFAULT.payload))

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(connection: Connection) -> None:
    """Echoes; a flood is answered with more than any peer's buffers take."""
    async for event in connection:
        for answer in [BIG] * 20 if event == FLOOD else [event]:
            await connection.send(answer)


async def is_served(port: int) -> bool:
    """Whether a new connection is answered."""
    async with await dial(LOOPBACK, port, timeout_s=LATE_S, idle_s=LATE_S) as connection:
        try:
            await connection.send(PING)
            return await connection.read() == PING
        except PeerGone:
            return False


async def writes(streams: Streams, data: bytes) -> None:
    streams[1].write(data)
    await streams[1].drain()


async def garbage(streams: Streams) -> None:
    await writes(streams, os.urandom(1_000) + b"\n")


async def http(streams: Streams) -> None:
    await writes(streams, b"GET / HTTP/1.1\r\nHost: hark\r\n\r\n")


async def two_gigabytes(streams: Streams) -> None:
    await writes(streams, b'{"type": "audio-chunk", "payload_length": 2147483648}\n')


async def endless_line(streams: Streams) -> None:
    await writes(streams, b" " * (DEFAULT.header + 1))


async def deep_json(streams: Streams) -> None:
    await writes(streams, b'{"type": "t", "data": ' + b"[" * 50_000 + b"\n")


async def half_an_event_then_silence(streams: Streams) -> None:
    await writes(streams, encode(BIG)[:-1])


async def half_an_event_then_close(streams: Streams) -> None:
    await writes(streams, encode(PING)[:-1])
    streams[1].close()


async def never_reads(streams: Streams) -> None:
    streams[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    streams[1].transport.pause_reading()  # type: ignore[attr-defined]
    await writes(streams, encode(FLOOD))


ABUSES: list[tuple[Callable[[Streams], Awaitable[None]], str]] = [
    (garbage, "malformed|more than"),
    (http, "header is malformed: it is not the JSON expected"),
    (two_gigabytes, "payload of 2147483648 bytes is over the limit of 1048576; the peer must send smaller events"),
    (endless_line, "header of more than 65536 bytes is over the limit"),
    (deep_json, "nested deeper than 32 levels"),
    (half_an_event_then_silence, r"no whole event came for 0\.05 s"),
    (half_an_event_then_close, "in the middle of an event, which is lost"),
    (never_reads, r"has read nothing for 0\.05 s"),
]


@pytest.mark.parametrize(("abuse", "sentence"), ABUSES, ids=[abuse.__name__ for abuse, _ in ABUSES])
def test_an_abusive_peer_costs_its_own_connection_and_one_line_of_log(
    abuse: Callable[[Streams], Awaitable[None]], sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Waits SOON_S for real where the abuse is silence."""

    def lines(peer: str) -> list[logging.LogRecord]:
        return [record for record in caplog.records if record.getMessage().startswith(peer)]

    async def test() -> None:
        async with serving(echo, idle_s=SOON_S, stall_s=SOON_S) as port:
            streams = await asyncio.open_connection(LOOPBACK, port)
            peer = "{}:{}".format(*streams[1].get_extra_info("sockname"))
            await abuse(streams)
            await until(lambda: bool(lines(peer)))
            while not await is_served(port):  # unless this busy machine made us too slow for SOON_S
                pass
            [line] = lines(peer)
            assert line.exc_info is None
            assert re.fullmatch(f"{peer} is disconnected: .*({sentence}).*", line.getMessage())
            streams[1].transport.abort()

    leaves_nothing(test)


def test_of_a_hundred_connections_as_many_are_served_as_fit_and_places_come_free_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test() -> None:
        async with serving(echo, most=16) as port:
            crowd = [await dial(LOOPBACK, port, timeout_s=LATE_S) for _ in range(100)]
            served = await asyncio.gather(*[_is_answered(connection) for connection in crowd])
            assert sum(served) == 16
            refused = [record.getMessage() for record in caplog.records if "turned away" in record.getMessage()]
            assert refused == [
                "127.0.0.1 is turned away: all 16 places for connections are taken"
            ]  # an appliance's log
            assert not await is_served(port)
            await asyncio.gather(*[connection.close() for connection in crowd])
            while not await is_served(port):
                pass

    leaves_nothing(test)


async def _is_answered(connection: Connection) -> bool:
    try:
        await connection.send(PING)
        return await connection.read() == PING
    except PeerGone:
        return False


def test_a_crowd_of_the_unwanted_takes_no_place_from_others(caplog: pytest.LogCaptureFixture) -> None:
    """Used to: each had a place until its handler had looked at its address."""

    async def test() -> None:
        async with serving(echo, unwanted=lambda host: "it is a stranger" if host == STRANGER else "", most=2) as port:
            knocking = [asyncio.open_connection(LOOPBACK, port, local_addr=(STRANGER, 0)) for _ in range(50)]
            streams, served = await asyncio.gather(asyncio.gather(*knocking), is_served(port))
            assert served
            for reader, writer in streams:
                assert await reader.read() == b""
                writer.close()
                await writer.wait_closed()

    leaves_nothing(test)
    assert caplog.text.count(f"{STRANGER} is turned away: it is a stranger") == 1


def test_leaving_ends_handlers_and_connections() -> None:
    ended = []

    async def handler(connection: Connection) -> None:
        try:
            await connection.read()
        finally:
            ended.append(connection.peer)

    async def test() -> None:
        async with serving(handler) as port:
            crowd = [await dial(LOOPBACK, port, timeout_s=LATE_S) for _ in range(5)]
            await until(lambda: len(asyncio.all_tasks()) == 6)
        assert len(ended) == 5
        for connection in crowd:
            assert [event async for event in connection] == []
            await connection.close()

    leaves_nothing(test)


@pytest.mark.parametrize("rounds", range(8))
def test_leaving_while_connections_are_being_accepted_leaves_nothing_of_them(rounds: int) -> None:
    """After any number of the event loop's rounds, for asyncio takes several to accept one."""

    async def test() -> None:
        clients = [socket.socket() for _ in range(3)]
        async with serving(echo) as port:
            for client in clients:
                client.connect((LOOPBACK, port))  # done by the kernel: asyncio has seen nothing of it yet
                client.settimeout(LATE_S / 2)
            for _ in range(rounds):
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        for client in clients:
            with contextlib.suppress(ConnectionResetError):  # where it was not accepted
                assert client.recv(1) == b""
            client.close()

    leaves_nothing(test)


def test_an_error_in_the_body_comes_out_as_itself() -> None:
    async def test() -> None:
        with pytest.raises(KeyError, match="mine"):
            await body()

    async def body() -> None:
        async with serving(echo) as port, await dial(LOOPBACK, port, timeout_s=LATE_S):
            raise KeyError("mine")

    leaves_nothing(test)


def test_a_cancelled_body_closes_everything() -> None:
    async def test() -> None:
        started = asyncio.Event()

        async def body() -> None:
            async with serving(echo) as port, await dial(LOOPBACK, port, timeout_s=LATE_S):
                started.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(body())
        await started.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    leaves_nothing(test)


async def bug(connection: Connection) -> None:
    if await connection.read() != PING:
        raise RuntimeError("a bug")
    await connection.send(PING)


async def wire_errors_in_a_group(connection: Connection) -> None:
    if await connection.read() != PING:
        raise ExceptionGroup("", [MalformedEvent("one"), ExceptionGroup("", [MalformedEvent("two")])])
    await connection.send(PING)


@pytest.mark.parametrize(
    ("handler", "said", "traceback"),
    [
        (bug, ["its handler failed, which is a bug"], True),
        (wire_errors_in_a_group, ["is disconnected: one", "is disconnected: two"], False),
    ],
)
def test_what_a_handler_raises_is_logged_and_costs_its_own_connection(
    handler: Callable[[Connection], Awaitable[None]],
    said: list[str],
    traceback: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test() -> None:
        async with serving(handler) as port:
            async with await dial(LOOPBACK, port, timeout_s=LATE_S) as connection:
                await connection.send(FLOOD)
                assert [event async for event in connection] == []
            assert await is_served(port)
            lines = [record for record in caplog.records if record.name == "wire.server"]
            assert len(lines) == len(said)
            for line, words in zip(lines, said, strict=True):
                assert words in line.getMessage()
                assert bool(line.exc_info) == traceback

    leaves_nothing(test)


def test_a_port_in_use_is_said_with_its_remedy() -> None:
    async def test() -> None:
        async with serving(echo) as port:
            sentence = f"cannot listen on 127.0.0.1 port {port}: Address already in use; stop the program that has it"
            with pytest.raises(CannotListen, match=sentence):
                async with serve(LOOPBACK, port, echo):
                    pytest.fail("two programs listen on one port")
            assert await is_served(port)

    leaves_nothing(test)


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 0), (LOOPBACK, 70_000), (LOOPBACK, -1), ("a..b", 0), ("a\0b", 0)]
)
def test_an_address_that_cannot_be_listened_on_is_said_with_its_remedy(host: str, port: int) -> None:
    async def test() -> None:
        with pytest.raises(CannotListen, match="choose an address of this machine and a port up to 65535"):
            async with serve(host, port, echo):
                pytest.fail("it listens")

    leaves_nothing(test)


def test_every_address_of_a_host_is_served() -> None:
    async def test() -> None:
        async with serve("localhost", 0, echo) as ports:
            assert ports
            for port in ports:
                assert port > 0
            async with await dial("localhost", ports[0], timeout_s=LATE_S, idle_s=LATE_S) as connection:
                await connection.send(Event("hello", json.loads('{"a": 1}')))
                assert (await connection.read()).data == {"a": 1}

    leaves_nothing(test)
