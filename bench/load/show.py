"""What is heard of a long reply when the better voice becomes slow while it speaks: a real hub and a real satellite.

Strategy: Kokoro with small random weights speaks, and Piper with a stub voice is there. Once the reply has begun, other
processes take the processor, so that Kokoro's next clauses would come too late and Piper has to go on. Both voices hum
without a pause, so each silence inside the satellite's WAV is a gap. It holds where the reply went over to Piper and no
gap is longer than LONGEST_GAP_S.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.house import Answer, House, HouseError, Seen, house
from bench.load import report, show_picture
from bench.load.gaps import Sound, gaps_s, level_db
from bench.spoken import Question, SpokenError, said
from tests import provider, stub_piper

QUESTION = "is the kitchen light better than the bedroom light"  # heard well, and none of the home's: the model answers
TEXT = (
    "That was a long match in the rain. "
    "Nobody knows that better than the people who were there. "
    "The first half went to the team from the harbour, with two early goals. "
    "After the break the others came back, and the goalkeeper had a long afternoon. "
    "With ten minutes to go it was two all, and the whole town stood on the roofs. "
    "Then the youngest player on the field took the ball and ran past everybody. "
    "So the team from the harbour won by three goals to two."
)
MODEL = provider.Answer(TEXT, ttft_s=0.2, tokens_per_s=120.0)
KOKORO_LONGEST = 512  # phonemes in a call, as in the real one: a clause is one call
UNHINDERED = 2  # clauses, before there is load
BURNERS = 16  # for each core: a quiet machine makes this Kokoro five times as fast as it speaks
BURNS_S = 90  # at most, should this program be killed
BURN = f"import time\nend = time.monotonic() + {BURNS_S}\nwhile time.monotonic() < end: pass"
LONGEST_GAP_S = 0.1
TRIES = 3  # a busy machine mishears, and then it is not the model that answers
BUDGET_MS = 6000  # for the first clause, which is to be Kokoro's on any machine


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its voice; its sound begins `at_s` seconds into the reply."""

    tier: str
    at_s: float
    text: str


class Told:
    """What the hub told of the reply: its clauses, and whether the first few of them are there."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self.began = asyncio.Event()

    def see(self, seen: Seen) -> None:
        """One event."""
        if seen["event"] == "clause" and (text := str(seen["text"])) in TEXT:
            self.clauses.append(Clause(str(seen["tier"]), float(str(seen["at_s"])), text))
        if len(self.clauses) == UNHINDERED:
            self.began.set()


def main(output: Path) -> int:
    """Runs it; 0 where it holds."""
    try:
        figures = asyncio.run(_measure(output))
    except (HouseError, SpokenError) as error:
        print(f"bench/load: {error}", file=sys.stderr)
        return 1
    (output / "show.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(*lines(figures), sep="\n")
    return int(not figures["holds"])


async def _measure(output: Path) -> dict[str, Any]:
    conditions, told = report.conditions(burners=_burners()), Told()
    with tempfile.TemporaryDirectory(prefix="hark-voices-") as folder:
        async with (
            provider.Provider(MODEL) as server,
            house(output, told.see, _options(Path(folder), server)) as running,
        ):
            for _ in range(TRIES):
                answer = await _ask(running, told, said(QUESTION, output))
                if told.clauses:
                    return _figures(answer, told.clauses, output) | {"conditions": conditions}
    raise HouseError(f"the question was misheard {TRIES} times; the last was heard as {answer.transcript!r}")


async def _ask(running: House, told: Told, question: Question) -> Answer:
    """One question; once the model's reply has begun there is load."""
    asked = asyncio.create_task(running.ask(question))
    began = asyncio.create_task(told.began.wait())
    await asyncio.wait([asked, began], return_when=asyncio.FIRST_COMPLETED)
    async with _burning(_burners() if began.done() else 0):
        began.cancel()
        return await asked


def _options(folder: Path, server: provider.Provider) -> list[str]:
    """Of the hub."""
    try:
        from tests import tiny_kokoro
    except ImportError as error:
        raise HouseError(f"PyTorch is missing ({error}); run: pip install 'hark[kokoro,piper]'") from None
    shape = tiny_kokoro.SHAPE
    longer = {**shape["plbert"], "max_position_embeddings": KOKORO_LONGEST}
    kokoro = tiny_kokoro.make(folder / "kokoro", shape={**shape, "plbert": longer})
    settings = {
        "tts.engines": '["kokoro", "piper", "espeak"]',
        "tts.kokoro.model": kokoro,
        "tts.kokoro.device": "cpu",
        "tts.kokoro.threads": 1,
        "tts.piper.voice": stub_piper.make(folder / "piper"),
        "tts.cache.folder": "",
        "load.ladder": "false",  # or a busy machine has Piper speak from the start
        "budgets.whole_ms": BUDGET_MS,
        "llm.engines": '["intents", "openai"]',
        "llm.openai.base_url": server.openai_url,
        "llm.openai.key.env": "",
    }
    return ["--profile=embedded", *(f"--set={key}={value}" for key, value in settings.items())]


@asynccontextmanager
async def _burning(count: int) -> AsyncGenerator[None]:
    """So many processes take what they can get of the processor while the context lasts."""
    burners = [await asyncio.create_subprocess_exec(sys.executable, "-c", BURN) for _ in range(count)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            await burner.wait()


def _burners() -> int:
    return BURNERS * (os.cpu_count() or 1)


def _figures(answer: Answer, clauses: Sequence[Clause], output: Path) -> dict[str, Any]:
    if answer.reply_wav is None:
        raise HouseError(f"the reply to {answer.question!r} was not heard; see {output}")
    sound = Sound.read(answer.reply_wav)
    gaps = gaps_s(sound)
    longest = max((seconds for _, seconds in gaps), default=0.0)
    figures = {
        "transcript": answer.transcript,
        "wav": str(answer.reply_wav),
        "seconds": round(sound.seconds, 3),
        "first_sound_ms": answer.marks_ms().get("first_audio_played"),
        "clauses": [asdict(clause) for clause in clauses],
        "voices": answer.voices,
        "gaps": [{"at_s": round(at, 3), "ms": round(seconds * 1000)} for at, seconds in gaps],
        "longest_gap_ms": round(longest * 1000),
        "holds": [voice["tier"] for voice in answer.voices] == ["kokoro", "piper"] and longest <= LONGEST_GAP_S,
    }
    show_picture.draw(level_db(sound), clauses, gaps, output / "show.png")
    return figures


def lines(figures: Mapping[str, Any]) -> list[str]:
    """For people."""
    shown = [f"heard: {figures['transcript']}"]
    shown += [f"{clause['at_s']:7.2f} s  {clause['tier']:7} {clause['text']}" for clause in figures["clauses"]]
    shown += [f"{voice['tier']}: {voice['why']}" for voice in figures["voices"]]
    shown += [f"silent at {gap['at_s']:.2f} s for {gap['ms']} ms" for gap in figures["gaps"]]
    held = "holds" if figures["holds"] else "does not hold"
    shown.append(f"longest silence {figures['longest_gap_ms']} ms in {figures['seconds']:.1f} s: {held}")
    return [*shown, f"The satellite's WAV: {figures['wav']}"]
