"""The engines of a hub, as main has picked them, and what is known of them from turn to turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from hub.llm.conversation import Conversations
from hub.llm.responder import Responder
from hub.llm.speculation import Speculation
from hub.load.estimates import Estimate
from hub.stt.activity import VoiceActivity
from hub.stt.recognizer import Recognizer
from hub.stt.utterance import Judge
from hub.tts.voice import Voice


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Engines:
    """What main picked for the stages; `vad` makes a voice detector for one utterance, None leaves it to satellites."""

    recognizer: Recognizer
    vad: Callable[[], VoiceActivity] | None
    judge: Judge
    responder: Responder
    voice: Voice
    warm: Callable[[], Coroutine[Any, Any, None]] = _nothing
    """Opens what answers will need, at the wake word; never raises."""
    loaded: Callable[[], bool] = lambda: False
    """Whether so much waits for the engines that nothing is to be done in vain."""
    conversations: Conversations = field(default_factory=lambda: Conversations(time.monotonic))
    speculation: Speculation = field(default_factory=Speculation)
    """Replies that are begun at a raw pause."""
    sooner: Speculation = field(default_factory=Speculation)
    """Replies that are begun while the person still speaks."""
    final: Estimate = field(default_factory=Estimate)
    """Seconds that a final decode takes."""

    def names(self) -> dict[str, str]:
        """For the timeline."""
        return {"stt": self.recognizer.name, "llm": self.responder.name, "tts": self.voice.name}
