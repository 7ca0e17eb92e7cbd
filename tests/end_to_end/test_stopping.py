"""A hub of six satellites that is told to stop while it answers: real processes and sockets, scripted engines."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from bench.house import program
from bench.load import workload
from bench.load.question import question
from bench.load.satellite import Asked, SimulatedSatellite

pytestmark = pytest.mark.end_to_end

SATELLITES = 6  # two of each turn: what many do to a slow machine is no law
READY_S = 60.0
STOPPED_S = 30.0  # on a busy machine; a hub that waited for each reply would need a minute
LOOPBACK = "127.0.0.1"
SHORT = "The lamp is on."
LONG = "Once upon a time there was a lamp that nobody had ever turned on. " * 10
ALONE = ("--set", "timeline.file=", "--set", "timers.file=", "--set", "serve.port=0")
TOLD = ("--set", "vad.engine=none", "--set", "endpoint.mode=fixed", "--set", "endpoint.wait_ms=420")
"""Sound that carries numbers is speech to no detector, or by chance: the satellites tell where somebody speaks."""


def turn(index: int, words: str, reply: str, thinks_ms: float) -> dict[str, object]:
    """A question of half a second."""
    tokens = [f"{token} " for token in reply.split()]
    stages = {"stt_ms": 50, "llm_ttft_ms": thinks_ms, "llm_tok_s": 100, "tts_first_ms": 50, "tts_rtf": 0.05}
    parts = [{"text": words, "speech_ms": 500}]
    return {"id": index, "parts": parts, "transcript": words, "reply": reply, "reply_tokens": tokens, **stages}


TURNS = (
    turn(0, "turn on the lamp", SHORT, 100),
    turn(1, "tell me a story", LONG, 100),
    turn(2, "what is the meaning of life", SHORT, 60_000),
)
ABOUT = {
    **{"frame_ms": 20, "in_rate": 16000, "out_rate": 24000, "raw_pause_ms": 80, "endpoint_ms": 500},
    **{"lead_silence_ms": 100, "tts_chunk_ms": 100, "tts_chars_per_s": 15.0, "clause_min_chars": 12, "seed": 1},
}


def test_each_reply_is_finished_or_ended_in_words_and_the_hub_stops_in_time(tmp_path: Path) -> None:
    file = tmp_path / "workload.json"
    file.write_text(json.dumps({**ABOUT, "turns": TURNS}))
    asked, log, took_s, code = asyncio.run(stopped_amid(file))
    assert took_s <= STOPPED_S
    assert code == 0
    assert len(asked) == SATELLITES
    assert [each.satellite for each in asked if not each.over] == []
    assert [each.satellite for each in asked if each.first is None and each.other is None] == []
    assert [each.errors for each in asked if each.errors] == []
    assert not [line for line in log if "ERROR" in line or "Traceback" in line]


async def stopped_amid(file: Path) -> tuple[list[Asked], list[str], float, int | None]:
    """What became of each question, the hub's log, and how it ended, so many seconds after the signal."""
    loop, led, asked = asyncio.get_running_loop(), asyncio.Semaphore(0), list[Asked]()
    given = workload.read(file)
    async with AsyncExitStack() as stack:
        satellites, dialled = [], list[str]()
        for number in range(SATELLITES):
            satellite = SimulatedSatellite(f"room{number:02}", led.release, lambda _, turn: asked.append(turn))
            server = await loop.create_server(_of(satellite), LOOPBACK, 0)
            stack.enter_context(closing(server))
            satellites.append(satellite)
            dialled += ["--satellite", f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"]
        hub = await stack.enter_async_context(
            program("bench.load.hub", "--workload", str(file), *dialled, *ALONE, *TOLD)
        )
        async with asyncio.timeout(READY_S):
            for _ in satellites:
                await led.acquire()
        for number, satellite in enumerate(satellites):
            satellite.ask(question(given, number % len(TURNS)), "")
        await asyncio.sleep(1.8)  # the question, the endpoint's wait and the first sound; the long replies have begun
        began = loop.time()
        hub.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(2 * STOPPED_S):
            await hub.process.wait()
        took_s = loop.time() - began
        await asyncio.sleep(0)
        return asked, hub.log, took_s, hub.process.returncode


def _of(satellite: SimulatedSatellite) -> Callable[[], SimulatedSatellite]:
    return lambda: satellite
