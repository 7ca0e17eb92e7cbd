"""The hub's services with the embedded engines, asked by the wyoming package's own client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript, TranscriptChunk
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient, AsyncTcpClient
from wyoming.event import Event
from wyoming.handle import Handled
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

from bench.house import program
from bench.spoken import Question, shipped
from hub.llm.intents import NOT_ALLOWED
from tests.hub.serve.served import connected_as
from wire.pcm import FULL_SCALE, SPEECH, PcmFormat

pytestmark = pytest.mark.end_to_end

QUESTION = next(question for question in shipped() if question.text == "turn on the kitchen light")
REPLY = "Turned on the light. Is there anything else that I can do for you?"
LATE_S = 60.0
ALONE = ("--set", "fleet.satellites=[]", "--set", "timeline.file=", "--set", "serve.port=0")
CD, BYTES = PcmFormat(48_000, channels=2), PcmFormat(16_000, width=1)
CHUNK_S = 0.02
PAUSE_S = 3.0  # longer than any wait of the endpoint
OPEN_S = 60.0  # of silence, of which a transcript ends the most
MOST = 8  # at once


def plain(asked: Question) -> bytes:
    """The question as recorded, without the silence around it: what a microphone adds is up to each test."""
    return (asked.sound * (FULL_SCALE - 1)).astype("<i2").tobytes()


def with_a_hub(scenario: Callable[[int], Awaitable[None]], complaint: str = "") -> None:
    """Runs a scenario with the port of a hub, which ends as it should and has nothing to complain of, or this alone."""

    async def run() -> None:
        async with program("hub", *ALONE) as hub, asyncio.timeout(LATE_S):
            await scenario(int((await hub.says(r"text-to-speech listen on .* port (\d+)"))[1]))
            await hub.stop()
            assert hub.process.returncode == 0
            said = [line for line in hub.log if re.search("WARNING|ERROR|Traceback", line)]
            assert len(said) == bool(complaint)
            assert all(complaint in line for line in said)

    asyncio.run(run())


def in_stereo(asked: Question) -> bytes:
    """The question at 48 kHz in two channels, each sample three times: what a resampler has to undo."""
    samples = np.frombuffer(plain(asked), "<i2")
    return np.repeat(samples, CD.rate // SPEECH.rate * CD.channels).tobytes()


def in_8_bit(asked: Question) -> bytes:
    """The question in unsigned bytes, as a WAV file of old."""
    return ((np.frombuffer(plain(asked), "<i2") >> 8) + 128).astype(np.uint8).tobytes()


def noise(seconds: float) -> bytes:
    """White noise, as loud as speech."""
    return np.random.default_rng(1).normal(0, 2_000, round(seconds * SPEECH.rate)).astype("<i2").tobytes()


def audio(pcm: bytes) -> AudioChunk:
    """Some speech."""
    return AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, pcm)


async def microphone(client: AsyncClient, pcm: bytes) -> None:
    """Speaks into a microphone that stays open: no audio-stop."""
    with suppress(ConnectionError):
        await client.write_event(AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels).event())
        pcm += SPEECH.silence(OPEN_S)
        for start in range(0, len(pcm), SPEECH.bytes(CHUNK_S)):
            await client.write_event(audio(pcm[start : start + SPEECH.bytes(CHUNK_S)]).event())
            await asyncio.sleep(CHUNK_S)


async def words_of(client: AsyncClient, kind: PcmFormat, pcm: bytes) -> Transcript:
    """Speaks an utterance as Home Assistant does; returns its words."""
    await client.write_event(Transcribe(language="en").event())
    await client.write_event(AudioStart(kind.rate, kind.width, kind.channels).event())
    size = kind.bytes(0.01)
    for start in range(0, len(pcm), size):
        await client.write_event(AudioChunk(kind.rate, kind.width, kind.channels, pcm[start : start + size]).event())
    await client.write_event(AudioStop().event())
    event = await client.read_event()
    assert event is not None
    return Transcript.from_event(event)


async def sound_until(client: AsyncClient, end: type[AudioStop] | type[SynthesizeStopped]) -> bytes:
    """The sound of a reply, which begins with audio-start and is 22050 Hz, 16 bit, mono."""
    event = await client.read_event()
    assert event is not None
    start = AudioStart.from_event(event)
    assert (start.rate, start.width, start.channels) == (22_050, 2, 1)
    sound = b""
    while (event := await client.read_event()) is not None and not end.is_type(event.type):
        sound += event.payload or b""
    assert event is not None, "the connection has ended"
    return sound


def is_loud(sound: bytes) -> bool:
    return int(np.abs(np.frombuffer(sound, "<i2").astype(int)).max(initial=0)) > 1000


def test_the_hub_hears_and_speaks_for_any_wyoming_client() -> None:
    async def scenario(port: int) -> None:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Describe().event())
            event = await client.read_event()
            assert event is not None
            info = Info.from_event(event)
            assert info.asr[0].models[0].name == "pocketsphinx"
            assert not info.asr[0].requires_external_vad
            assert info.tts[0].voices[0].name == "espeak"
        for kind, pcm in ((SPEECH, plain(QUESTION)), (CD, in_stereo(QUESTION)), (BYTES, in_8_bit(QUESTION))):
            async with AsyncTcpClient("127.0.0.1", port) as client:
                assert await words_of(client, kind, pcm) == Transcript(QUESTION.text, language="en")
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(REPLY).event())
            whole = await sound_until(client, AudioStop)
            assert is_loud(whole)
        async with AsyncTcpClient("127.0.0.1", port) as client:
            cut = [SynthesizeChunk(REPLY[start : start + 7]).event() for start in range(0, len(REPLY), 7)]
            for event in (SynthesizeStart().event(), *cut, Synthesize(REPLY).event(), SynthesizeStop().event()):
                await client.write_event(event)
            streamed = await sound_until(client, SynthesizeStopped)
            assert len(streamed) == pytest.approx(len(whole), rel=0.01)  # espeak-ng never speaks twice the same

    with_a_hub(scenario)


def test_the_hub_tells_when_the_person_has_finished_and_words_before_that() -> None:
    async def scenario(port: int) -> None:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Transcribe(context={"transcript_streaming": True}).event())
            speaking = asyncio.create_task(microphone(client, plain(QUESTION)))
            pieces, types = "", []
            while (event := await client.read_event()) is not None and event.type != "transcript":
                types.append(event.type)
                pieces += TranscriptChunk.from_event(event).text if TranscriptChunk.is_type(event.type) else ""
            assert not speaking.done()  # the transcript came into what was still being said, with no audio-stop
            speaking.cancel()
            assert event is not None
            assert pieces == Transcript.from_event(event).text == QUESTION.text
            assert types[0] == "transcript-start"
            assert (await client.read_event() or event).type == "transcript-stop"

    with_a_hub(scenario)


def test_an_older_client_is_heard_to_its_audio_stop() -> None:
    async def scenario(port: int) -> None:
        async with connected_as(port, b', "version": "1.9.0"') as client:
            await client.send(AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels), audio(plain(QUESTION)))
            await client.send(audio(SPEECH.silence(PAUSE_S)))
            await asyncio.sleep(1.0)
            assert client.types() == []
            await client.send(AudioStop())
            assert Transcript.from_event(await client.next(Transcript)).text == QUESTION.text

    with_a_hub(scenario)


def test_many_are_heard_at_once_and_who_leaves_in_the_middle_costs_nobody() -> None:
    async def heard(port: int, asked: Question) -> None:
        assert await heard_while_sent(port, asked) == asked.text

    async def scenario(port: int) -> None:
        for _ in range(MOST):
            async with AsyncTcpClient("127.0.0.1", port) as client:
                await client.write_event(AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels).event())
                await client.write_event(audio(plain(QUESTION)).event())
        async with asyncio.TaskGroup() as group:
            for _ in range(MOST):
                group.create_task(heard(port, QUESTION))

    with_a_hub(scenario)


def test_where_nobody_speaks_no_words_are_invented() -> None:
    async def scenario(port: int) -> None:
        for pcm in (b"", SPEECH.silence(4.0), noise(4.0)):
            async with AsyncTcpClient("127.0.0.1", port) as client:
                assert (await words_of(client, SPEECH, pcm)).text == ""

    with_a_hub(scenario)


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    async def run() -> None:
        taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = taken.sockets[0].getsockname()[1]
        async with taken, program("hub", *ALONE, "--set", f"serve.port={port}") as hub, asyncio.timeout(LATE_S):
            await hub.says(f"hark-hub: cannot listen on 127.0.0.1 port {port}: Address already in use")
            assert await hub.process.wait() == 2

    asyncio.run(run())


def test_the_hub_does_what_a_text_asks_and_lets_nobody_in_by_one() -> None:
    questions = {
        "turn on the kitchen light": "Turned on the light",
        "is the kitchen light on": "Yes",
        "unlock the front door": NOT_ALLOWED,
        "yes": "Sorry, I couldn't understand that",
    }

    async def scenario(port: int) -> None:
        for question, reply in questions.items():
            async with AsyncTcpClient("127.0.0.1", port) as client:
                context = {"conversation_id": "one", "satellite_id": "assist_satellite.kitchen"}
                await client.write_event(Transcript(question, language="en", context=context).event())
                event = await client.read_event()
                assert event is not None
                assert Handled.from_event(event).text == reply

    with_a_hub(scenario)


def test_a_busy_hub_still_tells_what_it_serves() -> None:
    """Home Assistant asks again and again, on a connection of its own."""

    async def talk(port: int) -> None:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(REPLY * 10).event())
            await sound_until(client, AudioStop)

    async def scenario(port: int) -> None:
        async with asyncio.TaskGroup() as group:
            busy = [group.create_task(talk(port)) for _ in range(MOST)]
            told = 0
            while not all(task.done() for task in busy):
                async with AsyncTcpClient("127.0.0.1", port) as client:
                    await client.write_event(Describe().event())
                    event = await client.read_event()
                    assert event is not None
                    assert Info.from_event(event).handle
                    told += 1
            assert told > 1

    with_a_hub(scenario)


async def heard_while_sent(port: int, asked: Question) -> str:
    """The words of an utterance, spoken into a microphone that stays open."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        speaking = asyncio.create_task(microphone(client, plain(asked)))
        event = await client.read_event()
        speaking.cancel()
        assert event is not None
        return Transcript.from_event(event).text


async def spoken(port: int, text: str) -> bytes:
    """The sound of a text."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Synthesize(text).event())
        return await sound_until(client, AudioStop)


async def answered(port: int, text: str) -> str:
    """What a text is answered."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Transcript(text, language="en").event())
        event = await client.read_event()
        assert event is not None
        return Handled.from_event(event).text or ""


def test_two_pipelines_at_once_each_get_their_own() -> None:
    rooms = {"turn on the kitchen light": "Turned on the light", "is the front door locked": "Yes"}
    asked = [question for question in shipped() if question.text in rooms]

    async def pipeline(port: int, question: Question) -> tuple[str, str, bytes]:
        words = await heard_while_sent(port, question)
        reply = await answered(port, words)
        return words, reply, await spoken(port, reply)

    async def scenario(port: int) -> None:
        alone = [len(await spoken(port, rooms[question.text])) for question in asked]
        assert max(alone) > 1.5 * min(alone)
        for _ in range(3):
            done = await asyncio.gather(*(pipeline(port, question) for question in asked))
            for question, length, (words, reply, sound) in zip(asked, alone, done, strict=True):
                assert (words, reply) == (question.text, rooms[question.text])
                assert len(sound) == pytest.approx(length, rel=0.01)

    with_a_hub(scenario)


def test_who_leaves_in_the_middle_of_a_text_frees_the_voice_at_once() -> None:
    async def scenario(port: int) -> None:
        for _ in range(4 * MOST):
            async with AsyncTcpClient("127.0.0.1", port) as client:
                await client.write_event(Synthesize(REPLY * 100).event())
                event = await client.read_event()
                assert event is not None
                assert AudioStart.is_type(event.type)
        assert is_loud(await spoken(port, REPLY))

    with_a_hub(scenario)


ODD = ("", " ", "\0", "\x01\x02\x1b[2J", "...", "\U0001f600" * 50, "<speak>", "\u202e\u200b", "a" * 900)


def test_any_text_is_spoken_and_answered_and_the_next_is_as_usual() -> None:
    async def comes(port: int, event: Event, *ends: str) -> None:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(event)
            while (came := await client.read_event()) is not None and came.type not in ends:
                continue
            assert came is not None, f"{event.data} has no end"

    async def scenario(port: int) -> None:
        for text in ODD:
            await comes(port, Synthesize(text).event(), "audio-stop")
            await comes(port, Transcript(text).event(), "handled", "not-handled")
        assert is_loud(await spoken(port, REPLY))
        assert await answered(port, "is the kitchen light on") == "No, off"

    with_a_hub(scenario)


def test_a_thousand_connections_at_once_harm_nobody_who_is_being_served() -> None:
    async def silent(port: int) -> asyncio.StreamWriter:
        return (await asyncio.open_connection("127.0.0.1", port))[1]

    async def scenario(port: int) -> None:
        hearing = asyncio.create_task(heard_while_sent(port, QUESTION))
        async with AsyncTcpClient("127.0.0.1", port) as client:
            crowd = await asyncio.gather(*(silent(port) for _ in range(1000)))
            await client.write_event(Synthesize(REPLY).event())
            assert is_loud(await sound_until(client, AudioStop))
            assert await hearing == QUESTION.text
            for writer in crowd:
                writer.close()
        await asyncio.sleep(1.0)  # for the hub to see them go
        assert await answered(port, "is the kitchen light on") == "No, off"

    with_a_hub(scenario, "127.0.0.1 is turned away: all 64 places for connections are taken")
