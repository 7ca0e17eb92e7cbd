"""Laws of a connection that hold by TLS as they do without: bounded in time and memory, and nothing is left of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from wyoming.event import Event

from tests.attacks.strangers import context
from tests.wire.tls.doors import House
from tests.wire_pairs import LOOPBACK, leaves_nothing, until
from wire.connection import Connection
from wire.errors import PeerGone, PeerStalled
from wire.framing import encode

BIG = Event("audio-chunk", {"rate": 16_000, "width": 2, "channels": 1}, bytes(256 * 1024))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.made(tmp_path / "house")


@asynccontextmanager
async def raw(house: House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, Connection]]:
    """A hub that may do what it likes, and the satellite's end."""
    streams = await asyncio.open_connection(LOOPBACK, house.port, ssl=context(house.hub))
    await until(lambda: bool(house.served))
    try:
        yield (*streams, house.served[-1])
    finally:
        streams[1].transport.abort()


def deaf(writer: asyncio.StreamWriter) -> None:
    transport = writer.transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()


async def all_of(connection: Connection, events: Iterable[Event]) -> None:
    for event in events:
        await connection.send(event)


def test_a_peer_that_reads_nothing_is_cut_off_and_little_is_kept_for_it(house: House) -> None:
    async def test() -> None:
        async with house.open(stall_s=0.3), raw(house) as (_, writer, served):
            deaf(writer)
            with pytest.raises(PeerStalled):
                await all_of(served, [BIG] * 200)
            with pytest.raises(PeerGone):
                await served.send(BIG)

    leaves_nothing(test)


def test_a_peer_that_never_says_goodbye_holds_nobody_up(house: House) -> None:
    async def test() -> None:
        async with house.open(stall_s=0.3), raw(house) as (_, writer, served):
            deaf(writer)
            began = asyncio.get_running_loop().time()
            await served.close()
            assert asyncio.get_running_loop().time() - began < 1.0
            assert served.closed

    leaves_nothing(test)


@pytest.mark.parametrize("way", ["goodbye", "cut"])
@pytest.mark.parametrize("middle", [True, False])
def test_the_end_of_a_stream_is_seen_wherever_it_is(house: House, way: str, middle: bool) -> None:
    async def test() -> None:
        async with house.open(), raw(house) as (_, writer, served):
            writer.write(encode(Event("ping", {"text": "x"}))[: 20 if middle else None])
            await writer.drain()
            if way == "goodbye":
                writer.close()
            else:
                await asyncio.sleep(0.05)
                writer.transport.abort()
            await until(lambda: served.closed)

    leaves_nothing(test)


def test_what_was_sent_last_arrives_before_the_end(house: House) -> None:
    async def test() -> None:
        async with house.open(), raw(house) as (reader, _, served):
            sending = asyncio.create_task(served.send(BIG))
            got = bytearray()
            while len(got) < 1000:
                got += await reader.read(1000)
            await sending
            closing = asyncio.create_task(served.close())
            while more := await reader.read(1 << 16):
                got += more
            await closing
            assert bytes(got) == encode(BIG)

    leaves_nothing(test)


def test_events_of_every_size_arrive_as_they_were(house: House) -> None:
    async def test() -> None:
        async with house.open(), await house.dial() as hub:
            for size in (1, 16_383, 16_384, 16_385, 100_000, 1_000_000):
                text = "a" * size
                await hub.send(Event("ping", {"text": text}))
                assert (await hub.read()).data["text"] == text

    leaves_nothing(test)
