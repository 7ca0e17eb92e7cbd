"""hark-satellite doctor: says what is well and what is not, each with its remedy, and listens for a few seconds.

Sound is looked at and forgotten. A terminal shows a live meter meanwhile; a pipe gets the summary alone.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TextIO

import msgspec
import numpy as np

from config.satellite import SatelliteSettings
from satellite.doctor.facts import gather
from satellite.doctor.findings import CHECKS, Finding, Level, devices, microphone, wake
from satellite.doctor.meter import Levels, bar
from satellite.hearing.chain import rules
from satellite.hearing.wake import WakeError, WakeWords
from satellite.sound.microphone import Microphone, MicrophoneError
from satellite.sound.speaker import Speaker, SpeakerError
from wire.pcm import FULL_SCALE, PcmFormat

SHOWN_EVERY = 5  # frames: the meter moves ten times a second
TONE = PcmFormat(48_000)  # what sound cards take as it is
TONE_HZ = 440.0
TONE_S = 1.0
TONE_DBFS = -20.0
SOUND_ERRORS = (MicrophoneError, SpeakerError, ImportError)  # the last: its library is not installed
MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.BAD: "bad    "}


@dataclass(frozen=True, slots=True)
class Parts:
    """How main makes the engines; each raises its own error where that cannot be done."""

    microphone: Callable[[], Microphone]
    speaker: Callable[[], Speaker]
    wake: Callable[[], WakeWords]
    devices: Callable[[], tuple[Sequence[str], Sequence[str]]]
    """The names of the microphones and of the speakers."""


class Report:
    """The findings, shown as they come."""

    def __init__(self, screen: TextIO, as_json: bool) -> None:
        self._screen, self._as_json = screen, as_json
        self._findings: dict[str, Finding] = {}

    def add(self, check: str, finding: Finding) -> None:
        """One more."""
        self._findings[check] = finding
        if not self._as_json:
            remedy = f"\n{'':20}→ {finding.remedy}" if finding.remedy else ""
            print(f"{MARKS[finding.level]}  {check:10} {finding.text}{remedy}", file=self._screen, flush=True)

    def live(self, line: str) -> None:
        """Shows a line that the next one overwrites, to people only."""
        if self._screen.isatty() and not self._as_json:
            print(f"\r\x1b[K{line}", end="", file=self._screen, flush=True)

    def end(self) -> int:
        """The program's exit code: 1 where something is bad."""
        if self._as_json:
            print(msgspec.json.encode(self._findings).decode(), file=self._screen)
        return int(any(finding.level is Level.BAD for finding in self._findings.values()))


async def examine(settings: SatelliteSettings, parts: Parts, report: Report, seconds: float, tone: bool) -> None:
    """Makes every check, in the order in which one would look."""
    facts = await asyncio.to_thread(gather, settings)
    for name, check in CHECKS.items():
        report.add(name, check(facts))
    try:
        report.add("devices", devices(*parts.devices()))
    except SOUND_ERRORS as error:
        report.add("devices", _trouble(error))
    await _hear(settings, parts, report, seconds)
    if tone:
        silent = Finding(Level.BAD, "no speaker is set", "give --speaker with a sound device's name, such as default")
        report.add("speaker", await _sound(parts.speaker) if settings.speaker.device else silent)


async def _hear(settings: SatelliteSettings, parts: Parts, report: Report, seconds: float) -> None:
    levels = Levels()
    best: dict[str, float] = {}
    try:
        wake_words = parts.wake()
    except WakeError as error:
        return report.add("wake", _trouble(error))
    try:
        async with asyncio.timeout(seconds):
            await _listen(parts.microphone(), wake_words, levels, best, report)
    except SOUND_ERRORS as error:
        report.live("")
        return report.add("microphone", _trouble(error))
    except TimeoutError:
        report.live("")
    report.add("microphone", microphone(levels))
    report.add("wake", wake(best, rules(settings.wake, wake_words)))
    return None


async def _listen(
    source: Microphone, wake_words: WakeWords, levels: Levels, best: dict[str, float], report: Report
) -> None:
    async with aclosing(source.frames()) as frames:
        async for frame in frames:
            levels.push(frame.pcm)
            for scores in await wake_words.hear(frame.pcm):
                best.update({word: max(score, best.get(word, 0.0)) for word, score in scores.items()})
            if levels.frames % SHOWN_EVERY == 0:
                report.live(bar(levels, best))


async def _sound(speaker: Callable[[], Speaker]) -> Finding:
    try:
        async with speaker().stream(TONE, "doctor") as stream:
            await stream.play(sine())
            await stream.drain()
    except SOUND_ERRORS as error:
        return _trouble(error)
    return Finding(Level.OK, f"played {TONE_HZ:.0f} Hz for {TONE_S:g} s: if you heard nothing, look at alsamixer")


def sine() -> bytes:
    """A test tone, faded in and out so that it does not click."""
    count = round(TONE_S * TONE.rate)
    wave = np.sin(2 * math.pi * TONE_HZ / TONE.rate * np.arange(count)) * np.hanning(count) ** 0.25
    pcm: bytes = (wave * FULL_SCALE * 10 ** (TONE_DBFS / 20)).astype("<i2").tobytes()
    return pcm


def _trouble(error: Exception) -> Finding:
    """An engine's error says what happened, why and what to do; the last is its remedy."""
    what, semicolon, remedy = str(error).rpartition("; ")
    return Finding(Level.BAD, what if semicolon else remedy, remedy if semicolon else "")
