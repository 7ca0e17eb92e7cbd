"""How soon a model's reply is there when it is begun before the turn is known to be over, and what that costs.

    python -m bench.thinking [--questions 12] [--engine openai|groq] [--json FILE] [--output bench/output/thinking]
        [--set endpoint.mode=fixed --set endpoint.wait_ms=400]

Two houses, each a real hub and a real satellite, are asked the same questions by turns: one hub speculates, the other
does not. The questions are none of the home's, so that a model answers: a server on loopback that takes 200 ms to the
first token and gives 120 tokens/s. In some the person pauses and goes on. All times are in ms from the end of speech.

- clause: the first clause of the reply reaches speech. Begun early, at the pause, it may come before the endpoint: what
  is made then waits until the words are certain. The marks are those of the reply that was kept.
- bound: max(endpoint, raw pause + speech-to-text + 200 + c), c being the time that the server takes from the first
  token to the end of the first clause. A reply that is begun at the endpoint cannot keep it where the endpoint is later
  than the words: 200 + c come on top.
- added: what is left of the clause when 200, c and the moment at which this reply could begin are taken away: the
  hub's own time. Unlike the bound, no long endpoint hides it; a short one (--set) makes the model the longer one.
- heard: the first sound of the reply. sooner: by how much, with speculation.

Whatever the recogniser makes of a question, the model answers; but fewer than two words are not speculated on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import psutil

from bench import figures, spoken
from bench.house import Answer, House, HouseError, house
from bench.spoken import Question, SpokenError
from hub.tts.chunker import Chunker
from tests import provider

OUTPUT = Path("bench/output/thinking")
MODEL = provider.Answer("I am only a small fake model, so I cannot tell you that.", ttft_s=0.2, tokens_per_s=120.0)
QUESTIONS = (
    ("who won the football match",),
    ("why is the front door locked at night",),
    ("is the kitchen light better than the bedroom light",),
    ("why is the front door locked at night", "and who turned on the bedroom light"),
    ("what is the living room temperature good for",),
    ("why is the sky blue",),
)
"""In parts between which the person pauses: the two silences of flite's recordings together, some 0.45 s."""
ALLOWED_MS = 15.0  # beyond the bound


@dataclass(frozen=True, slots=True)
class Thought:
    """One turn that the model answered, in ms from the end of speech; `early`: the reply was begun before the end."""

    question: str
    transcript: str
    early: bool
    final_ms: float
    endpoint_ms: float
    clause_ms: float
    heard_ms: float

    @property
    def bound_ms(self) -> float:
        """By when the clause may reach speech."""
        return max(self.endpoint_ms, self.final_ms + model_ms())

    @property
    def over_ms(self) -> float:
        """By how much it was later; below 0, earlier."""
        return round(self.clause_ms - self.bound_ms, 1)

    @property
    def added_ms(self) -> float:
        """What the hub took itself, from the moment at which this reply could begin."""
        begins = self.final_ms if self.early else max(self.final_ms, self.endpoint_ms)
        return round(self.clause_ms - begins - model_ms(), 1)


Counts = Mapping[str, float]
"""What came of speculation so far; see hub.llm.speculation.Speculation.report."""


def model_ms() -> float:
    """From the request until the server has sent the first clause."""
    chunker = Chunker()
    words = MODEL.text.split(" ")
    tokens = [words[0], *(f" {word}" for word in words[1:])]
    last = next(number for number, token in enumerate(tokens) if chunker.push(token))
    return (MODEL.ttft_s + last / MODEL.tokens_per_s) * 1000


def counts(answer: Answer) -> Counts:
    """The hub's, at the end of this turn."""
    found = answer.times.get("speculation", {})
    return dict(found) if isinstance(found, dict) else {}


def thought(answer: Answer, before: Counts) -> Thought | None:
    """The turn in figures, `before` being the counts until then; None where the home answered, or a time is missing."""
    marks = answer.marks_ms()
    if answer.reply != MODEL.text or not {"final", "endpoint", "first_clause", "first_audio_played"} <= marks.keys():
        return None
    early = counts(answer).get("hits", 0) > before.get("hits", 0)
    times = (marks[name] for name in ("final", "endpoint", "first_clause", "first_audio_played"))
    return Thought(answer.question, answer.transcript, early, *times)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question to both hubs."""

    on: Thought
    off: Thought

    @property
    def sooner_ms(self) -> float:
        """By how much the reply was heard sooner with speculation."""
        return round(self.off.heard_ms - self.on.heard_ms, 1)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where the model was asked."""
    parser = argparse.ArgumentParser(
        "bench/thinking.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=12, metavar="N", help="how many to ask each hub (12)")
    parser.add_argument("--engine", choices=("openai", "groq"), default="openai", help="whose client asks the server")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PART.KEY=VALUE", help="a setting of both hubs; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FOLDER", help="where replies and times go")
    options = parser.parse_args(argv)
    try:
        answers = asyncio.run(_measure(options))
    except (HouseError, SpokenError) as error:
        print(f"bench/thinking.py: {error}", file=sys.stderr)
        return 1
    pairs = paired(answers["on"], answers["off"])
    report = {
        "conditions": _conditions(answers["on"], options.engine),
        "asked": options.questions,
        "summary": summary(pairs),
        "speculation": {kind: counts(given[-1]) for kind, given in answers.items() if given},
        "turns": [described(pair) for pair in pairs],
        "not_compared": apart(answers["on"], answers["off"]),
    }
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    _print(pairs, report)
    return 0 if pairs else 1


async def _measure(options: argparse.Namespace) -> dict[str, list[Answer]]:
    """All answers of the hub that speculates ("on") and of the one that does not ("off")."""
    questions = [_question(parts, options.output) for parts in islice(cycle(QUESTIONS), options.questions)]
    answers: dict[str, list[Answer]] = {"on": [], "off": []}
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(provider.Provider(MODEL))
        houses = {kind: await stack.enter_async_context(_house(kind, server, options)) for kind in answers}
        for number, question in enumerate(questions, 1):
            for kind in sorted(houses, reverse=number % 2 == 0):  # neither is always the first
                answers[kind].append(await houses[kind].ask(question))
            print(f"\r{number} of {len(questions)} questions asked", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return answers


def _house(kind: str, server: provider.Provider, options: argparse.Namespace) -> AbstractAsyncContextManager[House]:
    engine = options.engine
    folder = options.output / kind
    folder.mkdir(parents=True, exist_ok=True)
    hub = [
        "--profile=embedded",
        f'--set=llm.engines=["intents", "{engine}"]',
        f"--set=llm.{engine}.base_url={server.groq_url if engine == 'groq' else server.openai_url}",
        f"--set=llm.{engine}.key.env=",  # whatever key there is, the server wants none
        f"--set=llm.speculate={'pause' if kind == 'on' else 'never'}",
        *(f"--set={setting}" for setting in options.set),
    ]
    return house(folder, lambda seen: None, hub=hub)


def _question(parts: Sequence[str], folder: Path) -> Question:
    folder.mkdir(parents=True, exist_ok=True)
    return Question(" … ".join(parts), np.concatenate([spoken.said(part, folder).sound for part in parts]))


def paired(on: Sequence[Answer], off: Sequence[Answer]) -> list[Pair]:
    """The questions that both heard alike and a model answered, in the order in which they were asked."""
    pairs = []
    for left, right in zip(thoughts(on), thoughts(off), strict=True):
        if left is not None and right is not None and left.transcript == right.transcript:
            pairs.append(Pair(left, right))
    return pairs


def apart(on: Sequence[Answer], off: Sequence[Answer]) -> list[dict[str, object]]:
    """The other questions: what each hub heard, and what it said."""
    return [
        {"question": left.question, "on": [left.transcript, left.reply], "off": [right.transcript, right.reply]}
        for left, right in zip(on, off, strict=True)
        if not paired([left], [right])
    ]


def thoughts(answers: Sequence[Answer]) -> list[Thought | None]:
    """One hub's turns, in the order in which they were asked."""
    before: list[Counts] = [{}, *(counts(answer) for answer in answers)]
    return [thought(answer, known) for answer, known in zip(answers, before, strict=False)]


def summary(pairs: Sequence[Pair]) -> dict[str, dict[str, object]]:
    """Both hubs' figures side by side, and what was gained: of all turns, and of those that were begun early."""
    early = [pair for pair in pairs if pair.on.early]
    return {"all turns": _compared(pairs), "begun early": _compared(early)}


def _compared(pairs: Sequence[Pair]) -> dict[str, object]:
    return {
        "turns": len(pairs),
        "on": _side([pair.on for pair in pairs]),
        "off": _side([pair.off for pair in pairs]),
        "sooner_ms": figures.spread([pair.sooner_ms for pair in pairs]),
    }


def _side(turns: Sequence[Thought]) -> dict[str, object]:
    return {
        "within_bound": sum(turn.over_ms <= ALLOWED_MS for turn in turns),
        "over_ms": figures.spread([turn.over_ms for turn in turns]),
        "clause_ms": figures.spread([turn.clause_ms for turn in turns]),
        "added_ms": figures.spread([turn.added_ms for turn in turns]),
        "heard_ms": figures.spread([turn.heard_ms for turn in turns]),
    }


def described(pair: Pair) -> dict[str, object]:
    """For JSON."""
    sides = {"on": pair.on, "off": pair.off}
    own = {kind: asdict(turn) | {"bound_ms": turn.bound_ms, "added_ms": turn.added_ms} for kind, turn in sides.items()}
    return {**own, "sooner_ms": pair.sooner_ms}


def _conditions(answers: Sequence[Answer], engine: str) -> dict[str, object]:
    return {
        **figures.conditions(answers),
        "client": f"{engine} {version(engine)}",
        "server": {"ttft_ms": MODEL.ttft_s * 1000, "tokens_per_s": MODEL.tokens_per_s, "first_clause_ms": model_ms()},
        "load_average_5_min": round(psutil.getloadavg()[1], 2),
    }


def _print(pairs: Sequence[Pair], report: Mapping[str, object]) -> None:
    print(f"{__doc__}\n{'':44}{'speculation on':^51} | {'off':^51} |")
    columns = "".join(f"{name:>9}" for name in ("endpoint", "bound", "clause", "added", "heard"))
    print(f"{'question':44}{columns} early | {columns} early | sooner")
    for pair in pairs:
        print(f"{pair.on.question[:43]:44}{_row(pair.on)} | {_row(pair.off)} | {pair.sooner_ms:6.0f}")
    print(f"compared: {len(pairs)} of {report['asked']}; the others were heard differently or answered by the home:")
    print(json.dumps(report["not_compared"], ensure_ascii=False), end="\n\n")
    for part in ("summary", "speculation", "conditions"):
        found = report[part]
        assert isinstance(found, dict)
        print(f"{part}:", *(f"  {name}: {json.dumps(value)}" for name, value in found.items()), sep="\n")


def _row(turn: Thought) -> str:
    times = (turn.endpoint_ms, turn.bound_ms, turn.clause_ms, turn.added_ms, turn.heard_ms)
    return f"{''.join(f'{time:9.0f}' for time in times)} {'yes' if turn.early else 'no':>5}"


if __name__ == "__main__":
    sys.exit(main())
