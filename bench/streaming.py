"""How soon words are there while someone speaks, over an engine that takes D seconds a pass, in audio time.

    python -m bench.streaming [--turns N] [--json FILE]

Random turns through the hub's own stage (hub/stt/hearing.py): words of random length and pace, some pauses, an engine
that knows them and takes its time. For each D: how often the final transcript was later than
max(end of speech + p + r + D, endpoint) + 20 ms, where p is until the raw pause is noticed and r what was left of a
pass that ran then; and how many of the words that ended at least 1.5 s + D before the end of speech were committed by
then. No clock is involved, so the figures are the same on every machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.hub import EndpointSettings
from hub.stt.activity import Activity
from hub.stt.ending.endpoint import Endpoint
from hub.stt.hearing import Hypothesis, hear
from hub.stt.recognizer import Word
from hub.stt.rolling.rolling import RollingRecognizer
from hub.stt.rolling.transcriber import Ask, Transcription
from hub.timeline import Timeline
from tests.fakes import always_the_end
from tests.scripted_transcriber import ScriptedTranscriber, numbered, place
from tests.virtual_time import run
from wire.pcm import SPEECH

TAKES_S = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
PIECE_S = 0.02
FRAME_S = 0.032  # of the detector
LATE_S = 0.02  # allowed beyond the bound
OLD_S = 1.5  # before the end of speech, and D: what ended by then should be committed


@dataclass
class KnowingVad:
    """A hub.stt.activity.VoiceActivity that hears voice where there is a word."""

    words: Sequence[Word]
    frame_bytes: int = SPEECH.bytes(FRAME_S)
    threshold: float = 0.5

    def probability(self, frame: bytes) -> float:
        """See hub.stt.activity.VoiceActivity."""
        start_s, end_s = place(frame)
        return float(any(word.start_s < end_s and start_s < word.end_s for word in self.words))


@dataclass
class TimedTranscriber(ScriptedTranscriber):
    """Notes when its passes ran, and for what."""

    passes: list[tuple[float, float, Ask]] = field(default_factory=list)

    async def transcribe(self, pcm: bytes, ask: Ask) -> Transcription:
        """See hub.stt.rolling.transcriber.Transcriber."""
        started = asyncio.get_running_loop().time()
        heard = await super().transcribe(pcm, ask)
        self.passes.append((started, asyncio.get_running_loop().time(), ask))
        return heard


class RandomTurn:
    """One turn, heard to its end; the seed decides all but what a pass takes."""

    def __init__(self, seed: int, takes_s: float) -> None:
        chance = random.Random(seed)
        self.seed = seed
        self.takes_s = takes_s
        self.wait_s = chance.uniform(0.25, 0.9)
        self.words = said(chance)
        self.transcriber = TimedTranscriber(self.words, takes_s)
        self.hypotheses: list[tuple[float, Hypothesis]] = []
        self.paused_s = 0.0
        """When the latest raw pause was noticed."""
        run(self._hear())

    async def _hear(self) -> None:
        clock = asyncio.get_running_loop().time
        self.timeline = Timeline("boot:1", "kitchen", {}, clock)
        wait_ms = round(self.wait_s * 1000)
        times = EndpointSettings(mode="fixed", wait_ms=wait_ms, patience=1.0, no_speech_s=5.0, longest_s=30.0)
        activity = Activity(KnowingVad(self.words), tells=False)
        recognizer = RollingRecognizer(self.transcriber)
        stage = hear(self._sound(activity), recognizer, activity, Endpoint(times), always_the_end, self.timeline)
        async with aclosing(stage) as hypotheses:
            async for hypothesis in hypotheses:
                self.hypotheses.append((clock(), hypothesis))
                if hypothesis.end:
                    return

    async def _sound(self, activity: Activity) -> AsyncGenerator[bytes, None]:
        at, size = 0, round(PIECE_S * SPEECH.rate)
        speaking = False
        while True:
            await asyncio.sleep(PIECE_S)
            yield numbered(at, at + size)
            at += size
            if speaking and not activity.speaking:
                self.paused_s = asyncio.get_running_loop().time()
            speaking = activity.speaking

    @property
    def ended_s(self) -> float:
        """The end of speech, or of what was taken for it: a pause that was longer than the wait."""
        return max(word.end_s for word in self.words if word.start_s < self.hypotheses[-1][0] - self.wait_s)

    @property
    def late(self) -> bool:
        """Whether the final transcript came later than it may."""
        running = [ended for started, ended, _ in self.transcriber.passes if started < self.paused_s]
        free_s = max([self.paused_s, *running])
        bound = max(free_s + self.takes_s, self.timeline.marks["endpoint"])
        return self.hypotheses[-1][0] > bound + LATE_S

    def old(self) -> list[tuple[Word, bool]]:
        """The words that ended long enough before the end of speech, and whether they were committed by then."""
        by_then = [said for at, said in self.hypotheses if at <= self.ended_s]
        known = {word.text for word in by_then[-1].words.committed} if by_then else set()
        due = [word for word in self.words if word.end_s <= self.ended_s - OLD_S - self.takes_s]
        return [(word, word.text in known) for word in due]


def said(chance: random.Random) -> list[Word]:
    """Two to 24 words; after every tenth a pause of up to 0.8 s."""
    words, at = [], chance.uniform(0.2, 0.6)
    for number in range(chance.randint(2, 24)):
        length = chance.uniform(0.12, 0.6)
        words.append(Word(f"word{number}", at, at + length))
        at += length + (chance.uniform(0.1, 0.8) if chance.random() < 0.1 else chance.uniform(0.0, 0.06))
    return words


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all turns over one engine."""

    takes_s: float
    turns: int
    late: int
    old_words: int
    committed: int


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser("bench/streaming.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=100, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    options = parser.parse_args(argv)
    found = []
    print(f"{'D':>5} {'turns':>6} {'late':>5} {'old words':>10} {'committed':>10}")
    for takes_s in TAKES_S:
        found.append(figures(takes_s, [RandomTurn(seed, takes_s) for seed in range(options.turns)]))
        one = found[-1]
        share = one.committed / max(one.old_words, 1)
        print(f"{takes_s:5.1f} {one.turns:6} {one.late:5} {one.old_words:10} {share:10.1%}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    return 0


def figures(takes_s: float, turns: Sequence[RandomTurn]) -> Figures:
    """What is measured of turns over one engine."""
    old = [committed for turn in turns for _, committed in turn.old()]
    return Figures(takes_s, len(turns), sum(turn.late for turn in turns), len(old), sum(old))


if __name__ == "__main__":
    sys.exit(main())
