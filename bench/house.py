"""A house to measure: a real hub and a real satellite as two processes over TCP, spoken to through WAV files."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.spoken import Question, record

READY_S = 120.0  # for engines to load on a slow machine: PyTorch alone takes half a minute there
ANSWER_S = 60.0  # for a question and its whole reply
STOP_S = 30.0  # only a program that hangs is killed: a hub finishes a reply first, and this machine may be busy
LINE_BYTES = 1 << 20  # longest line of the hub's watch

Seen = Mapping[str, object]
Through = Callable[[int], AbstractAsyncContextManager[int]]
"""From a satellite's port to one that leads there."""


class HouseError(Exception):
    """A program of the house did not start or did not answer; holds the end of its log."""


@dataclass(slots=True)
class Answer:
    """One question and what became of it; `times` is the hub's record, `asks` whether the reply asks back."""

    question: str
    turn: str = ""
    transcript: str = ""
    reply: str = ""
    reply_wav: Path | None = None
    actions: list[dict[str, object]] = field(default_factory=list)
    voices: list[dict[str, object]] = field(default_factory=list)
    """Who spoke, in order: tier, name, why."""
    times: dict[str, object] = field(default_factory=dict)
    asks: bool = False

    def marks_ms(self) -> dict[str, float]:
        """Milliseconds of each mark from the end of speech."""
        marks = self.times.get("marks_ms", {})
        return dict(marks) if isinstance(marks, dict) else {}

    def stages_ms(self) -> dict[str, float]:
        """Milliseconds of each stage."""
        stages = self.times.get("stages_ms", {})
        return dict(stages) if isinstance(stages, dict) else {}


class Program:
    """One of the two processes and the last lines of its log."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.process = process
        self.log: list[str] = []
        self._line = asyncio.Event()

    async def read_log(self) -> None:
        """Keeps the log, to its end."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode(errors="replace").rstrip())
            self._line.set()
        self.log.append(f"({self.name} has ended)")
        self._line.set()

    async def says(self, pattern: str) -> re.Match[str]:
        """Waits for a line of the log; raises HouseError with the log where the program ends or takes too long."""
        try:
            async with asyncio.timeout(READY_S):
                while True:
                    for line in self.log:
                        if found := re.search(pattern, line):
                            return found
                    if self.log and self.log[-1] == f"({self.name} has ended)":
                        raise HouseError("\n".join([f"{self.name} did not start:", *self.log[-10:]]))
                    self._line.clear()
                    await self._line.wait()
        except TimeoutError:
            raise HouseError(
                "\n".join([f"{self.name} was not ready after {READY_S:.0f} s:", *self.log[-10:]])
            ) from None

    async def stop(self) -> None:
        """Ends it as a service manager would."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


class House:
    """A running house; `see` gets each event of the hub's watch as it happens."""

    def __init__(self, folder: Path, output: Path, see: Callable[[Seen], None]) -> None:
        self.microphone = folder / "microphone"
        self.output = output
        self.satellite: Program
        self.hub: Program
        self._see = see
        self._asked = 0
        self._events: asyncio.Queue[dict[str, object]] = asyncio.Queue()

    async def ask(self, question: Question, wake: bool = True) -> Answer:
        """Speaks one question into the microphone and waits until the reply has been played.

        Without `wake` it is the answer to what the satellite has just asked.
        """
        self._asked += 1
        record(question, self.microphone / f"{self._asked:04}.wav", wake)
        answer = Answer(question.text)
        try:
            async with asyncio.timeout(ANSWER_S):
                while not answer.times:
                    _note(await self._events.get(), answer)
        except TimeoutError:
            tail = "\n".join([*self.hub.log[-5:], *self.satellite.log[-5:]])
            raise HouseError(f"no answer to {question.text!r} within {ANSWER_S:.0f} s:\n{tail}") from None
        wav = self.output / f"{answer.turn.replace(':', '-')}.wav"
        answer.reply_wav = wav if wav.exists() else None
        return answer

    async def follow(self) -> None:
        """Reads the hub's watch, to its end."""
        assert self.hub.process.stdout is not None
        async for line in self.hub.process.stdout:
            seen = json.loads(line)
            self._see(seen)
            self._events.put_nowait(seen)


def _note(seen: dict[str, object], answer: Answer) -> None:
    match seen["event"]:
        case "awake":
            answer.turn = str(seen["turn"])
        case "question":
            answer.transcript = str(seen["text"])
        case "reply":
            answer.reply = f"{answer.reply} {seen['text']}".strip()
        case "action":
            answer.actions.append({key: seen[key] for key in ("service", "entity_id", "data")})
        case "asks":
            answer.asks = True
        case "voice":
            answer.voices.append({key: seen[key] for key in ("tier", "name", "why")})
        case "times" if seen["turn"] == answer.turn:
            answer.times = seen


@asynccontextmanager
async def house(
    output: Path,
    see: Callable[[Seen], None],
    hub: Sequence[str] = (),
    satellite: Sequence[str] = (),
    module: str = "hub",
    through: Through = nullcontext,
) -> AsyncIterator[House]:
    """Starts both programs, with further options for each; replies go to `output`. Both end with the context.

    `module` is the hub's, or one that runs a hub; it dials where `through` leads to the satellite's port.
    """
    with tempfile.TemporaryDirectory(prefix="hark-") as name:
        made = House(Path(name), output, see)
        made.microphone.mkdir()
        sound = ("--mic", f"wav:{made.microphone}", "--speaker", f"wav:{output}")
        alone = ("--port", "0", "--set", "state.file=", "--set", "control.socket=")  # disturbs no other satellite here
        async with program("satellite", *alone, *sound, *satellite) as made.satellite:
            port = (await made.satellite.says(r"listens on .* port (\d+)"))[1]
            times = f"timeline.file={output / 'timeline.sqlite'}"
            own = ("--set", times, "--set", "serve.port=0", "--set", "timers.file=")
            async with through(int(port)) as dialled:
                leads = ("--satellite", f"127.0.0.1:{dialled}", "--watch", "json", *own)
                async with program(module, *leads, *hub) as made.hub, background(made.follow()):
                    await made.hub.says("leading ")
                    yield made


@asynccontextmanager
async def program(name: str, *options: str) -> AsyncIterator[Program]:
    """Runs one of the two programs while the context lasts."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", name, *options)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, limit=LINE_BYTES
    )
    made = Program(name, process)
    async with background(made.read_log()):
        try:
            yield made
        finally:
            await made.stop()


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Does this while the context lasts; raises what went wrong in it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()  # raises what went wrong in it
