"""hark-satellite record: keeps one clip of the room, when somebody asks for it at the command line and never else.

A clip is a WAV file (16 kHz, 16 bit, mono) and beside it a label track as Audacity and engines/files.py read it: a line
for the whole clip with the given label, and one for "speech" where there was any. Only the user may read both.
"""

from __future__ import annotations

import io
import itertools
import os
import re
import wave
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from satellite.hearing.vad import VoiceActivity
from satellite.sound.microphone import FRAME_S, Microphone
from wire.pcm import SPEECH

LONGEST_S = 600  # as engines/files.py takes it
MODE = 0o600
START_FRAMES = 3  # of voice in a row are speech; less is a click


class RecordError(Exception):
    """The clip cannot be kept; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Where a clip goes: its sound, and beside it its labels."""

    label: str
    sound: Path

    @property
    def labels(self) -> Path:
        """The label track."""
        return self.sound.with_suffix(".txt")


def clip(label: str, folder: Path, now: datetime) -> Clip:
    """The place of a new clip; raises RecordError."""
    if not re.fullmatch(r"\w[\w-]{0,63}", label):
        raise RecordError(f"{label!r} is no label; use letters, digits, _ and -, such as hey_jarvis or kitchen-noise")
    if not folder.is_dir():
        raise RecordError(f"{folder} is no folder; make it or give another with --out")
    return Clip(label, folder / f"{label}-{now:%Y%m%d-%H%M%S}.wav")


async def hear(microphone: Microphone, vad: VoiceActivity, seconds: float) -> tuple[bytes, list[bool]]:
    """So much sound, and for each of its frames whether there is voice in it. Raises MicrophoneError."""
    pcm, voice = bytearray(), []
    async with aclosing(microphone.frames()) as frames:
        async for frame in frames:
            pcm += frame.pcm
            voice.append(vad.is_voice(frame.pcm))
            if len(pcm) >= SPEECH.bytes(seconds):
                break
    return bytes(pcm), voice


def label_track(label: str, seconds: float, voice: Sequence[bool]) -> str:
    """Lines of start, end (seconds) and text: the whole clip's, and one from the first to the last speech."""
    lines = [(0.0, seconds, label)]
    if speech := _speech(voice):
        lines.append((*speech, "speech"))
    return "".join(f"{start:.3f}\t{end:.3f}\t{text}\n" for start, end, text in lines)


def _speech(voice: Sequence[bool]) -> tuple[float, float] | None:
    at, runs = 0, []
    for is_voice, run in itertools.groupby(voice):
        length = len(list(run))
        if is_voice and length >= START_FRAMES:
            runs.append((at, at + length))
        at += length
    return (runs[0][0] * FRAME_S, runs[-1][1] * FRAME_S) if runs else None


def keep(kept: Clip, pcm: bytes, labels: str) -> None:
    """Writes both files; raises RecordError, and leaves no half of them."""
    written: list[Path] = []
    try:
        for path, content in ((kept.sound, _wav(pcm)), (kept.labels, labels.encode())):
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
                written.append(path)
                file.write(content)
    except OSError as error:
        for path in written:
            path.unlink()
        raise RecordError(f"cannot write {kept.sound}: {error.strerror}; check the folder's rights and space") from None


def _wav(pcm: bytes) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setparams((SPEECH.channels, SPEECH.width, SPEECH.rate, 0, "NONE", ""))
        sound.writeframes(pcm)
    return content.getvalue()


async def record(microphone: Microphone, vad: VoiceActivity, kept: Clip, seconds: float) -> None:
    """Records and keeps one clip, and says where. Raises MicrophoneError and RecordError."""
    if not 0 < seconds <= LONGEST_S:
        raise RecordError(f"a clip of {seconds:g} s cannot be kept; give --seconds from 1 to {LONGEST_S}")
    print(f"recording for {seconds:g} s: speak now", flush=True)
    pcm, voice = await hear(microphone, vad, seconds)
    keep(kept, pcm, label_track(kept.label, SPEECH.seconds(len(pcm)), voice))
    print(f"kept in {kept.sound}, its labels in {kept.labels.name}; nothing else was stored")
