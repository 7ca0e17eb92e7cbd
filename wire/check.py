"""Asks a satellite who it is, has it say something, and waits until it says that this was heard.

Says neither hello nor run-satellite: whoever leads the satellite goes on leading it, and a microphone that Home
Assistant has muted, from the same machine perhaps, stays so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Describe, Info, Satellite
from wyoming.ping import Ping, Pong
from wyoming.snd import Played

from wire.connection import Connection
from wire.errors import WireError
from wire.pcm import PcmFormat

ANSWER_S = 5.0  # as long as Home Assistant waits for `info`
LATE_S = 30.0  # beyond the sound's own length: what plays in the room goes first
PIECE_S = 0.05
SOONEST = 0.7  # of the sound's length: a satellite whose speaker fails says at once that it has played


Speech: TypeAlias = tuple[bytes, PcmFormat]


class NotWell(Exception):
    """The satellite is not as it should be; says what is wrong and what to do."""


async def check(
    address: str, dialled: Callable[[], Awaitable[Connection]], speech: Callable[[str], Awaitable[Speech]]
) -> None:
    """Prints what was seen of the satellite that `dialled` connects to; `speech` is of its name. Raises NotWell.

    Connects twice: the sound may take longer to be made than a satellite waits for a word.
    """
    async with await dialled() as connection:
        who = await Check(connection).who()
        how = "by TLS" if connection.certificate else "without TLS"
        print(f"{who.name} at {address} answers {how}: Hark {who.version or '?'}, {who.area or 'no area'}", flush=True)
    sound, kind = await speech(who.name)
    async with await dialled() as connection:
        took_s = await Check(connection).say(sound, kind)
        print(f"{who.name} has played {kind.seconds(len(sound)):.1f} s of speech, {took_s:.1f} s after it was sent")


@dataclass(frozen=True, slots=True)
class Check:
    """Of one satellite that is connected."""

    connection: Connection

    async def who(self) -> Satellite:
        """Raises NotWell."""
        await self._send(Describe().event())
        info = await self._comes(Info.is_type, ANSWER_S, "it does not say who it is; see its log")
        try:
            satellite = Info.from_event(info).satellite
        except (KeyError, TypeError, ValueError, AttributeError):
            satellite = None
        if satellite is None:
            raise NotWell("it answers, but is no satellite; check the address")
        return satellite

    async def say(self, sound: bytes, kind: PcmFormat) -> float:
        """Has it play a sound; returns how long that took (s). Raises NotWell."""
        clock = asyncio.get_running_loop().time
        began, size = clock(), kind.bytes(PIECE_S)
        await self._send(AudioStart(kind.rate, kind.width, kind.channels).event())
        for start in range(0, len(sound), size):
            await self._send(AudioChunk(kind.rate, kind.width, kind.channels, sound[start : start + size]).event())
        await self._send(AudioStop().event())
        silent = "it does not say that it has played it; see that its speaker works: hark-satellite doctor --tone"
        length_s = kind.seconds(len(sound))
        await self._comes(Played.is_type, length_s + LATE_S, silent)
        if (took_s := clock() - began) < length_s * SOONEST:
            raise NotWell(
                f"it is done with {length_s:.1f} s of speech after {took_s:.1f} s, so nothing was heard; see its log"
            )
        return took_s

    async def _send(self, event: Event) -> None:
        try:
            await self.connection.send(event)
        except WireError as error:
            raise NotWell(str(error)) from None

    async def _comes(self, wanted: Callable[[str], bool], late_s: float, otherwise: str) -> Event:
        try:
            async with asyncio.timeout(late_s):
                async for event in self._events():
                    if wanted(event.type):
                        return event
        except TimeoutError:
            raise NotWell(otherwise) from None
        except WireError as error:
            raise NotWell(str(error)) from None
        raise NotWell("it closes the connection, as it does with those who are not in its controllers.allow or .hub")

    async def _events(self) -> AsyncIterator[Event]:
        async for event in self.connection:
            if Ping.is_type(event.type):
                await self.connection.send(Pong(text=Ping.from_event(event).text))
            else:
                yield event
