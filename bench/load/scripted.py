"""Engines that only take time: each hears, answers or says what the workload has, when its time is up.

Rules: a stage's times count from its asking and are absolute, so that what a late timer loses is not added up. Nothing
here knows of the satellite but by sound and words, as an engine does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

from bench.load import numbers
from bench.load.devices import Devices
from bench.load.machine import Machine
from bench.load.workload import Turn, Workload
from hub.llm.responder import Request
from hub.load.need import SOME_DAY, Need, Stage, Tier, Work, soon
from hub.stt.recognizer import RecognizerError, Voiced, Word, Words
from wire.pcm import PcmFormat

LONG_S = 3600.0  # no utterance has so much new sound, so there are no partial decodes
UNKNOWN = "That is not in the workload."


async def until(at: float) -> None:
    """Sleeps until a time of the loop's clock."""
    await asyncio.sleep(at - asyncio.get_running_loop().time())


class ScriptedRecognizer:
    """See hub.stt.recognizer.Recognizer; `small` tells when the smaller of the machine's engines is to do."""

    languages = ("en",)
    step_s = LONG_S
    promotes = False

    def __init__(self, workload: Workload, machine: Machine, devices: Devices, small: Callable[[], bool]) -> None:
        self.name = f"scripted {machine.stt[0].name}"
        self._workload, self._engines, self._devices, self._small = workload, machine.stt, devices, small

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncGenerator[_Listener]:
        """See hub.stt.recognizer.Recognizer."""
        yield _Listener(self._workload, self._decode)

    async def _decode(self, turn: Turn) -> None:
        small = self._small() and len(self._engines) > 1
        engine, tier = (self._engines[1], Tier.SMALL) if small else (self._engines[0], Tier.FULL)
        async with self._devices.place(engine, soon(work=Work(Stage.STT, tier))):
            await asyncio.sleep(_ms(engine.first_ms, turn.stt_ms))


class _Listener:
    def __init__(self, workload: Workload, decode: Callable[[Turn], Awaitable[None]]) -> None:
        self._workload, self._decode = workload, decode
        self._told = 0

    def take(self, pcm: bytes) -> None:
        self._told = numbers.number(pcm) or self._told

    async def partial(self, voiced: Voiced) -> Words:
        return await self.final(voiced)

    async def final(self, voiced: Voiced) -> Words:
        index, parts = numbers.question(self._told)
        if not 0 <= index < len(self._workload.turns):
            raise RecognizerError("this sound carries no turn of the workload; start the hub with the same file")
        turn = self._workload.turns[index]
        await self._decode(turn)
        return Words(tail=tuple(Word(text, 0.0, 0.0) for text in turn.heard(parts).split()))


class ScriptedResponder:
    """See hub.llm.responder.Responder."""

    name = "scripted"

    def __init__(self, workload: Workload) -> None:
        self._workload = workload

    async def respond(self, request: Request) -> AsyncGenerator[str, None]:
        """See hub.llm.responder.Responder."""
        asked = asyncio.get_running_loop().time()
        turn = self._workload.asked(request.text)
        if turn is None:
            yield UNKNOWN
            return
        for index, token in enumerate(turn.reply_tokens):
            await until(asked + turn.token_ms(index) / 1000)
            yield token


class ScriptedVoice:
    """See hub.tts.voice.Voice; one of the machine's by its number."""

    def __init__(self, workload: Workload, machine: Machine, number: int, devices: Devices) -> None:
        self.name = machine.voices[number].name
        self.format = PcmFormat(workload.out_rate)
        self._workload, self._engine, self._number, self._devices = workload, machine.voices[number], number, devices

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice; the sound tells which turn's reply the text is of, and the voice's number."""
        turns = self._workload.answers(text)
        first_s, rtf = self._pace(turns[0] if turns else self._workload.turns[0])
        told = numbers.of_reply([self._workload.turns.index(turn) for turn in turns], self._number)
        async with self._devices.place(self._engine, need) as first:
            ready = asyncio.get_running_loop().time() + first_s
            for samples in self._pieces(text):
                await until(ready)
                first()
                yield numbers.numbered(told, samples)
                ready += rtf * samples / self.format.rate

    def _pace(self, turn: Turn) -> tuple[float, float]:
        return _ms(self._engine.first_ms, turn.tts_first_ms), self._engine.rtf or turn.tts_rtf

    def _pieces(self, text: str) -> Iterator[int]:
        """The samples of each piece."""
        left = round(len(text) / self._workload.tts_chars_per_s * self.format.rate)
        most = round(self._workload.tts_chunk_ms / 1000 * self.format.rate)
        while left > 0:
            yield min(left, most)
            left -= most


def _ms(own: float | None, turn: float) -> float:
    return (turn if own is None else own) / 1000
