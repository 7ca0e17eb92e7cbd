"""The satellite itself: feeds the phases with what is heard, received and played, and does what they say.

Everything here runs on one event loop. `happens` decides and acts without awaiting, so that no two events can
overlap; what takes time (the wire, the speaker, the wake word engine) is in the parts it calls.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event as WyomingEvent
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection as WakeDetected

from config.satellite import SatelliteSettings
from satellite.ears import Ears, Woken
from satellite.fence import Fence
from satellite.info import describe
from satellite.link import Link
from satellite.microphone import Frame, Microphone
from satellite.phases import Action, Event, Phase, Sign, Unexpected, Watchdog, step
from satellite.playback import Playback
from satellite.speaker import Speaker
from satellite.turn import Turn
from satellite.vad import Edge, VoiceActivity
from satellite.wake import Detection, WakeWords
from wire import hark
from wire.audio import sound, sound_format
from wire.pcm import SPEECH
from wire.server import serve

_log = logging.getLogger(__name__)

TICK_S = 0.1  # between two looks at the watchdog
REPORT_TICKS = 2  # between two reports of the playback to the hub: 200 ms
QUIETEST_DBFS = -120.0


@dataclass(frozen=True, slots=True)
class Engines:
    """What main picked."""

    microphone: Microphone
    speaker: Speaker
    vad: VoiceActivity
    wake: WakeWords


class Satellite:
    """One satellite, from the opening of its port to the end of the process."""

    def __init__(self, settings: SatelliteSettings, engines: Engines) -> None:
        self._settings = settings
        self._clock = asyncio.get_running_loop().time
        self._boot = secrets.token_hex(4)
        self._turns = 0
        self._turn: Turn | None = None
        self._woken_by = Woken(Detection("", 0.0), QUIETEST_DBFS)
        self._streaming = False
        self._fence = Fence()
        self._arriving = SPEECH  # the format of the latest audio-start
        self.phase = Phase.ALONE
        self._watchdog = Watchdog(_limits(settings), self._clock())
        hello = hark.Hello(settings.name, hark.CAPABILITIES)
        self._link = Link(describe(settings), settings.controllers, hello, self.happens, self._received)
        self._ears = Ears(settings, engines.microphone, engines.vad, engines.wake, self._heard, self._woken)
        self._playback = Playback(settings.playback, engines.speaker, self._first_heard, self._drained)

    async def run(self) -> None:
        """Serves, listens and plays, without end; raises CannotListen where the port cannot be had."""
        listen = self._settings.listen
        async with serve(listen.host, listen.port, self._link.serve) as ports, asyncio.TaskGroup() as group:
            _log.info("%s listens on %s port %s", self._settings.name, listen.host, ports[0])
            group.create_task(self._ears.run())
            group.create_task(self._playback.run())
            group.create_task(self._tick())

    def happens(self, event: Event) -> None:
        """Something happened: moves to the next phase and does what the table says."""
        try:
            phase, actions = step(self.phase, event)
        except Unexpected as error:
            _log.warning("ignored: %s", error)
            return
        _log.debug("%s -> %s: %s", self.phase.value, phase.value, event.value)
        self.phase = phase
        self._watchdog.enter(phase, self._clock())
        for action in actions:
            _DO[action](self)

    # What the phases ask for

    def _begin_turn(self) -> None:
        self._turns += 1
        self._turn = Turn(f"{self._boot}:{self._turns}")
        self._turn.mark("wake", self._clock())
        word, level = self._woken_by.detection, self._woken_by.level_dbfs
        self._link.post(WakeDetected(name=word.name))
        self._link.post(hark.Turn(self._turn.id, "wake", name=word.name, score=word.score, level=level))
        self._link.post(RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS))

    def _stream(self) -> None:
        for pcm in self._ears.begin_turn():
            self._post_sound(pcm)
        self._streaming = True

    def _stop_stream(self) -> None:
        self._streaming = False

    def _play(self) -> None:
        self._playback.begin(self._arriving, self._turn.id if self._turn else "said")
        if self._turn:
            self._turn.mark("first_audio_arrived", self._clock())

    def _flush(self) -> None:
        self._playback.flush()

    def _cancel(self) -> None:
        if self._turn is not None:
            self._fence.cancel(self._turn.id, by_hub=self._link.led_by_hub)
            self._link.post(hark.Cancel(self._turn.id, played_ms=round(self._playback.played_s * 1000)))

    def _open_fence(self) -> None:
        self._fence.open()

    def _report_played(self) -> None:
        self._link.post(Played())

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._link.post(hark.Trace(self._turn.id, dict(self._turn.marks)))
            self._turn = None

    def _say_alone(self) -> None:
        _log.warning("heard %s, but no controller is connected to answer", self._woken_by.detection.name)

    def _reopen_microphone(self) -> None:
        _log.error("the microphone has given nothing for %s s; opening it anew", self._settings.watchdogs.microphone_s)
        self._ears.reopen()

    # What is heard

    def _woken(self, woken: Woken) -> None:
        self._woken_by = woken
        self.happens(Event.WAKE)

    def _heard(self, frame: Frame, edge: Edge | None) -> None:
        self._watchdog.sign(Sign.MICROPHONE, frame.at)
        if not self._streaming or self._turn is None:
            return
        self._post_sound(frame.pcm)
        if frame.ends_speech:
            self._turn.label(frame.at)
        if edge is Edge.STARTED:
            self._link.post(VoiceStarted())
        elif edge is Edge.STOPPED:
            self._turn.pause(frame.at, frame.at - self._settings.vad.pause_ms / 1000)
            self._link.post(VoiceStopped())

    def _post_sound(self, pcm: bytes) -> None:
        self._link.post(AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, pcm))

    # What is received

    async def _received(self, event: WyomingEvent) -> None:
        match hark.parse(event):
            case hark.Clock(t0=asked):
                now = self._clock()
                self._link.post(hark.Clock(asked, now, now))
            case hark.Flush(turn=turn):
                self._fence.flush(turn)
            case hark.Turn(turn=turn, phase="end") if self._turn is not None and turn == self._turn.id:
                self._playback.finish()  # a reply that broke off has no audio-stop
                self.happens(Event.TURN_OVER)
            case None:
                await self._received_plain(event)

    async def _received_plain(self, event: WyomingEvent) -> None:
        if Transcript.is_type(event.type) or VoiceStopped.is_type(event.type):
            self.happens(Event.WORDS)
        elif Error.is_type(event.type):
            _log.warning("the controller says: %.200s", event.data.get("text"))
            self.happens(Event.TURN_OVER)
        elif AudioStart.is_type(event.type):
            self._fence.arriving(True)
            if not self._fence.closed:
                self._arriving = sound_format(event)
                self.happens(Event.SOUND)
        elif AudioChunk.is_type(event.type) and not self._fence.closed:
            self._watchdog.sign(Sign.PROGRESS, self._clock())
            await self._playback.push(sound(event, self._arriving))
        elif AudioStop.is_type(event.type):
            if not self._fence.closed:
                self._playback.finish()
            self._fence.arriving(False)

    # What is played

    def _first_heard(self, at: float) -> None:
        if self._turn:
            self._turn.mark("first_audio_played", at)

    def _drained(self, at: float) -> None:
        if self._turn:
            self._turn.mark("last_audio", at)
        self.happens(Event.PLAYED)

    # What time brings

    async def _tick(self) -> None:
        played_s, ticks = 0.0, 0
        while True:
            await asyncio.sleep(TICK_S)
            ticks += 1
            if self._playback.played_s != played_s:
                played_s = self._playback.played_s
                self._watchdog.sign(Sign.PROGRESS, self._clock())
            if self._watchdog.barks(self._clock()):
                self.happens(Event.TIMEOUT)
            if ticks % REPORT_TICKS == 0 and self.phase is Phase.SPEAKING and self._turn:
                self._link.post(self._progress(self._turn.id))

    def _progress(self, turn: str) -> hark.Playback:
        held, played = self._playback.held_s, self._playback.played_s
        return hark.Playback(turn, round(held * 1000), round(played * 1000), self._playback.underruns)


_DO = {
    Action.BEGIN_TURN: Satellite._begin_turn,
    Action.STREAM: Satellite._stream,
    Action.STOP_STREAM: Satellite._stop_stream,
    Action.PLAY: Satellite._play,
    Action.FLUSH: Satellite._flush,
    Action.CANCEL: Satellite._cancel,
    Action.REPORT_PLAYED: Satellite._report_played,
    Action.END_TURN: Satellite._end_turn,
    Action.SAY_ALONE: Satellite._say_alone,
    Action.REOPEN_MICROPHONE: Satellite._reopen_microphone,
    Action.OPEN_FENCE: Satellite._open_fence,
}


def _limits(settings: SatelliteSettings) -> dict[Phase, float]:
    limits = settings.watchdogs
    return {
        Phase.ALONE: limits.microphone_s,
        Phase.IDLE: limits.microphone_s,
        Phase.PAUSED: limits.microphone_s,
        Phase.LISTENING: limits.listening_s,
        Phase.THINKING: limits.thinking_s,
        Phase.SPEAKING: limits.speaking_s,
    }
