"""The engines of a hub, as main has picked them, and what is known of them from turn to turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from hub.home.home import Action
from hub.llm.conversation import Conversations
from hub.llm.responder import Request, Responder
from hub.llm.speculation import Speculation
from hub.load.admission import Admission
from hub.load.estimates import Estimate
from hub.load.ladder import Ladder
from hub.load.load import Load
from hub.load.need import Stage, Tier
from hub.stt.activity import VoiceActivity
from hub.stt.recognizer import Recognizer
from hub.stt.utterance import Judge
from hub.tts.cache.store import Sounds
from hub.tts.tiers import Tiers


async def _nothing() -> None:
    pass


def idle() -> Load:
    """For engines that are never busy."""
    places = dict.fromkeys(product((Stage.STT, Stage.LLM, Stage.FIRST_CLAUSE, Stage.CLAUSE), (Tier.FULL,)), "any")
    return Load({"any": 64}, places, Ladder(2.0), Admission(1000, 10**9))


@dataclass(frozen=True, slots=True)
class Texts:
    """Who answers texts that come from no satellite, with conversations of their own.

    `responder` refuses what lets somebody in, and knows no timers. `area_of` tells the area of a device by the id that
    the home gives it; None where it has none.
    """

    responder: Responder
    conversations: Conversations
    area_of: Callable[[str], str | None] = lambda device: None


@dataclass(frozen=True, slots=True)
class Engines:
    """What main picked for the stages; `vad` makes a voice detector for one utterance, None leaves it to satellites."""

    recognizer: Recognizer
    vad: Callable[[], VoiceActivity] | None
    judge: Judge
    responder: Responder
    voices: Tiers
    warm: Callable[[], Coroutine[Any, Any, None]] = _nothing
    """Opens what answers will need, at the wake word; never raises."""
    saying: Callable[[Request], None] = lambda request: None
    """Is told what somebody is saying, while they may go on; see hub.foresight."""
    did: Callable[[Action, Request], None] = lambda action, request: None
    """Is told what was done for a request."""
    meanwhile: Callable[[], Coroutine[Any, Any, None]] = _nothing
    """What the engines do when there is nothing else to do."""
    load: Load = field(default_factory=idle)
    sounds: Sounds = field(default_factory=lambda: Sounds(0))
    """Of what was spoken before."""
    conversations: Conversations = field(default_factory=lambda: Conversations(time.monotonic))
    area_of: Callable[[str, str | None], str | None] = lambda satellite, own: own
    """Tells in which of the home's areas a satellite is, by its name and the area of its own settings."""
    texts: Texts | None = None
    """None answers texts of no one but satellites."""
    speculation: Speculation = field(default_factory=Speculation)
    """Replies that are begun at a raw pause."""
    sooner: Speculation = field(default_factory=Speculation)
    """Replies that are begun while the person still speaks."""
    final: Estimate = field(default_factory=Estimate)
    """Seconds that a final decode takes."""

    def names(self) -> dict[str, str]:
        """For the timeline."""
        return {"stt": self.recognizer.name, "llm": self.responder.name, "tts": self.voices.best.name}
