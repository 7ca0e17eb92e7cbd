"""The hub's services with the embedded engines, asked by the wyoming package's own client."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient, AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

from bench.house import program
from bench.spoken import Question, shipped
from wire.pcm import FULL_SCALE, SPEECH, PcmFormat

pytestmark = pytest.mark.end_to_end

QUESTION = next(question for question in shipped() if question.text == "turn on the kitchen light")
REPLY = "Turned on the light. Is there anything else that I can do for you?"
LATE_S = 60.0
ALONE = ("--set", "fleet.satellites=[]", "--set", "timeline.file=", "--set", "serve.port=0")
CD = PcmFormat(48_000, channels=2)


def in_stereo(asked: Question) -> bytes:
    """The question at 48 kHz in two channels, each sample three times: what a resampler has to undo."""
    samples = (asked.sound * (FULL_SCALE - 1)).astype("<i2")
    return np.repeat(samples, CD.rate // SPEECH.rate * CD.channels).tobytes()


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


def test_the_hub_hears_and_speaks_for_any_wyoming_client(tmp_path: Path) -> None:
    async def scenario(port: int) -> None:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Describe().event())
            event = await client.read_event()
            assert event is not None
            info = Info.from_event(event)
            assert info.asr[0].models[0].name == "pocketsphinx"
            assert info.tts[0].voices[0].name == "en-us"
        plain = (QUESTION.sound * (FULL_SCALE - 1)).astype("<i2").tobytes()
        for kind, pcm in ((SPEECH, plain), (CD, in_stereo(QUESTION))):
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

    async def run() -> None:
        async with program("hub", *ALONE) as hub, asyncio.timeout(LATE_S):
            await scenario(int((await hub.says(r"text-to-speech listen on .* port (\d+)"))[1]))
            await hub.stop()
            assert hub.process.returncode == 0
            assert not [line for line in hub.log if re.search("WARNING|ERROR|Traceback", line)]

    asyncio.run(run())


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    async def run() -> None:
        taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = taken.sockets[0].getsockname()[1]
        async with taken, program("hub", *ALONE, "--set", f"serve.port={port}") as hub, asyncio.timeout(LATE_S):
            await hub.says(f"hark-hub: cannot listen on 127.0.0.1 port {port}: Address already in use")
            assert await hub.process.wait() == 2

    asyncio.run(run())
