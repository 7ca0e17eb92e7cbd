"""Several satellites of one hub, as programs that hear the same words, each in its own way."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.house import Program, Seen, background, program
from bench.spoken import Question, record
from bench.way import Way
from satellite.engines.files import speech_end_s
from wire.pcm import FULL_SCALE, SPEECH

NOISE_RMS = 30.0  # of 16 bit: -61 dBFS, a room with a fan
ROUND_S = 40.0  # for a question and its whole reply
SETTLE_S = 3.0  # between rounds: a wake word is not heard again for 2 s
CLEARLY_DB = 3.0  # as the hub's arbitration.louder_db

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Heard:
    """How a satellite hears the words: so late, so loud, and so far from the hub (each way)."""

    delay_s: float
    gain_db: float
    way_s: float = 0.0


@dataclass(slots=True)
class Round:
    """What became of one question; a claim is what the hub shows of it. Times in ms."""

    heard: dict[str, Heard]
    claims: dict[str, dict[str, object]] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    sounded: list[str] = field(default_factory=list)
    """Whose speaker was opened."""
    wake_to_awake: float | None = None
    first_sound: float | None = None
    understood: bool = False

    @property
    def loudest(self) -> str:
        """As drawn."""
        return max(self.heard, key=lambda name: self.heard[name].gain_db)

    @property
    def loud(self) -> list[str]:
        """All that are not clearly softer."""
        most = self.heard[self.loudest].gain_db
        return [name for name, heard in self.heard.items() if heard.gain_db > most - CLEARLY_DB]

    @property
    def spread_ms(self) -> float:
        """Between the first and the last that heard the wake word."""
        times = [claim["heard_s"] for claim in self.claims.values()]
        heard = [time for time in times if isinstance(time, float)]
        return (max(heard) - min(heard)) * 1000 if heard else 0.0


class Rooms:
    """A running hub and its satellites, by name."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.microphones = {name: folder / name / "microphone" for name in names}
        self.speakers = {name: folder / name / "speaker" for name in names}
        self.ways: dict[str, Way] = {}
        self._events: asyncio.Queue[Mapping[str, object]] = asyncio.Queue()
        self._asked = 0
        for path in [*self.microphones.values(), *self.speakers.values()]:
            path.mkdir(parents=True)

    async def ask(self, question: Question, heard: dict[str, Heard], chance: np.random.Generator) -> Round:
        """Speaks a question to all, and waits until the reply was played."""
        self._asked += 1
        made = Round(heard)
        for name, how in heard.items():
            self.ways[name].delay_s = how.way_s
            _place(question, how, self.microphones[name] / f"{self._asked:04}.wav", chance)
        try:
            async with asyncio.timeout(ROUND_S):
                while made.first_sound is None or len(made.claims) < len(heard):
                    _note(await self._events.get(), made)
        except TimeoutError:
            pass  # what is missing shows in the report
        await asyncio.sleep(SETTLE_S)
        while not self._events.empty():
            _note(self._events.get_nowait(), made)
        for name, speaker in self.speakers.items():
            sounds = list(speaker.iterdir())
            made.sounded += [name] if sounds else []
            for sound in sounds:
                sound.unlink()
        return made

    async def follow(self, hub: Program) -> None:
        """Reads the hub's watch, to its end."""
        assert hub.process.stdout is not None
        async for line in hub.process.stdout:
            self._events.put_nowait(json.loads(line))


def _note(seen: Seen, made: Round) -> None:
    name = str(seen["satellite"])
    match seen["event"]:
        case "awake" | "elsewhere":
            made.claims[name] = {key: seen[key] for key in ("score", "level", "heard_s")}
            made.answered += [name] if seen["event"] == "awake" else []
        case "action":
            made.understood = True
        case "question":
            made.understood = made.understood or bool(seen["text"])
        case "times":
            marks, stages = seen["marks_ms"], seen["stages_ms"]
            assert isinstance(marks, dict)
            assert isinstance(stages, dict)
            if "awake" in marks:
                made.wake_to_awake = round(marks["awake"] - marks["wake"], 1)
            made.first_sound = stages.get("whole")


def _place(question: Question, how: Heard, path: Path, chance: np.random.Generator) -> None:
    """Writes what a satellite hears to its microphone's folder; appears there whole."""
    clean = path.with_suffix(".clean")
    record(question, clean)
    with wave.open(str(clean), "rb") as file:
        sound: Samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
    end = speech_end_s(clean)
    assert end is not None
    late = np.concatenate([np.zeros(round(how.delay_s * SPEECH.rate), np.float32), sound * 10 ** (how.gain_db / 20)])
    late += chance.normal(0, NOISE_RMS, len(late)).astype(np.float32)
    path.with_suffix(".txt").write_text(f"0.0\t{end + how.delay_s:.6f}\tspeech\n")
    half = path.with_suffix(".half")
    with wave.open(str(half), "wb") as file:
        file.setparams((SPEECH.channels, SPEECH.width, SPEECH.rate, 0, "NONE", ""))
        file.writeframes(np.clip(late, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes())
    half.rename(path)
    clean.unlink()


@asynccontextmanager
async def rooms(folder: Path, names: Sequence[str]) -> AsyncIterator[Rooms]:
    """Starts a hub and these satellites; all end with the context."""
    made = Rooms(folder, names)
    own = ("--set", "timeline.file=", "--set", "serve.port=0", "--set", "timers.file=", "--watch", "json")
    async with AsyncExitStack() as stack:
        dialled: list[str] = []
        for name in names:
            files = ("--mic", f"wav:{made.microphones[name]}", "--speaker", f"wav:{made.speakers[name]}")
            alone = ("--port", "0", "--set", "state.file=", "--set", "control.socket=")
            satellite = await stack.enter_async_context(program("satellite", "--name", name, *alone, *files))
            port = (await satellite.says(r"listens on .* port (\d+)"))[1]
            way = made.ways[name] = await stack.enter_async_context(Way(int(port)).open())
            dialled += ["--satellite", f"127.0.0.1:{way.port}"]
        hub = await stack.enter_async_context(program("hub", *own, *dialled))
        await stack.enter_async_context(background(made.follow(hub)))
        for name in names:
            await hub.says(f"leading {name}")
        await asyncio.sleep(SETTLE_S)  # the clocks are compared
        yield made
