"""How soon the hub tells what it serves: `describe` to `info` on a fresh connection, idle and with all services busy.

    python -m bench.describe [--times N] [hark-hub's own options]

Strategy: a real hub; another process keeps it busy by hearing a question at a microphone's pace, speaking a long text
and answering texts, each again and again; this one asks with a blocking socket, so that no loop but the hub's is timed.
Prints JSON: milliseconds from the connection's begin to the whole `info`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.handle import Handled
from wyoming.info import Describe
from wyoming.tts import Synthesize

from bench.figures import spread
from bench.house import program
from bench.spoken import shipped
from wire.framing import Decoder, encode
from wire.pcm import FULL_SCALE, SPEECH

ALONE = ("--set", "fleet.satellites=[]", "--set", "timeline.file=", "--set", "serve.port=0", "--set", "timers.file=")
APART_S = 0.05  # between two questions to the hub
WARM_S = 3.0
CHUNK_S = 0.01  # as Home Assistant sends it
STORY = "The heating in the living room is at twenty one degrees, and the window is open. " * 12
TEXT = "what is the temperature in the bedroom"
LOOPBACK = "127.0.0.1"


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--load", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options, hubs = parser.parse_known_args()
    if options.load:
        asyncio.run(load(options.load))
    else:
        print(json.dumps(asyncio.run(measured(options.times, hubs)), indent=2))


async def measured(times: int, hubs: list[str]) -> dict[str, object]:
    """Both figures, and the machine's load beside them."""
    async with program("hub", *ALONE, *hubs) as hub:
        port = int((await hub.says(r"text-to-speech listen on .* port (\d+)"))[1])
        await asyncio.sleep(WARM_S)
        idle = await asyncio.to_thread(asked, port, times)
        async with busy(port):
            await asyncio.sleep(WARM_S)
            return {
                "idle_ms": spread(idle),
                "busy_ms": spread(await asyncio.to_thread(asked, port, times)),
                "load_average": os.getloadavg()[0],
                "cores": os.cpu_count(),
            }


def asked(port: int, times: int) -> list[float]:
    """Milliseconds of each answer."""
    took = []
    for _ in range(times):
        time.sleep(APART_S)
        began = time.perf_counter()
        with socket.create_connection((LOOPBACK, port)) as client:
            client.sendall(encode(Describe().event()))
            decoder = Decoder()
            while not decoder.feed(client.recv(1 << 16)):
                continue
        took.append((time.perf_counter() - began) * 1000)
    return took


@asynccontextmanager
async def busy(port: int) -> AsyncIterator[None]:
    """Another process keeps the hub busy while the context lasts."""
    command = (sys.executable, "-m", "bench.describe", "--load", str(port))
    process = await asyncio.create_subprocess_exec(*command)
    try:
        yield
        if process.returncode is not None:
            raise RuntimeError(f"the load ended with {process.returncode}: the hub was not busy")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def load(port: int) -> None:
    """Hearing, speaking and answering, without end."""
    sound = (shipped()[0].sound * (FULL_SCALE - 1)).astype("<i2").tobytes()
    async with asyncio.TaskGroup() as group:
        group.create_task(again(port, lambda client: hear(client, sound)))
        group.create_task(again(port, speak))
        group.create_task(again(port, answer))


async def again(port: int, ask: Callable[[AsyncTcpClient], Awaitable[None]]) -> None:
    """One request after the other, each on its own connection."""
    while True:
        async with AsyncTcpClient(LOOPBACK, port) as client:
            await ask(client)


async def hear(client: AsyncTcpClient, sound: bytes) -> None:
    """An utterance at a microphone's pace, and its transcript."""
    kind = {"rate": SPEECH.rate, "width": SPEECH.width, "channels": SPEECH.channels}
    await client.write_event(Transcribe(language="en").event())
    await client.write_event(AudioStart(**kind).event())
    clock = asyncio.get_running_loop().time
    began, size = clock(), SPEECH.bytes(CHUNK_S)
    for start in range(0, len(sound), size):
        await asyncio.sleep(max(0.0, began + SPEECH.seconds(start) - clock()))
        await client.write_event(AudioChunk(**kind, audio=sound[start : start + size]).event())
    await client.write_event(AudioStop().event())
    await until(client, Transcript.is_type)


async def speak(client: AsyncTcpClient) -> None:
    """A long text and its sound."""
    await client.write_event(Synthesize(STORY).event())
    await until(client, AudioStop.is_type)


async def answer(client: AsyncTcpClient) -> None:
    """A text and its reply."""
    await client.write_event(Transcript(TEXT, language="en").event())
    await until(client, Handled.is_type)


async def until(client: AsyncTcpClient, comes: Callable[[str], bool]) -> None:
    """Reads up to an event."""
    while (event := await client.read_event()) is not None and not comes(event.type):
        continue


if __name__ == "__main__":
    main()
