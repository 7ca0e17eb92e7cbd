"""Which voice speaks a reply: the best that load allows and that is well.

Strategy: the settings' voices, the best first. A reply begins with the best that may, and stays with it. One that
fails rests for a while, and the next speaks the clause from its beginning. One that would come too late hands over too:
it has until the last moment at which all those after it could still keep the deadline, one after the other. So a voice
that load has made slow is heard to a clause's end and goes on as the smaller one, and nobody hears a gap.

Rules: a reply goes down, never up again; the next reply begins anew. All of a reply is one stream of one format. The
last voice has all the time there is. A voice that is usually quick gets its time even so: where a clause came late to
it, a worse voice would be no help.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

from hub.load.estimates import Sized
from hub.load.need import SOME_DAY, Kind, Need, Stage, Work
from hub.load.need import Tier as Quality
from hub.stt.rest import Rest
from hub.tts.levelled import SENTENCE
from hub.tts.resampled import Resampled
from hub.tts.voice import Voice, VoiceError
from wire.pcm import PcmFormat
from wire.sayings import Sayings

BEST = "it is the first of the settings"
LOADED = "the hub has much to do"
LATE = "the better one would have come too late"
FAILED = "the better one failed"
LEAST_S = 0.25  # left for the first sound of each voice that may have to take over: threads alone wait 0.1 s and more
SLOWED = 3.0  # times what it usually takes: what has made the better voice slow slows the next as well
QUICK_S = 0.3  # inside a reply, for twice its usual time: a voice that takes no longer has it though it is late
BEGINS_S = 1.0
"""The same where nothing is heard yet: others have made the silence, and a worse voice hardly ends it sooner."""
MEASURED = ("Okay.", SENTENCE)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tier:
    """A voice, by the name of its engine in the settings, and what is known of it."""

    name: str
    voice: Voice
    full: bool
    """Whether it is the best."""
    rest: Rest = field(default_factory=Rest)
    first: Sized = field(default_factory=Sized)
    """Seconds from being asked to its first sound, by characters of text."""

    def reserve_s(self, characters: int) -> float:
        """Seconds that are left for its first sound where it may have to take over."""
        return max(LEAST_S, SLOWED * self.first.mean(characters))

    def quick_s(self, characters: int, kind: Kind) -> float:
        """Seconds that it has in any case; 0 where it is not quick, or not known."""
        twice_s = 2 * self.first.mean(characters)
        return twice_s if twice_s <= (QUICK_S if kind is Kind.SPEECH else BEGINS_S) else 0.0


class Tiers:
    """The voices of a hub, loaded, the best first; `allowed` is the first that load allows, counted from 0."""

    def __init__(
        self,
        voices: Mapping[str, Voice],
        allowed: Callable[[], int] = lambda: 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tiers = [Tier(name, voice, number == 0) for number, (name, voice) in enumerate(voices.items())]
        self._allowed = allowed
        self._clock = clock
        self._sayings = Sayings(_log, clock)

    @property
    def best(self) -> Voice:
        """The first of the settings."""
        return self._tiers[0].voice

    @property
    def voices(self) -> Mapping[str, Voice]:
        """All by name, the best first."""
        return {tier.name: tier.voice for tier in self._tiers}

    @property
    def smallest(self) -> Voice:
        """The last of the settings, which is there when all else is busy."""
        return self._tiers[-1].voice

    def reply(self, wanted: str | None = None) -> Reply:
        """The voice of one reply: the one that is wanted by name, where there is one, counts as the best."""
        now = self._clock()
        tiers = sorted(self._tiers, key=lambda tier: tier.name != wanted)
        allowed = tiers[min(self._allowed(), len(tiers) - 1) :]
        order = sorted(allowed, key=lambda tier: now < tier.rest.until)
        why = FAILED if order[0] is not allowed[0] else LOADED if order[0] is not tiers[0] else BEST
        return Reply(order, why, self._clock, self._failed)

    async def measure(self) -> None:
        """Lets all but the best speak, so that it is known how much time each needs before it has to take over."""
        for tier in self._tiers[1:]:
            for text in MEASURED:
                with suppress(VoiceError):  # it is said and rests
                    async for _ in Reply([tier], BEST, self._clock, self._failed).speak(text):
                        pass

    def _failed(self, tier: Tier, error: VoiceError) -> None:
        tier.rest.failed(self._clock())
        text = f"{tier.voice.name} failed and rests for {tier.rest.length_s:.0f} s: {error}"
        self._sayings.warn(f"{tier.voice.name}: {error}", text)


class Reply:
    """One reply's voice; its clauses come one after the other."""

    def __init__(
        self, tiers: list[Tier], why: str, clock: Callable[[], float], failed: Callable[[Tier, VoiceError], None]
    ) -> None:
        self._tiers = tiers
        self._clock = clock
        self._failed = failed
        self.format: PcmFormat = tiers[0].voice.format
        """Of every piece."""
        self.why = why
        """Why it is this voice."""

    @property
    def tier(self) -> str:
        """The voice that speaks now, as the settings name it."""
        return self._tiers[0].name

    @property
    def name(self) -> str:
        """The same, with engine and version."""
        return self._tiers[0].voice.name

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """Yields a clause's sound by `need.deadline` if any voice can; raises VoiceError where none can at all."""
        while True:
            tier = self._tiers[0]
            job = replace(need, work=_work(need.kind, tier.full, text), work_s=tier.first.mean(len(text)))
            try:
                async with aclosing(Resampled(tier.voice, self.format.rate).speak(text, job)) as sound:
                    piece = await self._first(sound, need, len(text))
                    while piece is not None:
                        yield piece
                        piece = await anext(sound, None)
            except VoiceError as error:
                self._failed(tier, error)
                self._go_on(error, FAILED)
            except TimeoutError:
                self._go_on(VoiceError("no voice came in time"), LATE)
            else:
                tier.rest.worked()
                return

    async def _first(self, sound: AsyncGenerator[bytes, None], need: Need, characters: int) -> bytes | None:
        """The first piece; raises TimeoutError where it is time for the next voice."""
        begun = self._clock()
        async with asyncio.timeout(self._patience_s(need, characters)):
            piece = await anext(sound, None)
        self._tiers[0].first.add(self._clock() - begun, characters)
        return piece

    def _patience_s(self, need: Need, characters: int) -> float | None:
        tier, *others = self._tiers
        if not others or math.isinf(need.deadline):
            return None
        left_s = need.deadline - sum(other.reserve_s(characters) for other in others) - self._clock()
        return max(tier.quick_s(characters, need.kind), left_s)

    def _go_on(self, error: VoiceError, why: str) -> None:
        if len(self._tiers) == 1:
            raise error
        del self._tiers[0]
        self.why = why


def _work(kind: Kind, full: bool, text: str) -> Work:
    stage = Stage.CLAUSE if kind is Kind.SPEECH else Stage.FIRST_CLAUSE
    return Work(stage, Quality.FULL if full else Quality.SMALL, len(text))
