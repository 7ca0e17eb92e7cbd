"""The same satellites with the embedded engines: recorded questions, heard, answered and spoken by the hub itself."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice

import numpy as np
from wyoming.audio import AudioChunk

from bench.load import report
from bench.load.fleet import fleet
from bench.load.question import STARTED, STOPPED, Question
from bench.spoken import NOISE_RMS, shipped, speech_end
from bench.spoken import Question as Recording
from wire.framing import encode
from wire.pcm import FULL_SCALE, SPEECH

FRAME_S = 0.02
LEAD_S = 0.4  # between wake word and question
PAUSE_FRAMES = 4  # after which the satellite tells that speech has paused


async def measure(satellites: int, turns: int) -> dict[str, object]:
    """Each of so many satellites asks so many questions; any sound is a reply."""
    conditions = report.conditions(satellites=satellites, turns=turns)
    recordings = shipped()
    questions = [question(recording, index) for index, recording in enumerate(recordings)]
    async with fleet(satellites, "hub", "--profile", "embedded") as running:
        running.ask(questions[0])  # what is made at first use is made
        await running.all_done()
        running.asked.clear()
        before = running.cpu_s()
        for asked in islice(cycle(questions), satellites * turns):
            running.ask(asked)
        await running.all_done()
        cpu_s = (running.cpu_s() - before) / (satellites * turns)
        resident = running.resident_mb()
    return {
        "conditions": conditions,
        "outcome": report.outcome(running.asked, [recording.text for recording in recordings]),
        "first_audio_ms": report.percentiles(report.first_audio(running.asked)),
        "fairness": report.fairness(running.asked),
        "cpu_s_a_turn": round(cpu_s, 3),
        "resident_mb": round(resident, 1),
    }


def question(recording: Recording, index: int) -> Question:
    """A recording in a quiet room, as a satellite sends it."""
    size = round(FRAME_S * SPEECH.rate)
    lead, ends = round(LEAD_S / FRAME_S), speech_end(recording.sound)
    frames = lead + -(-ends // size)
    noise = np.random.default_rng(index).normal(0, NOISE_RMS, (frames + 1) * size).astype(np.float32)
    noise[lead * size : lead * size + ends] += recording.sound[:ends]
    pcm = (np.clip(noise, -1, 1) * (FULL_SCALE - 1)).astype("<i2").reshape(-1, size)
    sent = [encode(AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, row.tobytes()).event()) for row in pcm]
    edges = {lead: STARTED, frames + PAUSE_FRAMES: STOPPED}
    return Question(index, FRAME_S, tuple(sent[:-1]), edges, sent[-1], numbered=False)


def lines(figures: Mapping[str, object]) -> list[str]:
    """For people."""
    return [f"{part}: {value}" for part, value in figures.items()]
