"""hark-satellite check: whether the satellite of this machine answers, and is heard, where no hub can ask it."""

from __future__ import annotations

from functools import partial

from config.satellite import Listen
from satellite.playing.chimes import spoken
from wire.check import NotWell, Speech, check
from wire.connection import dial
from wire.pcm import SPEECH

SENTENCE = "speaker_works"  # of satellite/playing/sounds
DIAL_S = 5.0  # a machine at work takes a moment
OWN = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where a satellite is reached that listens everywhere."""


async def ask(listen: Listen) -> None:
    """Prints what was seen. Raises NotWell, WireError, SoundError."""
    if not listen.plain:
        raise NotWell("only a hub can ask it, for listen.plain is off; on the hub's machine: hark-hub check HOST:PORT")
    host = OWN.get(listen.host, listen.host)
    await check(f"{host}:{listen.port}", partial(dial, host, listen.port, timeout_s=DIAL_S), _speech)


async def _speech(name: str) -> Speech:
    return spoken(SENTENCE, SPEECH.rate), SPEECH
