"""The real programs over real sockets, with the embedded engines and spoken audio."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import wave
from pathlib import Path

import numpy as np
import pytest
from wyoming.event import Event

from bench import spoken
from bench.house import House, Seen, house, program
from bench.spoken import Question, record
from hub.timeline import MARKS
from wire.framing import encode

pytestmark = pytest.mark.end_to_end

QUESTIONS = {question.text: question for question in spoken.shipped()}
LIGHT, UNKNOWN, LOCK = (
    QUESTIONS[text] for text in ("turn on the kitchen light", "who won the football match", "is the front door locked")
)
SLOWLY = ("--set", "tts.espeak.words_per_minute=80")  # so that there is a reply to interrupt
LATE_S = 60.0
END = "end_of_speech"
"""The mark that a satellite does not tell where it was so busy that it woke after the question."""


def loudness(path: Path | None) -> float:
    assert path is not None
    with wave.open(str(path), "rb") as file:
        return float(np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2")).max(initial=0))


class Watcher:
    """What the hub has shown so far, and a way to wait for more."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._more = asyncio.Event()

    def see(self, seen: Seen) -> None:
        self._seen.append(seen)
        self._more.set()

    def all(self, event: str) -> list[Seen]:
        return [each for each in self._seen if each["event"] == event]

    async def until(self, event: str, times: int = 1) -> Seen:
        """Waits until an event has been shown so often; returns the last one."""
        async with asyncio.timeout(LATE_S):
            while len(self.all(event)) < times:
                self._more.clear()
                await self._more.wait()
        return self.all(event)[times - 1]


def play(running: House, question: Question, name: str) -> None:
    """Speaks into the microphone without waiting for an answer."""
    record(question, running.microphone / f"{name}.wav")


def test_questions_are_answered_aloud_and_the_home_changes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, lambda seen: None) as running:
            light = await running.ask(LIGHT)
            lock = await running.ask(LOCK)
            unknown = await running.ask(UNKNOWN)
        assert light.transcript == LIGHT.text
        assert light.actions == [{"service": "light.turn_on", "entity_id": "light.kitchen_lights", "data": {}}]
        assert lock.reply == "Yes"
        assert lock.actions == unknown.actions == []
        assert unknown.reply.startswith("Sorry")
        answers = (light, lock, unknown)
        assert any(list(answer.marks_ms()) == list(MARKS) for answer in answers)
        for answer in answers:
            assert loudness(answer.reply_wav) > 1000
            marks = answer.marks_ms()
            assert set(MARKS) - {END} <= set(marks)
            order = ["wake", END, "raw_pause", "final", "first_clause", "first_audio_made"]
            order += ["first_audio_played", "last_audio"]  # the reply is made while the endpoint waits
            times = [marks[mark] for mark in order if mark in marks]
            assert times == sorted(times)
            assert marks["endpoint"] <= marks["first_audio_played"]

    asyncio.run(scenario())
    with contextlib.closing(sqlite3.connect(tmp_path / "timeline.sqlite")) as file:
        rows = file.execute("SELECT marks_ms, engines FROM turns").fetchall()
    assert len(rows) == 3
    assert all(set(MARKS) - {END} <= set(json.loads(marks)) <= set(MARKS) for marks, _ in rows)


def test_the_wake_word_interrupts_a_reply_and_the_next_question_is_answered(tmp_path: Path) -> None:
    async def scenario() -> None:
        watcher = Watcher()
        async with house(tmp_path, watcher.see, hub=SLOWLY) as running:
            play(running, UNKNOWN, "1")
            first = await watcher.until("reply")
            play(running, LIGHT, "2")
            second = await watcher.until("awake", 2)
            await watcher.until("times", 2)
            interrupted, answered = watcher.all("times")
        assert interrupted["turn"] == first["turn"]
        assert answered["turn"] == second["turn"] != first["turn"]
        marks = interrupted["marks_ms"]
        assert isinstance(marks, dict)
        assert "first_audio_played" in marks
        assert "last_audio" not in marks  # cut off
        assert watcher.all("reply")[-1]["text"] == "Turned on the light"

    asyncio.run(scenario())


def test_a_satellite_killed_in_the_middle_of_a_reply_is_led_again_when_it_is_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        watcher = Watcher()
        async with house(tmp_path, watcher.see, hub=SLOWLY) as running:
            port = (await running.satellite.says(r"listens on .* port (\d+)"))[1]
            play(running, UNKNOWN, "1")
            await watcher.until("reply")
            running.satellite.process.kill()
            await running.hub.says("dialling again")
            assert running.hub.process.returncode is None
            microphone = tmp_path / "microphone"
            microphone.mkdir()
            async with program("satellite", "--port", port, "--mic", f"wav:{microphone}") as back:
                await back.says("led by")
                record(LIGHT, microphone / "1.wav")
                await watcher.until("action")

    asyncio.run(scenario())


def test_a_hub_that_dies_leaves_a_satellite_that_the_next_hub_leads(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, lambda seen: None) as running:
            port = (await running.satellite.says(r"listens on .* port (\d+)"))[1]
            running.hub.process.kill()
            await running.satellite.says("no controller is connected")
            options = ("--satellite", f"127.0.0.1:{port}", "--set", "timeline.file=", "--set", "serve.port=0")
            async with program("hub", *options) as second:
                await second.says("leading")
                assert running.satellite.process.returncode is None

    asyncio.run(scenario())


ABUSE = {
    "garbage": b"\x00\xff garbage, and no JSON\n",
    "a 2 GB header": b'{"type": "audio-chunk", "payload_length": 2147483648}\n',
    "half an event": encode(Event("ping", {"text": "x" * 50}))[:-20],
    "silence": b"",
}


def test_peers_that_misbehave_cost_only_themselves(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, lambda seen: None) as running:
            port = int((await running.satellite.says(r"listens on .* port (\d+)"))[1])
            writers = []
            for sent in ABUSE.values():
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(sent)
                writers.append(writer)
            await running.satellite.says("malformed|no Wyoming event|not JSON|header")
            answer = await running.ask(LIGHT)
            assert len(answer.actions) == 1
            for writer in writers:
                writer.close()

    asyncio.run(scenario())


async def refusal(name: str, *options: str) -> tuple[int | None, str]:
    async with program(name, *options) as refused, asyncio.timeout(LATE_S):
        await refused.process.wait()
        await refused.says("has ended")
        return refused.process.returncode, refused.log[0]


def test_what_cannot_start_says_why_in_one_sentence(tmp_path: Path) -> None:
    typo = tmp_path / "house.toml"
    typo.write_text("[endpoint]\nwait = 1\n")
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"RIFF, but no WAV")

    async def scenario() -> None:
        assert await refusal("hub", "--config", str(typo)) == (
            2,
            f"hark-hub: {typo}: endpoint.wait: there is no such key; did you mean wait_ms?",
        )
        code, said = await refusal("satellite", "--mic", f"wav:{noise}")
        assert code == 2
        assert "is not a WAV file" in said
        code, said = await refusal("satellite")
        assert code == 2
        assert "no microphone is set" in said
        taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        async with taken:
            port = taken.sockets[0].getsockname()[1]
            code, said = await refusal("satellite", "--port", str(port), "--mic", f"wav:{tmp_path}")
        assert code == 2
        assert f"port {port}" in said
        assert "in use" in said

    asyncio.run(scenario())


def test_a_hub_without_its_satellite_says_so_and_waits(tmp_path: Path) -> None:
    async def scenario() -> None:
        options = ("--satellite", "127.0.0.1:9", "--set", "timeline.file=", "--set", "serve.port=0")
        async with program("hub", *options) as waiting:
            said = await waiting.says("cannot connect to 127.0.0.1 port 9")
            assert "dialling again until it answers" in said.string
            assert waiting.process.returncode is None

    asyncio.run(scenario())
