"""A house in virtual time: satellites that ask at random, and a hub with scripted engines on one GPU and two CPU slots.

The devices, their order and the ladder are those of the hub; only the engines' work is a wait. Nothing here is measured
time, so the same seed gives the same figures everywhere.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from hub.load.admission import Admission
from hub.load.ladder import Ladder, Rung
from hub.load.load import Load
from hub.load.need import Kind, Need, Stage, Tier
from hub.load.scheduler import Superseded
from tests import virtual_time

SLOTS = {"gpu": 1, "cpu": 2, "llm": 16}
SATELLITES = 64
STT_S = {Tier.FULL: 0.15, Tier.SMALL: 0.06}
PARTIAL_S, PARTIAL_EACH_S = 0.1, 0.5
LLM_S = 0.3  # to the first clause
VOICE_S = {Tier.FULL: 0.12, Tier.SMALL: 0.08}  # to the first sound of a clause
VOICE_RTF = {Tier.FULL: 0.1, Tier.SMALL: 0.06}
ANSWER_S = 2.0  # from the end of speech, by which a person should hear something
BUDGET_S = 1.2
CHARACTERS = 15.0  # in a second of speech
POLL_S = 1.0


WHERE = {
    (Stage.STT, Tier.FULL): "gpu",
    (Stage.STT, Tier.SMALL): "gpu",
    (Stage.LLM, Tier.FULL): "llm",
    (Stage.FIRST_CLAUSE, Tier.FULL): "gpu",
    (Stage.FIRST_CLAUSE, Tier.SMALL): "cpu",
    (Stage.CLAUSE, Tier.FULL): "gpu",
    (Stage.CLAUSE, Tier.SMALL): "cpu",
}


@dataclass(slots=True)
class Figures:
    """What the satellites saw."""

    asked: int = 0
    first_s: list[tuple[float, float]] = field(default_factory=list)
    """For each reply: when its speech ended, and seconds until its first sound."""
    replied: int = 0
    """To the last word."""
    nobody: int = 0
    """Questions that nobody was there to ask, since every satellite was in a turn."""
    underruns: int = 0
    rungs: list[tuple[float, Rung]] = field(default_factory=list)
    back_s: float | None = None
    """From the last question until the ladder was back at FULL."""

    def p95(self, since: float = 0.0) -> float:
        """Of the first sounds, of speech that ended since then."""
        times = sorted(first for at, first in self.first_s if at >= since)
        return times[int(0.95 * len(times))]

    def voice_changes(self) -> list[float]:
        """When the voice changed."""
        changes, voice = [], 0
        for at, rung in self.rungs:
            if rung.voice != voice:
                changes.append(at)
                voice = rung.voice
        return changes


class Crowd:
    """One run."""

    def __init__(self, load: Load, seed: int) -> None:
        self.load = load
        self.figures = Figures()
        self._random = random.Random(seed)
        self._idle = list(range(SATELLITES))
        self._loop = asyncio.get_running_loop()

    async def ask(self, turns_per_s: float, seconds: float) -> None:
        """Questions for so long, all answered to their end."""
        until = self._loop.time() + seconds
        async with asyncio.TaskGroup() as turns:
            while True:
                await asyncio.sleep(self._random.expovariate(turns_per_s))
                if self._loop.time() > until:
                    break
                if not self._idle:
                    self.figures.nobody += 1
                    continue
                self.figures.asked += 1
                turns.create_task(self._turn(self._idle.pop(self._random.randrange(len(self._idle)))))

    async def restored(self, since: float) -> None:
        """Until the ladder is back at FULL, as who watches sees it."""
        while self.load.observe() is not Rung.FULL:  # noqa: ASYNC110  (somebody who looks each second)
            await asyncio.sleep(POLL_S)
        self.figures.back_s = self._loop.time() - since

    async def _turn(self, satellite: int) -> None:
        place = self.load.admission.admit()
        assert place is not None
        with place:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._partials(str(satellite), self._random.uniform(1.0, 3.0)))
            await self._reply(str(satellite))
        self.figures.replied += 1
        self._idle.append(satellite)

    async def _partials(self, satellite: str, speech_s: float) -> None:
        end = self._loop.time() + speech_s
        while (left := end - self._loop.time()) > 0:
            rung = self.load.rung
            await asyncio.sleep(min(left, PARTIAL_EACH_S * (2 if rung is Rung.SLOW_PARTIALS else 1)))
            if rung < Rung.NO_PARTIALS and end > self._loop.time():
                with suppress(Superseded, TimeoutError):
                    async with asyncio.timeout_at(end):  # the person pauses: the final is due
                        async with self.load.devices["gpu"].slot(Need(Kind.PARTIAL, satellite)):
                            await asyncio.sleep(PARTIAL_S)

    async def _reply(self, satellite: str) -> None:
        asked = self._loop.time()
        rung = self.load.begin()
        self.figures.rungs.append((asked, rung))
        stt, first, later = (Tier.SMALL if rung >= smaller else Tier.FULL for smaller in SMALLER)
        rest_s = LLM_S + VOICE_S[first]
        need = Need(Kind.ANSWER, satellite, asked + ANSWER_S - rest_s, rest_s, STT_S[stt])
        async with self._on(Stage.STT, stt, need):
            await asyncio.sleep(STT_S[stt])
        self.load.took(Stage.STT, stt, STT_S[stt], STT_S[stt])
        if rung is Rung.SHORT_REPLY:
            clauses = [1.0]
        else:
            async with self._on(Stage.LLM, Tier.FULL, Need(Kind.ANSWER, satellite, asked + ANSWER_S)):
                await asyncio.sleep(LLM_S)
            self.load.took(Stage.LLM, Tier.FULL, LLM_S, LLM_S)
            clauses = [self._random.uniform(1.0, 2.0), *(self._random.uniform(2.0, 4.0) for _ in range(2))]
            self.load.clauses.add(len(clauses))
        need = Need(Kind.ANSWER, satellite, asked + ANSWER_S, work_s=VOICE_S[first])
        dry = sounds = await self._speak(Stage.FIRST_CLAUSE, first, clauses[0], need)
        self.figures.first_s.append((asked, sounds - asked))
        dry += clauses[0]
        for clause in clauses[1:]:
            sounds = await self._speak(
                Stage.CLAUSE, later, clause, Need(Kind.SPEECH, satellite, dry, work_s=VOICE_S[later])
            )
            self.figures.underruns += sounds > dry
            dry = max(dry, sounds) + clause
        await asyncio.sleep(max(0.0, dry - self._loop.time()))

    async def _speak(self, stage: Stage, tier: Tier, sound_s: float, need: Need) -> float:
        """Returns when its first sound is there."""
        more_s = VOICE_RTF[tier] * sound_s
        async with self._on(stage, tier, need):
            await asyncio.sleep(VOICE_S[tier])
            sounds = self._loop.time()
            await asyncio.sleep(more_s)
        self.load.took(stage, tier, VOICE_S[tier], VOICE_S[tier] + more_s, sound_s * CHARACTERS)
        return sounds

    @asynccontextmanager
    async def _on(self, stage: Stage, tier: Tier, need: Need) -> AsyncGenerator[None]:
        async with self.load.devices[WHERE[stage, tier]].slot(need):
            yield


SMALLER = (Rung.SMALL_STT, Rung.SMALL_VOICE, Rung.SMALL_VOICE)


def crowd(turns_per_s: float, seconds: float, *, frozen: bool = False, seed: int = 1, before: float = 0.0) -> Figures:
    """What so many questions a second for so long come to, after a minute of `before` ones where any."""

    async def run() -> Figures:
        clock = asyncio.get_running_loop().time
        load = Load(SLOTS, WHERE, Ladder(BUDGET_S, frozen), Admission(SATELLITES, 2**30), clock)
        async with load:
            people = Crowd(load, seed)
            if before:
                await people.ask(before, 60.0)
            begun = clock()
            await people.ask(turns_per_s, seconds)
            await people.restored(begun + seconds)
        return people.figures

    return virtual_time.run(run())
