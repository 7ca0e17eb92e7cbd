"""Laws of the engines that only take time, on virtual time."""

from __future__ import annotations

import asyncio

import pytest

from bench.load import numbers, workload
from bench.load.devices import Devices
from bench.load.machine import ANY, MACHINES, Engine, Machine
from bench.load.scripted import ScriptedRecognizer, ScriptedResponder, ScriptedVoice
from bench.load.workload import Turn
from hub.llm.responder import Request
from hub.load.admission import Admission
from hub.load.ladder import Ladder
from hub.load.load import Load
from hub.load.need import Kind, Need, Stage, Tier
from hub.stt.recognizer import RecognizerError
from hub.tts.chunker import cut
from hub.tts.speakable.speakable import speakable
from hub.tts.tiers import Tiers
from hub.watch import Seen
from tests.virtual_time import run
from wire.pcm import SPEECH

WORKLOAD = workload.read()
TURN = WORKLOAD.turns[1]
UNLIMITED, ONE_GPU = MACHINES["unlimited"], MACHINES["one-gpu"]


def load(machine: Machine) -> Load:
    clock = asyncio.get_running_loop().time
    return Load(machine.slots, machine.where(), Ladder(2.0), Admission(64, 10**9), clock)


def devices(machine: Machine = UNLIMITED, told: list[Seen] | None = None) -> Devices:
    return Devices(load(machine), (told if told is not None else []).append)


async def hear(number: int) -> str:
    recognizer = ScriptedRecognizer(WORKLOAD, UNLIMITED, devices(), lambda: True)
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
        machine = Machine(voices=(Engine("better"), Engine("voice", ANY, first_ms=100.0, rtf=0.5)))
        voice = ScriptedVoice(WORKLOAD, machine, 1, devices(machine))
        begin, seconds = clock(), 0.0
        async for piece in voice.speak(TURN.reply):
            assert numbers.reply(piece) == (2, 1)
            assert clock() - begin == pytest.approx(0.1 + 0.5 * seconds)
            seconds += voice.format.seconds(len(piece))
        assert seconds == pytest.approx(len(TURN.reply) / WORKLOAD.tts_chars_per_s, abs=1e-3)

    run(test())


def test_a_device_serves_as_many_at_once_as_it_has_places_and_tells_who_waited() -> None:
    async def test() -> None:
        told: list[Seen] = []
        recognizer = ScriptedRecognizer(WORKLOAD, ONE_GPU, devices(ONE_GPU, told), lambda: False)

        async def final() -> None:
            async with recognizer.listen() as listener:
                listener.take(numbers.numbered(numbers.of_question(0, 1), SPEECH.rate))
                await listener.final([])

        await asyncio.gather(final(), final(), final())
        assert [seen["waited_ms"] for seen in told] == pytest.approx([0, 150, 300])
        assert {(seen["device"], seen["took_ms"]) for seen in told} == {("gpu", 150.0)}

    run(test())


def test_a_small_engine_hears_once_it_is_asked_for_and_what_it_took_is_learned() -> None:
    async def test() -> None:
        shared, small = load(ONE_GPU), [False]
        recognizer = ScriptedRecognizer(WORKLOAD, ONE_GPU, Devices(shared, lambda seen: None), lambda: small[0])
        for small[0] in (False, True):
            async with recognizer.listen() as listener:
                listener.take(numbers.numbered(numbers.of_question(0, 1), SPEECH.rate))
                await listener.final([])
        assert [shared.step(Stage.STT, tier).seconds for tier in Tier] == pytest.approx([0.15, 0.06])

    run(test())


def test_a_clause_tells_how_soon_its_first_sound_was_and_how_long_its_voice_was_busy() -> None:
    async def test() -> None:
        shared = load(ONE_GPU)
        tiers = Tiers({"kokoro": ScriptedVoice(WORKLOAD, ONE_GPU, 0, Devices(shared, lambda seen: None))})
        sound_s = 0.0
        async for piece in tiers.reply().speak(TURN.reply, Need(Kind.ANSWER)):
            sound_s += tiers.best.format.seconds(len(piece))
        step = shared.step(Stage.FIRST_CLAUSE, Tier.FULL)
        assert step.seconds == pytest.approx(0.12)
        assert 0.12 < step.busy_s <= 0.12 + 0.1 * sound_s

    run(test())


@pytest.mark.parametrize("turn", WORKLOAD.turns, ids=lambda turn: str(turn.id))
def test_each_clause_of_a_reply_is_known_as_a_voice_is_given_it(turn: Turn) -> None:
    for clause in cut(turn.reply):
        assert turn in WORKLOAD.answers(speakable(clause, "en"))
