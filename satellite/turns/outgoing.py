"""What a turn sends to the leader: who woke it, the sound from before and after, its pauses, and its times."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from wyoming.audio import AudioChunk
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from satellite.controllers.link import Link
from satellite.hearing.ears import Woken
from satellite.hearing.vad import Edge
from satellite.sound.microphone import Frame
from satellite.turns.turn import Turn
from wire import hark
from wire.connection import Sendable
from wire.pcm import SPEECH

BUTTON = ""
"""In the place of a wake word's name, of a turn that a button began: a controller is told of no detection."""


class Outgoing:
    """The current turn's way to the leader; `pause_s` is the silence that makes a pause."""

    def __init__(self, link: Link, pause_s: float, clock: Callable[[], float]) -> None:
        self._link, self._pause_s, self._clock = link, pause_s, clock
        self._boot = secrets.token_hex(4)
        self._turns = 0
        self._streams = False
        self._said_before: list[Sendable] = []
        self.turn: Turn | None = None

    @property
    def latest(self) -> str:
        """The id of the turn at hand, or of the one just over."""
        return f"{self._boot}:{self._turns}"

    def begin(self, woken: Woken) -> None:
        """A turn begins."""
        self._turns += 1
        self.turn = Turn(self.latest)
        self.turn.mark("wake", self._clock())
        word, level, at = woken.detection, woken.level_dbfs, woken.at
        if word.name != BUTTON:
            self._link.post(Detection(name=word.name))
        self._link.post(hark.Turn(self.turn.id, "wake", name=word.name or None, score=word.score, level=level, at=at))
        self._link.post(RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS))
        if self._link.leader is not None:
            self._link.leader.runs = True

    def stream(self, before: list[bytes]) -> None:
        """Sends the sound from before the turn; what is heard from now on follows."""
        for pcm in before:
            self._post_sound(pcm)
        self._streams = True

    def replay(self) -> None:
        """Sends what the last turn has said; what is heard from now on follows."""
        for event in self._said_before:
            self._post(event)
        self._streams = True

    def stop(self) -> None:
        """The rest is not for the controller."""
        self._streams = False

    def end(self) -> None:
        """The turn is over: a hub is told its times."""
        if self.turn is not None:
            self._link.post(hark.Trace(self.turn.id, dict(self.turn.marks)))
            self._said_before = list(self.turn.said)
            self.turn = None

    def cancel(self, played_s: float) -> str:
        """Tells a hub that its reply is not wanted after this much of it; returns the turn's id, "" without a turn."""
        if self.turn is None:
            return ""
        self._link.post(hark.Cancel(self.turn.id, played_ms=round(played_s * 1000)))
        return self.turn.id

    def mark(self, name: str, at: float) -> None:
        """The first time of each mark counts."""
        if self.turn is not None:
            self.turn.mark(name, at)

    def heard(self, frame: Frame, edge: Edge | None) -> None:
        """The next frame of the microphone, and the edge of speech that it completes."""
        turn = self.turn
        if turn is None or not self._streams:
            return
        self._post_sound(frame.pcm)
        if frame.ends_speech:
            turn.label(frame.at)
        if edge is Edge.STARTED:
            self._post(VoiceStarted())
        elif edge is Edge.STOPPED:
            turn.pause(frame.at - self._pause_s)
            self._post(VoiceStopped())

    def _post_sound(self, pcm: bytes) -> None:
        self._post(AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, pcm))

    def _post(self, event: Sendable) -> None:
        assert self.turn is not None
        self.turn.said.append(event)
        self._link.post(event)
