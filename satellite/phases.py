"""What a satellite does, as a table: (phase, event) -> (next phase, actions).

Pure. The shell in satellite.py feeds events in and carries the actions out, in order. A pair that is not in
the table is a typed error that names both; the shell counts it and stays in its phase, so nothing that a
controller sends out of order can confuse or end the satellite. docs/phases.md is drawn from this table.
"""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a satellite stands."""

    ALONE = "alone"  # no controller leads
    IDLE = "idle"  # waits for a wake word
    LISTENING = "listening"  # streams to the controller
    THINKING = "thinking"  # the words are understood, the reply is on its way
    SPEAKING = "speaking"  # plays a reply or an announcement
    PAUSED = "paused"  # the controller asked for silence


class Event(Enum):
    """What can happen to it."""

    LED = "a controller leads"
    LEFT = "the controller is gone"
    WAKE = "the wake word is heard"
    WORDS = "the words are understood"
    SOUND = "sound begins to arrive"
    PLAYED = "the speaker has drained"
    TURN_OVER = "the controller ended the turn"
    PAUSE = "the controller asks for silence"
    TIMEOUT = "the watchdog barks"


class Action(Enum):
    """What the shell then does."""

    BEGIN_TURN = "begin a turn"
    STREAM = "stream the pre-roll and what follows"
    STOP_STREAM = "stop streaming"
    PLAY = "play"
    FLUSH = "silence the speaker"
    CANCEL = "cancel the turn at the controller"
    REPORT_PLAYED = "report that all was played"
    END_TURN = "end the turn"
    SAY_ALONE = "say that no controller is there"
    REOPEN_MICROPHONE = "open the microphone anew"
    OPEN_FENCE = "let sound in, whatever was cancelled before"


P, E, A = Phase, Event, Action

WAKE_UP = (A.BEGIN_TURN, A.STREAM)

TABLE: dict[tuple[Phase, Event], tuple[Phase, tuple[Action, ...]]] = {
    (P.ALONE, E.LED): (P.IDLE, (A.OPEN_FENCE,)),
    (P.ALONE, E.WAKE): (P.ALONE, (A.SAY_ALONE,)),
    (P.ALONE, E.TIMEOUT): (P.ALONE, (A.REOPEN_MICROPHONE,)),
    (P.IDLE, E.LED): (P.IDLE, ()),
    (P.IDLE, E.LEFT): (P.ALONE, ()),
    (P.IDLE, E.WAKE): (P.LISTENING, WAKE_UP),
    (P.IDLE, E.SOUND): (P.SPEAKING, (A.PLAY,)),
    (P.IDLE, E.TURN_OVER): (P.IDLE, ()),
    (P.IDLE, E.PAUSE): (P.PAUSED, ()),
    (P.IDLE, E.TIMEOUT): (P.IDLE, (A.REOPEN_MICROPHONE,)),
    (P.LISTENING, E.LEFT): (P.ALONE, (A.STOP_STREAM, A.END_TURN)),
    (P.LISTENING, E.WORDS): (P.THINKING, (A.STOP_STREAM,)),
    (P.LISTENING, E.WAKE): (P.LISTENING, ()),  # said twice, or a word of the question that sounds like it
    (P.LISTENING, E.SOUND): (P.SPEAKING, (A.STOP_STREAM, A.PLAY)),
    (P.LISTENING, E.TURN_OVER): (P.IDLE, (A.STOP_STREAM, A.END_TURN)),
    (P.LISTENING, E.PAUSE): (P.PAUSED, (A.STOP_STREAM, A.CANCEL, A.END_TURN)),
    (P.LISTENING, E.TIMEOUT): (P.IDLE, (A.STOP_STREAM, A.CANCEL, A.END_TURN)),
    (P.THINKING, E.LEFT): (P.ALONE, (A.END_TURN,)),
    (P.THINKING, E.WORDS): (P.THINKING, ()),
    (P.THINKING, E.WAKE): (P.LISTENING, (A.CANCEL, A.END_TURN, *WAKE_UP)),
    (P.THINKING, E.SOUND): (P.SPEAKING, (A.PLAY,)),
    (P.THINKING, E.TURN_OVER): (P.IDLE, (A.END_TURN,)),
    (P.THINKING, E.PAUSE): (P.PAUSED, (A.CANCEL, A.END_TURN)),
    (P.THINKING, E.TIMEOUT): (P.IDLE, (A.CANCEL, A.END_TURN)),
    (P.SPEAKING, E.LEFT): (P.ALONE, (A.FLUSH, A.END_TURN)),
    (P.SPEAKING, E.WAKE): (P.LISTENING, (A.FLUSH, A.CANCEL, A.END_TURN, *WAKE_UP)),
    (P.SPEAKING, E.PLAYED): (P.IDLE, (A.REPORT_PLAYED, A.END_TURN)),
    (P.SPEAKING, E.WORDS): (P.SPEAKING, ()),
    (P.SPEAKING, E.SOUND): (P.SPEAKING, (A.PLAY,)),
    (P.SPEAKING, E.TURN_OVER): (P.SPEAKING, ()),  # the hub has sent everything; the speaker has not played it yet
    (P.SPEAKING, E.PAUSE): (P.PAUSED, (A.FLUSH, A.CANCEL, A.END_TURN)),
    (P.SPEAKING, E.TIMEOUT): (P.IDLE, (A.FLUSH, A.CANCEL, A.END_TURN)),
    (P.PAUSED, E.LED): (P.IDLE, ()),
    (P.PAUSED, E.LEFT): (P.ALONE, ()),
    (P.PAUSED, E.WAKE): (P.PAUSED, ()),
    (P.PAUSED, E.PAUSE): (P.PAUSED, ()),
    (P.PAUSED, E.TURN_OVER): (P.PAUSED, ()),
    (P.PAUSED, E.TIMEOUT): (P.PAUSED, (A.REOPEN_MICROPHONE,)),
}


class Unexpected(Exception):
    """An event that the phase has no place for."""

    def __init__(self, phase: Phase, event: Event) -> None:
        super().__init__(f"{event.value}, which means nothing while {phase.value}")
        self.phase, self.event = phase, event


def step(phase: Phase, event: Event) -> tuple[Phase, tuple[Action, ...]]:
    """Returns the next phase and what to do; raises Unexpected for a pair that is not in the table."""
    try:
        return TABLE[phase, event]
    except KeyError:
        raise Unexpected(phase, event) from None


class Sign(Enum):
    """What a watchdog waits for, again and again."""

    MICROPHONE = "a frame from the microphone"
    PROGRESS = "more sound, sent or played"


KEPT_ALIVE = {
    Phase.ALONE: Sign.MICROPHONE,
    Phase.IDLE: Sign.MICROPHONE,
    Phase.PAUSED: Sign.MICROPHONE,
    Phase.SPEAKING: Sign.PROGRESS,
}
"""A phase that is not here may last its limit once."""


class Watchdog:
    """Barks when a phase goes on too long without the sign that keeps it alive; pure, fed with the time.

    Times are seconds of one monotonic clock.
    """

    def __init__(self, limits_s: dict[Phase, float], now: float) -> None:
        self._limits = limits_s
        self._phase = Phase.ALONE
        self._since = now

    def enter(self, phase: Phase, now: float) -> None:
        """A phase begins."""
        self._phase, self._since = phase, now

    def sign(self, sign: Sign, now: float) -> None:
        """A sign of life."""
        if KEPT_ALIVE.get(self._phase) is sign:
            self._since = now

    def barks(self, now: float) -> bool:
        """Whether the limit has passed; then it waits for a whole limit again."""
        if now - self._since < self._limits[self._phase]:
            return False
        self._since = now
        return True
