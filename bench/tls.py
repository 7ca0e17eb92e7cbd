"""What TLS adds: to a round trip, to a turn's events, to a connection's beginning, and to a satellite's memory.

    chrt -r 1 .venv/bin/python -m bench.tls
    .venv/bin/python -m bench.tls --json

Plain and TLS take turns, one after the other in the same run, so that whatever else the machine does happens to both.
The other end is a process of its own. A turn is what one of three seconds of speech and a reply of three sends, pushed
as fast as it goes: the time is what encryption costs, not what the sound takes. Memory is of a whole satellite that
a hub leads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.ping import Ping, Pong
from wyoming.satellite import RunSatellite

from bench.figures import spread
from bench.house import program
from bench.load.report import conditions
from config.tls import Tls
from tests.attacks.house import options
from tests.certificates import IS_LED, LEADS, Authority
from wire import hark
from wire.connection import Connection, dial
from wire.pcm import SPEECH, PcmFormat
from wire.server import serve
from wire.tls import dialling, listener
from wire.tls.credentials import Credentials
from wire.tls.files import Role

HOST, LATE_S = "127.0.0.1", 10.0
SATELLITE = "hark-bench"
SPOKEN_S, REPLY_S = 3.0, 3.0
FRAME_S, REPLY = 0.02, PcmFormat(22_050)
SETTLED_S = 3.0  # after which a satellite's memory stays as it is

Dial = Callable[[], Awaitable[Connection]]


class Certificates:
    """Of a satellite and a hub of one house."""

    def __init__(self, folder: Path) -> None:
        authority = Authority(folder)
        self.satellite = authority.tls(authority.issue(SATELLITE, IS_LED))
        self.hub = authority.tls(authority.issue("hub", LEADS))


async def peer(satellite: Tls) -> None:
    """The other end: answers pings, and a turn's sound with a reply's; prints its two ports."""
    piece = b"\1\2" * (REPLY.bytes(FRAME_S) // 2)
    reply = [AudioChunk(REPLY.rate, REPLY.width, REPLY.channels, piece) for _ in range(round(REPLY_S / FRAME_S))]

    async def attend(connection: Connection) -> None:
        async for event in connection:
            if Ping.is_type(event.type):
                await connection.send(Pong())
            elif AudioStop.is_type(event.type):
                await connection.send(AudioStart(REPLY.rate, REPLY.width, REPLY.channels))
                for each in reply:
                    await connection.send(each)
                await connection.send(AudioStop())

    own = Credentials(satellite, Role.SATELLITE)
    async with serve(HOST, 0, attend) as [plain], listener.serve(HOST, 0, attend, own, lambda _: True) as [tls]:
        print(plain, tls, flush=True)
        await asyncio.to_thread(sys.stdin.read)  # to its end


@asynccontextmanager
async def peers(made: Certificates) -> AsyncIterator[dict[str, Dial]]:
    """How to reach the other end, plainly and by TLS."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "bench.tls", "--peer", *_paths(made.satellite))
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None
    plain, tls = map(int, (await process.stdout.readline()).split())
    hub = Credentials(made.hub, Role.HUB)
    try:
        yield {
            "plain": lambda: dial(HOST, plain, timeout_s=LATE_S),
            "tls": lambda: dialling.dial(HOST, tls, hub, SATELLITE, timeout_s=LATE_S),
        }
    finally:
        process.stdin.close()
        await process.wait()


async def alternating(ways: dict[str, Dial], rounds: int, once: Callable[[Connection], Awaitable[None]]) -> _Times:
    """Milliseconds of doing something on a connection of each way, again and again; the first few warm up."""
    connections = {way: await dials() for way, dials in ways.items()}
    times: _Times = {way: [] for way in ways}
    for number in range(rounds + rounds // 10):
        for way, connection in connections.items():
            began = time.perf_counter()
            await once(connection)
            if number >= rounds // 10:
                times[way].append((time.perf_counter() - began) * 1000)
    for connection in connections.values():
        await connection.close()
    return times


async def round_trip(connection: Connection) -> None:
    """A ping and its pong."""
    await connection.send(Ping())
    await connection.read()


async def turn(connection: Connection) -> None:
    """All events of a turn with its reply, as fast as they go."""
    frame = b"\3\4" * (SPEECH.bytes(FRAME_S) // 2)
    for _ in range(round(SPOKEN_S / FRAME_S)):
        await connection.send(AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, frame))
    await connection.send(AudioStop())
    while not AudioStop.is_type((await connection.read()).type):
        pass


async def beginnings(ways: dict[str, Dial], rounds: int) -> _Times:
    """Milliseconds from dialling to the first pong."""
    times: _Times = {way: [] for way in ways}
    for _ in range(rounds):
        for way, dials in ways.items():
            began = time.perf_counter()
            async with await dials() as connection:
                await round_trip(connection)
                times[way].append((time.perf_counter() - began) * 1000)
    return times


async def memory_mb(made: Certificates, way: str) -> dict[str, float]:
    """Of a satellite that a hub leads."""
    with tempfile.TemporaryDirectory() as folder:
        alone = ("--set", "state.file=", "--set", "control.socket=", "--mic", f"wav:{folder}", "--port", "0")
        tls = ("--set", "tls.port=0", *options(made.satellite)) if way == "tls" else ()
        async with program("satellite", *alone, *tls) as satellite:
            pattern = r"port (\d+) for hubs" if way == "tls" else r"listens on .* port (\d+)"
            port = int((await satellite.says(pattern))[1])
            async with await _dialled(made, way, port) as connection:
                for greeting in (RunSatellite(), hark.Hello("hub", hark.CAPABILITIES)):
                    await connection.send(greeting)
                await satellite.says("led by")
                await asyncio.sleep(SETTLED_S)
                return _memory(satellite.process.pid)


async def _dialled(made: Certificates, way: str, port: int) -> Connection:
    if way == "plain":
        return await dial(HOST, port, timeout_s=LATE_S)
    return await dialling.dial(HOST, port, Credentials(made.hub, Role.HUB), SATELLITE, timeout_s=LATE_S)


def _memory(pid: int) -> dict[str, float]:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {name.rstrip(":"): int(size) / 1024 for name, size, *_ in (line.split() for line in rollup[1:])}
    return {"rss": round(sizes["Rss"], 2), "pss": round(sizes["Pss"], 2), "own": round(sizes["Private_Dirty"], 2)}


def _paths(tls: Tls) -> tuple[str, ...]:
    return tls.certificate, tls.key, tls.authority, tls.revoked


_Times = dict[str, list[float]]


def figures(times: _Times) -> dict[str, object]:
    """Both, and what TLS adds: the difference of medians."""
    adds = statistics.median(times["tls"]) - statistics.median(times["plain"])
    shown: dict[str, object] = {way: spread([round(one, 3) for one in values]) for way, values in times.items()}
    return {**shown, "tls_adds": round(adds, 3)}


async def measure(rounds: int, runs: int) -> dict[str, object]:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="hark-") as folder:
        made = Certificates(Path(folder))
        async with peers(made) as ways:
            found: dict[str, object] = {
                "conditions": conditions(rounds=rounds, runs=runs),
                "round_trip_ms": figures(await alternating(ways, rounds, round_trip)),
                "turn_ms": figures(await alternating(ways, rounds // 10, turn)),
                "beginning_ms": figures(await beginnings(ways, rounds // 10)),
            }
        memory: dict[str, list[dict[str, float]]] = {"plain": [], "tls": []}
        for _ in range(runs):
            for way, each in memory.items():
                each.append(await memory_mb(made, way))
    for kind in ("rss", "pss", "own"):
        found[f"satellite_{kind}_mb"] = figures({way: [one[kind] for one in each] for way, each in memory.items()})
    return found


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description="what TLS adds")
    parser.add_argument("--rounds", type=int, default=2000, help="round trips of each way (default 2000)")
    parser.add_argument("--runs", type=int, default=5, help="satellites of each way (default 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--peer", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        certificate, key, authority, revoked = options.peer
        asyncio.run(peer(Tls(certificate=certificate, key=key, authority=authority, revoked=revoked)))
        return
    found = asyncio.run(measure(options.rounds, options.runs))
    print(json.dumps(found, indent=1) if options.json else "\n".join(f"{key}: {each}" for key, each in found.items()))


if __name__ == "__main__":
    main()
