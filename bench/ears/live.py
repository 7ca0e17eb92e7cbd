"""The real satellite in real time, beside its wake engine alone: what each takes, and what the satellite wakes for.

Both hear the same sound at the same time, so that whatever else the machine does is the same for both. The satellite
keeps no state, and nothing of it is seen on the network.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ears.leader import Leader, leading
from bench.ears.mixes import LATE_S, Mix, Verdict, judge
from bench.ears.processes import Cost, Usage, cost, family
from bench.ears.setups import Setup
from bench.house import HouseError, Program, program
from bench.wake_clips import room as low_noise
from wire.pcm import SPEECH

QUIET = "quiet"
QUIET_LOOP_S = 60.0  # of low noise that the engine alone hears again and again
SETTLE_S = 3.0  # for loading to be over
LOOK_S = 5.0  # between two words about the progress
ALONE = ("state.file=", "control.socket=", "discovery.enabled=false")


@dataclass(frozen=True, slots=True)
class Lived:
    """What a mix took, the satellite's wakes, and the milliseconds from each score to its first sound on the wire."""

    satellite: Cost
    alone: Cost
    verdict: Verdict
    first_chunk_ms: tuple[float, ...]


async def live(setup: Setup, mixes: Sequence[Mix], quiet_s: float) -> dict[str, Lived]:
    """Listens to a quiet room, then to each mix in turn. Raises HouseError or WireError where a program fails."""
    with tempfile.TemporaryDirectory(prefix="hark-") as name:
        folder = Path(name) / "microphone"
        folder.mkdir()
        options = [part for option in (*setup.options(), *ALONE) for part in ("--set", option)]
        async with program("satellite", "--port", "0", "--mic", f"wav:{folder}", *options) as satellite:
            port = int((await satellite.says(r"listens on .* port (\d+)"))[1])
            async with leading(port) as leader:
                await asyncio.sleep(SETTLE_S)
                room = Room(setup, folder, satellite, leader)
                lived = {QUIET: await room.listen(Mix(QUIET, b""), quiet_s)}
                for mix in mixes:
                    lived[mix.name] = await room.listen(mix, mix.seconds)
                return lived


class Room:
    """A satellite's microphone (a folder), and who listens there."""

    def __init__(self, setup: Setup, folder: Path, satellite: Program, leader: Leader) -> None:
        self._setup, self._folder, self._satellite, self._leader = setup, folder, satellite, leader

    async def listen(self, mix: Mix, seconds: float) -> Lived:
        """So long to a mix; one without sound is the low noise that the satellite's microphone plays by itself."""
        # The engine alone ends before the memory is looked at: it would share its libraries' pages with the satellite.
        raw = self._folder.parent / f"{mix.name}.raw"
        raw.write_bytes(mix.pcm or low_noise(QUIET_LOOP_S))
        before_wakes = len(self._leader.wakes)
        async with program("bench.ears.alone", self._setup.engine, self._setup.word, str(raw)) as alone:
            await alone.says("ready")
            started, before = self._clock(), self._look(alone)
            if mix.pcm:
                write(self._folder / raw.with_suffix(".wav").name, mix.pcm)
            await _wait(seconds, f"{self._setup.engine}, {mix.name}")
            took, after = self._clock() - started, self._look(alone)
        await asyncio.sleep(LATE_S)  # the last word is heard, the recording out of the microphone's memory
        at_rest = _usage(self._satellite)
        wakes = self._leader.wakes[before_wakes:]
        return Lived(
            satellite=cost(before[0], after[0], at_rest, took),
            alone=cost(before[1], after[1], after[1], took),
            verdict=judge(mix.placed, [wake.at - started for wake in wakes]),
            first_chunk_ms=tuple(wake.first_chunk_ms for wake in wakes),
        )

    def _look(self, alone: Program) -> tuple[Usage, Usage]:
        return _usage(self._satellite), _usage(alone)

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()


def _usage(running: Program) -> Usage:
    if running.process.returncode is not None:
        raise HouseError("\n".join([f"{running.name} has ended:", *running.log[-10:]]))
    return family(running.process.pid)


def write(path: Path, pcm: bytes) -> None:
    """A recording for the microphone; it appears there whole."""
    half = path.with_suffix(".half")
    with wave.open(str(half), "wb") as file:
        file.setparams((SPEECH.channels, SPEECH.width, SPEECH.rate, 0, "NONE", ""))
        file.writeframes(pcm)
    half.rename(path)


async def _wait(seconds: float, what: str) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        print(f"\r{what}: {left:4.0f} s left ", end="", file=sys.stderr, flush=True)
        await asyncio.sleep(min(LOOK_S, left))
    print(file=sys.stderr)
