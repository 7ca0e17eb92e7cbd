"""Several satellites in earshot: a real hub and real satellites hear one wake word and a question, round by round.

    python -m bench.arbitration [--satellites 4] [--rounds 40] [--seed 0] [--json]

In each round every satellite gets the same spoken words with noise of its own, at a level and with a delay drawn for
it; each notices its recording by itself, which spreads them by up to 100 ms more. In turn with them a house of one
satellite and its own hub is asked the same at the level of the loudest: what arbitration costs is the difference.
A satellite that does not answer must not have opened its speaker at all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import wave
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import psutil

from bench.figures import spread
from bench.house import HouseError, Program, Seen, background, program
from bench.spoken import Question, record, shipped
from satellite.engines.files import speech_end_s
from wire.pcm import FULL_SCALE, SPEECH

LONGEST_DELAY_S = 0.08  # of a recording: 27 m of air, or a poor Wi-Fi
SOFTEST_DB = -18.0
NOISE_RMS = 30.0  # of 16 bit: -61 dBFS, a room with a fan
ROUND_S = 40.0  # for a question and its whole reply
SETTLE_S = 3.0  # between rounds: a wake word is not heard again for 2 s
CLEARLY_DB = 3.0  # as the hub's arbitration.louder_db
ASKED = ("turn on the kitchen light", "what is the temperature in the bedroom", "is the front door locked")

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Heard:
    """How a satellite hears the words: so late, so loud."""

    delay_s: float
    gain_db: float


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
        self.programs: list[Program] = []
        self._events: asyncio.Queue[Mapping[str, object]] = asyncio.Queue()
        self._asked = 0
        for path in [*self.microphones.values(), *self.speakers.values()]:
            path.mkdir(parents=True)

    async def ask(self, question: Question, heard: dict[str, Heard], chance: np.random.Generator) -> Round:
        """Speaks a question to all, and waits until the reply was played."""
        self._asked += 1
        made = Round(heard)
        for name, how in heard.items():
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
                made.wake_to_awake = marks["awake"] - marks["wake"]
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
            dialled += ["--satellite", f"127.0.0.1:{port}"]
            made.programs.append(satellite)
        hub = await stack.enter_async_context(program("hub", *own, *dialled))
        made.programs.append(hub)
        await stack.enter_async_context(background(made.follow(hub)))
        for name in names:
            await hub.says(f"leading {name}")
        await asyncio.sleep(SETTLE_S)  # the clocks are compared
        yield made


async def measure(count: int, rounds: int, seed: int, tell: Callable[[str], None]) -> dict[str, object]:
    """The report's figures."""
    chance = np.random.default_rng(seed)
    names = [f"room {number}" for number in range(1, count + 1)]
    questions = [question for question in shipped() if question.text in ASKED]
    several, single = list[Round](), list[Round]()
    with tempfile.TemporaryDirectory(prefix="hark-") as folder:
        async with rooms(Path(folder) / "several", names) as house, rooms(Path(folder) / "one", ["alone"]) as alone:
            for number in range(rounds):
                question = questions[number % len(questions)]
                drawn = {
                    name: Heard(chance.uniform(0, LONGEST_DELAY_S), chance.uniform(SOFTEST_DB, 0)) for name in names
                }
                several.append(await house.ask(question, drawn, chance))
                loudest = drawn[several[-1].loudest]
                single.append(await alone.ask(question, {"alone": loudest}, chance))
                tell(_line(number + 1, several[-1], single[-1]))
    return {
        "conditions": {"satellites": count, "rounds": rounds, "cores": psutil.cpu_count(), "load": psutil.getloadavg()},
        "several": figures(several),
        "one": figures(single),
        "rounds": [asdict(one) | {"loudest": one.loudest} for one in several],
    }


def figures(rounds: Sequence[Round]) -> dict[str, object]:
    """What a run says; times in ms."""
    return {
        "rounds": len(rounds),
        "exactly_one_answered": sum(len(one.answered) == 1 for one in rounds),
        "nobody_else_sounded": sum(one.sounded == one.answered for one in rounds),
        "heard_by": [len(one.claims) for one in rounds],
        "loudest_answered": sum(one.answered == [one.loudest] for one in rounds),
        "one_of_the_loud_answered": sum(len(one.answered) == 1 and one.answered[0] in one.loud for one in rounds),
        "understood": sum(one.understood for one in rounds),
        "spread_of_hearing": known([one.spread_ms for one in rounds]),
        "wake_to_awake": known([one.wake_to_awake for one in rounds]),
        "end_of_speech_to_first_sound": known([one.first_sound for one in rounds]),
    }


def known(values: Sequence[float | None]) -> dict[str, float]:
    """The spread of those that are there."""
    return {name: round(value, 1) for name, value in spread([one for one in values if one is not None]).items()}


def _line(number: int, several: Round, single: Round) -> str:
    answered = ", ".join(several.answered) or "nobody"
    times = f"awake {several.wake_to_awake} ms (alone {single.wake_to_awake})"
    first = f"first sound {several.first_sound} ms (alone {single.first_sound})"
    wanted = "" if several.answered == [several.loudest] else f", loudest {several.loudest}"
    heard = f"heard by {len(several.claims)} within {several.spread_ms:.0f} ms"
    return f"{number:3}  {answered} answered{wanted}; {heard}; sounded: {several.sounded}; {times}; {first}"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs it; 0 where in every round exactly one answered and nobody else made a sound."""
    parser = argparse.ArgumentParser("python -m bench.arbitration", description="Several satellites, one wake word.")
    parser.add_argument("--satellites", type=int, default=4, metavar="N", help="that hear it")
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="questions")
    parser.add_argument("--seed", type=int, default=0, help="of delays, levels and noise")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args(argv)
    tell: Callable[[str], None] = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    try:
        found = asyncio.run(measure(options.satellites, options.rounds, options.seed, tell))
    except HouseError as error:
        print(f"bench.arbitration: {error}", file=sys.stderr)
        return 2
    shown = found if options.json else {key: found[key] for key in ("conditions", "several", "one")}
    print(json.dumps(shown, indent=2))
    several = found["several"]
    assert isinstance(several, dict)
    return 0 if several["exactly_one_answered"] == several["nobody_else_sounded"] == options.rounds else 1


if __name__ == "__main__":
    sys.exit(main())
