"""Laws of the room that people are in: it is heard as that, and no other room as it, in three voices of flite."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.home.home import Area
from hub.load.scheduler import Scheduler
from hub.stt.sphinx.pocketsphinx import PocketSphinx
from tests.hub.stt.sphinx.homes import NamedHome, thing
from wire.pcm import SPEECH
from wire.wav import open_wav

AREAS = [Area("Kitchen"), Area("Bedroom"), Area("Living Room"), Area("Office")]
HOME = NamedHome([thing("Bed Light", "light"), thing("Front Door", "lock"), thing("EcoBee", "climate")], AREAS)
SAID = (
    "turn off the lights in here",
    "turn off the lights in this room",
    "turn off the lights in my room",
    "what is the temperature in this room",
    "turn off the bed light in here",
    "turn off the lights in the bedroom",
    "turn on the lights in bedroom",
    "what is the temperature in the living room",
)


def spoken(text: str, voice: str, folder: Path) -> bytes:
    path = folder / "said.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
    with open_wav(path) as wav:
        return SPEECH.silence(0.2) + b"".join(wav.resampled(SPEECH.rate, channel=1)) + SPEECH.silence(0.2)


async def heard(sounds: Sequence[bytes]) -> list[str]:
    texts = []
    async with Scheduler(1) as scheduler, PocketSphinx(HOME, scheduler) as engine:
        for sound in sounds:
            async with engine.listen() as listener:
                listener.take(sound)
                texts.append((await listener.final([(0.2, SPEECH.seconds(len(sound)) - 0.2)])).text)
    return texts


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
def test_the_room_that_people_are_in_is_heard_and_none_that_is_named_for_it(voice: str, tmp_path: Path) -> None:
    assert asyncio.run(heard([spoken(text, voice, tmp_path) for text in SAID])) == list(SAID)
