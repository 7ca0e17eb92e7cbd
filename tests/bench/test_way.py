"""Laws of a network that takes its time."""

from __future__ import annotations

import asyncio

import pytest

from bench.way import LOOPBACK, Way
from tests.peers import run_clean


def test_what_goes_through_comes_later_whole_and_in_order() -> None:
    async def test() -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(100):
                writer.write(data)
            writer.close()

        async with (
            await asyncio.start_server(echo, LOOPBACK, 0) as server,
            Way(server.sockets[0].getsockname()[1]).open() as way,
        ):
            way.delay_s = 0.02
            reader, writer = await asyncio.open_connection(LOOPBACK, way.port)
            began = asyncio.get_running_loop().time()
            writer.write(b"one")
            assert await reader.readexactly(3) == b"one"
            assert asyncio.get_running_loop().time() - began == pytest.approx(0.04, abs=1e-3)
            writer.write(b"two")
            await asyncio.sleep(0.001)
            way.delay_s = 0.0
            writer.write(b"three")
            assert await reader.readexactly(8) == b"twothree"
            writer.close()
            assert await reader.read() == b""
            await asyncio.sleep(0.1)

    run_clean(test)
