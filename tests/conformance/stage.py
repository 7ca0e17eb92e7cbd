"""What a check stands on: the satellite's address, the release that is played, and a way to make the satellite wake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from wyoming.asr import Transcribe, Transcript
from wyoming.error import Error
from wyoming.info import Describe
from wyoming.tts import Synthesize, SynthesizeVoice
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from tests.conformance.controller import Controller, Failed, connection, streams_always
from tests.conformance.releases import Release

WAKE_S = 15.0  # from the command that speaks the wake word to its detection
APART_S = 2.5  # Home Assistant takes the same wake word within two seconds for one
SPOKEN_S = 1.0  # that the question lasts, as Home Assistant's VAD would find
SLACK_S = 2.0  # beyond its sound's length Home Assistant waits so long for `played`
ENDED_S = 0.3  # for what was said last to be taken
LATE_S = 10.0


class NotApplicable(Exception):
    """The check asks for what this release, or this satellite, does not have."""


class NotAsked(Exception):
    """The check needs the wake word, and there is no command that speaks it."""


@dataclass(slots=True)
class Stage:
    """One satellite and the release that it meets."""

    host: str
    port: int
    release: Release
    wake_command: str | None = None
    recovers_s: float = 45.0
    """Longest that a satellite may take to give up what never comes."""
    allowance_s: float = 0.0
    """Added to Home Assistant's patience, where the machine is busy with more than the satellite."""
    _woken: float = field(default=0.0, init=False)

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[Controller]:
        """A connection on which nothing has been said yet."""
        async with connection(self.host, self.port, self.allowance_s) as controller:
            yield controller

    @asynccontextmanager
    async def led(self) -> AsyncIterator[Controller]:
        """A connection that leads the satellite; a run that it leaves behind is ended as Home Assistant would."""
        async with self.raw() as controller:
            await controller.lead()
            await controller.comes("info", self.release.info_s)
            yield controller
            if controller.all("run-pipeline") and not controller.closed:
                await end_run(controller)

    async def wake(self, controller: Controller) -> int:
        """Has the wake word spoken; returns the place in what was received where its turn begins."""
        mark = controller.mark()
        await self.speak()
        if streams_always(controller.received):
            await controller.send(Detection(name="hey_jarvis").event())
        else:
            await controller.comes("run-pipeline", WAKE_S, mark)
        await controller.comes("audio-chunk", 1.0, mark)
        return mark

    async def speak(self) -> None:
        """Runs the command that speaks the wake word and a question; never twice within two seconds."""
        if self.wake_command is None:
            raise NotAsked("needs the wake word: give --wake COMMAND")
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._woken + APART_S - clock()))
        process = await asyncio.create_subprocess_shell(self.wake_command)
        if await process.wait():
            raise NotAsked(f"the command that speaks the wake word ended with {process.returncode}")
        self._woken = clock()

    async def question(self, controller: Controller) -> int:
        """The wake word and a question up to its transcript; returns the place where the turn begins."""
        mark = await self.wake(controller)
        await controller.send(Transcribe(language="en").event(), VoiceStarted(timestamp=800).event())
        await asyncio.sleep(SPOKEN_S)
        await controller.send(VoiceStopped(timestamp=1800).event(), Transcript(text="what time is it").event())
        return mark

    async def turn(self, controller: Controller, reply_s: float = 1.0) -> int:
        """A whole turn until Home Assistant takes its reply for heard; returns the place where it begins."""
        mark = await self.question(controller)
        await say(controller)
        await controller.sound(reply_s)
        await heard(controller, reply_s, mark)
        return mark


async def heard(controller: Controller, seconds: float, mark: int) -> bool:
    """Waits until Home Assistant takes a sound for heard: by `played`, or when its time is over; tells which."""
    return await controller.may_come("played", seconds + SLACK_S, mark)


async def end_run(controller: Controller) -> None:
    """How a run ends in which nobody spoke."""
    await controller.send(Error(text="No text recognized", code="stt-no-text-recognized").event())
    await asyncio.sleep(ENDED_S)


async def lives(controller: Controller) -> None:
    """It still answers."""
    mark = controller.mark()
    await controller.send(Describe().event())
    await controller.comes("info", LATE_S, mark)


async def say(controller: Controller) -> None:
    """The reply's text."""
    text = Synthesize(text="It is ten o'clock", voice=SynthesizeVoice(language="en"))
    await controller.send(text.event())


def expect(so: object, otherwise: str) -> None:
    """Raises Failed with a sentence unless something is so."""
    if not so:
        raise Failed(otherwise)
