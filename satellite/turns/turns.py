"""Turns, one at a time: feeds the phases with what is heard, received and played, and does what they say.

Everything here runs on one event loop. `happens` decides and acts without awaiting, so that no two events can
overlap; what takes time (the wire, the speaker, the wake word engine) is in the parts it calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event as WyomingEvent
from wyoming.vad import VoiceStopped

from config.satellite import SatelliteSettings
from satellite.controllers.controller import Controller
from satellite.controllers.link import Link
from satellite.hearing.ears import Ears, Woken
from satellite.hearing.vad import Edge
from satellite.hearing.wake import Detection
from satellite.playing.chimes import Sound
from satellite.playing.mixer import Mixer
from satellite.playing.playback import Playback
from satellite.sound.microphone import Frame
from satellite.turns.grant import Grant
from satellite.turns.incoming import Incoming
from satellite.turns.outgoing import BUTTON, Outgoing
from satellite.turns.phases import Action, Event, Phase, Unexpected, Watchdog, step
from wire import hark
from wire.audio import is_audio
from wire.pcm import SILENCE_DBFS
from wire.sayings import Sayings

_log = logging.getLogger(__name__)

REPORT_S = 0.2  # between two reports of the playback to the hub
PATIENCE_S = 5.0  # with a leader that is gone while somebody speaks: Home Assistant comes back after three
DUCKED_S = 2.0  # speech over a reply that the hub makes nothing of
NOTHING_TO_ANSWER = {"duplicate_wake_up_detected", "stt-no-text-recognized"}
"""Home Assistant's errors that are none to a person: another satellite answers, or nobody said anything."""

CHIMES = {Action.CHIME_AWAKE: Sound.AWAKE, Action.CHIME_DONE: Sound.DONE, Action.CHIME_ERROR: Sound.ERROR}


class Turns:
    """The turns of one satellite; `changed` is called after each change of phase.

    `obey` is called with the action and the level of what a person asks of the satellite itself (hark.Control).
    """

    def __init__(
        self,
        settings: SatelliteSettings,
        link: Link,
        ears: Ears,
        mixer: Mixer,
        changed: Callable[[], None],
        obey: Callable[[str, float | None], None],
    ) -> None:
        self._clock = asyncio.get_running_loop().time
        self._link, self._ears, self._mixer = link, ears, mixer
        self._changed, self._obey = changed, obey
        self._outgoing = Outgoing(link, settings.vad.pause_ms / 1000, self._clock)
        self._playback = Playback(settings.playback, mixer, self._first_heard, self._drained)
        self._incoming = Incoming(self._playback, self._begins)
        self._woken_by = Woken(Detection(BUTTON, 1.0), SILENCE_DBFS)
        self._sounding: Controller | None = None
        self._grant = Grant(lambda: self.happens(Event.GRANTED))
        self._follow_up = settings.wake.follow_up
        self._asks = ""  # the turn whose reply asks something
        self._watchdog = Watchdog(_limits(settings), self._clock())
        self._sayings = Sayings(_log, self._clock)
        self._progress = (0.0, 0.0)  # of the playback, and when it was reported
        self._spoken_over_at = 0.0
        self._alone_since: float | None = None  # that there is no leader, in a turn that began with one
        self.phase = Phase.IDLE

    @property
    def turn(self) -> str:
        """The current turn's id, "" where there is none."""
        return self._outgoing.turn.id if self._outgoing.turn else ""

    def happens(self, event: Event) -> None:
        """Something happened: moves to the next phase and does what the table says."""
        try:
            phase, actions = step(self.phase, event)
        except Unexpected as error:
            self._sayings.warn(str(error), f"ignored: {error}")
            return
        _log.debug("%s -> %s: %s", self.phase.value, phase.value, event.value)
        moved, self.phase = phase is not self.phase, phase
        self._watchdog.enter(phase, self._clock())
        for action in actions:
            if action in CHIMES:
                self._chime(action)
            else:
                _DO[action](self)
        if phase is not Phase.LISTENING:
            self._grant.drop()
        if moved and phase is Phase.IDLE:
            self._link.settle()
            self._incoming.free()
        if moved:
            self._changed()

    # What is heard

    def wake(self, woken: Woken) -> None:
        """A wake word was heard, or a button pressed."""
        self._woken_by = woken
        if self._link.leader is None:
            self.happens(Event.ALONE)
        else:
            claims = self._link.leader.arbitrates and woken.detection.name != BUTTON
            self.happens(Event.CLAIM if claims else Event.WAKE)

    def heard(self, frame: Frame, edge: Edge | None) -> None:
        """The next frame of the microphone."""
        self._outgoing.heard(frame, edge)

    def spoken_over(self) -> None:
        """Somebody speaks while the satellite does."""
        if self.phase is Phase.SPEAKING:
            self._spoken_over_at = self._clock()
            self.happens(Event.SPEECH)

    # What is received

    def received(self, controller: Controller, event: WyomingEvent) -> None:
        """A controller has sent something about a turn or its sound; raises MalformedEvent."""
        if is_audio(event):
            self._incoming.received(controller, event)
            controller.runs = controller.runs and not AudioStop.is_type(event.type)
            if AudioChunk.is_type(event.type) and controller is self._incoming.floor:
                self._watchdog.progress(self._clock())
        elif (said := hark.parse(event)) is not None:
            self._received_hark(controller, said)
        elif controller is self._link.leader:
            self._received_plain(controller, event)

    def _received_hark(self, controller: Controller, said: hark.HarkEvent) -> None:
        match said:
            case hark.Clock(t0=asked, t1=None):
                now = self._clock()
                controller.post(hark.Clock(asked, now, now))
            case hark.Flush(turn=turn):
                self._incoming.flushed(controller, turn)
                if turn == self.turn and controller is self._link.leader and self.phase is Phase.SPEAKING:
                    self.happens(Event.CANCELLED)
            case hark.Listen(turn=turn) if turn == self.turn and controller is self._link.leader:
                self._asks = turn if self._follow_up else ""
            case hark.Control(turn=turn) if turn == self._outgoing.latest and controller is self._link.leader:
                self._obey(said.action, said.level)
            case hark.Turn(turn=turn, phase="reply") if turn == self.turn:
                self._incoming.replies(controller)
            case hark.Turn(turn=turn) if turn == self.turn and controller is self._link.leader:
                self._told(said.phase)

    def _told(self, phase: str) -> None:
        """The leader says what becomes of the turn."""
        match phase:
            case "granted":
                self._grant.give()
            case "elsewhere":
                self.happens(Event.ELSEWHERE)
            case "end":
                self.happens(Event.OVER)

    def _received_plain(self, leader: Controller, event: WyomingEvent) -> None:
        if Transcript.is_type(event.type):
            self.happens(Event.WORDS)
        elif VoiceStopped.is_type(event.type) and self.phase is Phase.LISTENING:
            self.happens(Event.ENOUGH)
        elif Error.is_type(event.type):
            leader.runs = False
            refused = event.data.get("code") in NOTHING_TO_ANSWER
            if not refused:
                self._sayings.warn("error", f"the controller says: {event.data.get('text')!r:.200}")
            self.happens(Event.REFUSED if refused else Event.FAILED)

    def gone(self, controller: Controller) -> None:
        """A controller's connection has ended."""
        self._incoming.gone(controller)

    def led(self, lost: bool) -> None:
        """Another controller leads, or nobody; `lost` says that the leader before it is gone."""
        if self._link.leader is None:
            self._alone_since = self._clock()
            self.happens(Event.LEFT)
        elif lost or self._alone_since is not None:
            self._alone_since = None
            self.happens(Event.HANDED)

    def _begins(self, controller: Controller) -> bool:
        if self.phase in (Phase.LISTENING, Phase.THINKING) and controller is not self._link.leader:
            return False
        self._sounding = controller
        self.happens(Event.SOUND)
        return True

    # What is played

    def _first_heard(self, at: float) -> None:
        self._outgoing.mark("first_audio_played", at)

    def _drained(self, at: float) -> None:
        self._outgoing.mark("last_audio", at)
        asked = self.turn != "" and self._asks == self.turn and self._link.leader is not None and self._ears.hears
        self._woken_by = Woken(Detection(BUTTON, 1.0), SILENCE_DBFS) if asked else self._woken_by
        self.happens(Event.ASKED if asked else Event.PLAYED)

    # What time brings

    def tick(self) -> None:
        """Looks at the clock; called some times a second."""
        now = self._clock()
        played_s, reported_at = self._progress
        if self._playback.played_s != played_s:
            self._progress = (self._playback.played_s, reported_at)
            self._watchdog.progress(now)
        if self._watchdog.barks(now):
            self._sayings.warn(f"timeout {self.phase}", f"{self.phase.value} lasted too long and was ended")
            self.happens(Event.TIMEOUT)
        if self.phase is Phase.LISTENING and self._alone_since is not None and now >= self._alone_since + PATIENCE_S:
            self.happens(Event.GIVEN_UP)
        if self._spoken_over_at and now >= self._spoken_over_at + DUCKED_S:
            self._spoken_over_at = 0.0
            if self.phase is Phase.SPEAKING:
                self.happens(Event.QUIET)
        if self.phase is Phase.SPEAKING and self.turn and now >= reported_at + REPORT_S:
            self._progress = (self._playback.played_s, now)
            self._link.post(self._report(self.turn))

    def _report(self, turn: str) -> hark.Playback:
        held, played = self._playback.held_s, self._playback.played_s
        return hark.Playback(turn, round(held * 1000), round(played * 1000), self._playback.underruns)

    # What the phases ask for

    def _chime(self, action: Action) -> None:
        self._mixer.play(CHIMES[action])
        if action is Action.CHIME_AWAKE:
            self._outgoing.mark("awake", self._clock())

    def _begin_turn(self) -> None:
        self._alone_since = None if self._link.leader else self._clock()
        self._outgoing.begin(self._woken_by)

    def _stream(self) -> None:
        self._outgoing.stream(self._ears.begin_turn())

    def _stream_on(self) -> None:
        self._ears.begin_turn()  # the sound from before is the satellite's own voice
        self._outgoing.stream([])

    def _replay(self) -> None:
        self._outgoing.replay()

    def _stop_stream(self) -> None:
        self._outgoing.stop()

    def _play(self) -> None:
        assert self._sounding is not None
        self._outgoing.mark("first_audio_arrived", self._clock())
        self._incoming.play(self._sounding, self.turn or "said")

    def _finish(self) -> None:
        if self._link.leader is not None:
            self._incoming.finish(self._link.leader)

    def _flush(self) -> None:
        self._playback.flush()
        self._unduck()

    def _cancel(self) -> None:
        turn = self._outgoing.cancel(self._playback.played_s)
        if (whom := self._incoming.floor or self._link.leader) is not None:
            self._incoming.cancel(whom, turn)
            if whom.hub is None and whom.runs:
                self._link.renew(whom)

    def _report_played(self) -> None:
        if self._incoming.floor is not None:
            self._incoming.played(self._incoming.floor)
        self._unduck()

    def _end_turn(self) -> None:
        self._outgoing.end()

    def _duck(self) -> None:
        self._mixer.duck(True)

    def _unduck(self) -> None:
        self._mixer.duck(False)

    def _say_alone(self) -> None:
        self._sayings.warn("alone", "woken, but no controller is connected to answer; see that the hub runs")
        self._mixer.play(Sound.NO_CONTROLLER)


_DO: dict[Action, Callable[[Turns], None]] = {
    Action.AWAIT_GRANT: lambda turns: turns._grant.wait(),
    Action.SAY_ALONE: Turns._say_alone,
    Action.BEGIN_TURN: Turns._begin_turn,
    Action.STREAM: Turns._stream,
    Action.STREAM_ON: Turns._stream_on,
    Action.REPLAY: Turns._replay,
    Action.STOP_STREAM: Turns._stop_stream,
    Action.PLAY: Turns._play,
    Action.FINISH: Turns._finish,
    Action.FLUSH: Turns._flush,
    Action.DUCK: Turns._duck,
    Action.UNDUCK: Turns._unduck,
    Action.CANCEL: Turns._cancel,
    Action.REPORT_PLAYED: Turns._report_played,
    Action.END_TURN: Turns._end_turn,
}


def _limits(settings: SatelliteSettings) -> dict[Phase, float]:
    limits = settings.watchdogs
    return {
        Phase.LISTENING: limits.listening_s,
        Phase.THINKING: limits.thinking_s,
        Phase.SPEAKING: limits.speaking_s,
    }
