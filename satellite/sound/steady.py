"""A microphone that is opened anew, without end: an appliance has nobody to restart it.

One that fails, gives nothing, or gives digital zeros is closed and, after a wait that doubles, opened again. What
people are told of it is decided in health.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from satellite.sound.health import Backoff, MicrophoneHealth, Trouble
from satellite.sound.microphone import FRAME_S, Frame, Microphone, MicrophoneError
from wire.sayings import Sayings

_log = logging.getLogger(__name__)

LOOK_S = 0.5  # between two extensions of the deadline for the next frame: at each frame, they would cost as much as VAD


class SteadyMicrophone:
    """Feeds frames from a microphone, whatever happens to it; tells each trouble once, and that all is well again."""

    def __init__(self, microphone: Microphone, silent_s: float, trouble: Callable[[Trouble], None]) -> None:
        self._microphone, self._silent_s, self._told = microphone, silent_s, trouble
        self._health = MicrophoneHealth(round(silent_s / FRAME_S))
        self._backoff = Backoff()
        self._sayings = Sayings(_log)

    async def listen(self, heard: Callable[[Frame], Awaitable[None]]) -> None:
        """Opens the device and feeds its frames, without end; cancelling closes it."""
        while True:
            self._health.opened()
            try:
                async with asyncio.timeout(self._silent_s) as deadline:
                    await self._feed(heard, deadline)
                self._tell(
                    Trouble.SILENT, "the microphone gives digital zeros alone; check its switch, cable and mixer"
                )
            except MicrophoneError as error:
                self._tell(Trouble.FAILED, str(error))
            except TimeoutError:
                why = f"the microphone has given nothing for {self._silent_s:g} s; check its cable and driver"
                self._tell(Trouble.SILENT, why)
            await asyncio.sleep(self._backoff.failed(self._health.worked_frames * FRAME_S))

    async def _feed(self, heard: Callable[[Frame], Awaitable[None]], deadline: asyncio.Timeout) -> None:
        """Until the sound is digital zeros alone."""
        extended = 0.0
        async with aclosing(self._microphone.frames()) as frames:
            async for frame in frames:
                if frame.at >= extended + LOOK_S:
                    extended = frame.at
                    deadline.reschedule(frame.at + self._silent_s)
                found = self._health.frame(frame.pcm)
                if found is Trouble.SILENT:
                    return
                if found is not None:
                    self._told(found)
                await heard(frame)

    def _tell(self, trouble: Trouble, why: str) -> None:
        self._sayings.warn(why, why)  # it is opened anew for as long as it takes
        if self._health.trouble(trouble):
            self._told(trouble)
