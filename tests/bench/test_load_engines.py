"""Laws of the engines that only take time, on virtual time."""

from __future__ import annotations

import asyncio

import pytest

from bench.load import numbers, workload
from bench.load.devices import Devices, in_order
from bench.load.machine import MACHINES, Engine, Machine
from bench.load.scripted import ScriptedRecognizer, ScriptedResponder, ScriptedVoice
from hub.llm.responder import Request
from hub.stt.recognizer import RecognizerError
from hub.watch import Seen
from tests.virtual_time import run
from wire.pcm import SPEECH

WORKLOAD = workload.read()
TURN = WORKLOAD.turns[1]
OWN = Engine("own")


def devices(machine: Machine = MACHINES["unlimited"], told: list[Seen] | None = None) -> Devices:
    return Devices(in_order(machine), (told if told is not None else []).append)


async def hear(number: int) -> str:
    recognizer = ScriptedRecognizer(WORKLOAD, OWN, devices())
    async with recognizer.listen() as listener:
        listener.take(numbers.numbered(number, SPEECH.rate) + bytes(2 * SPEECH.rate))
        return (await listener.final([])).text


def test_the_words_are_those_of_the_parts_that_were_said_after_the_turn_s_own_time() -> None:
    async def test() -> None:
        begin = asyncio.get_running_loop().time()
        assert await hear(numbers.of_question(1, 1)) == TURN.parts[0].text
        assert asyncio.get_running_loop().time() - begin == pytest.approx(TURN.stt_ms / 1000)
        assert await hear(numbers.of_question(1, 2)) == TURN.transcript
        with pytest.raises(RecognizerError, match="no turn"):
            await hear(0)

    run(test())


def test_each_token_comes_when_it_is_due_however_slow_its_reader() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        tokens: list[str] = []
        begin = clock()
        async for token in ScriptedResponder(WORKLOAD).respond(Request(TURN.transcript, "kitchen")):
            due = begin + TURN.token_ms(len(tokens)) / 1000
            tokens.append(token)
            if len(tokens) > 1:
                assert clock() == pytest.approx(max(due, begin + 1))
            await asyncio.sleep(begin + 1 - clock())
        assert "".join(tokens) == TURN.reply

    run(test())


def test_a_voice_says_whose_reply_it_speaks_and_takes_first_its_time_and_then_its_share() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        voice = ScriptedVoice(WORKLOAD, Engine("voice", first_ms=100.0, rtf=0.5), devices())
        begin, seconds = clock(), 0.0
        async for piece in voice.speak(TURN.reply):
            assert numbers.number(piece) == numbers.of_reply([1])
            assert clock() - begin == pytest.approx(0.1 + 0.5 * seconds)
            seconds += voice.format.seconds(len(piece))
        assert seconds == pytest.approx(len(TURN.reply) / WORKLOAD.tts_chars_per_s, abs=1e-3)

    run(test())


def test_a_device_serves_as_many_at_once_as_it_has_places_and_tells_who_waited() -> None:
    async def test() -> None:
        told: list[Seen] = []
        machine = MACHINES["one-gpu"]
        recognizer = ScriptedRecognizer(WORKLOAD, machine.stt[0], devices(machine, told))

        async def final() -> None:
            async with recognizer.listen() as listener:
                listener.take(numbers.numbered(numbers.of_question(0, 1), SPEECH.rate))
                await listener.final([])

        await asyncio.gather(final(), final(), final())
        assert [seen["waited_ms"] for seen in told] == pytest.approx([0, 150, 300])
        assert {(seen["device"], seen["took_ms"]) for seen in told} == {("gpu", 150.0)}

    run(test())
