"""What a satellite does, as a table: (phase, event) -> (next phase, actions).

Pure. The shell in satellite.py feeds events in and carries the actions out, in order. A pair that is not in
the table is a typed error that names both; the shell counts it and stays in its phase, so nothing that a
controller sends out of order can confuse or end the satellite. docs/phases.md is drawn from this table.

Beside the phases stand, each in a file of its own, what is true in any of them: whether it is muted (mute.py),
who leads (link.py), and whether a timer rings (timers.py).
"""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a satellite stands in a turn."""

    IDLE = "idle"  # waits for a wake word
    LISTENING = "listening"  # streams to the controller
    THINKING = "thinking"  # the words are understood, the reply is on its way
    SPEAKING = "speaking"  # plays a reply or an announcement


class Event(Enum):
    """What can happen to it."""

    WAKE = "woken by word or button"
    CLAIM = "woken by word where the hub says who answers"
    GRANTED = "this satellite answers, or nobody has said in time"
    ELSEWHERE = "another satellite answers"
    ALONE = "woken, but no controller is there"
    STOP = "told to stop by word or button"
    MUTED = "muted here"
    PAUSED = "muted by the controller"
    ENOUGH = "the controller has heard enough"
    WORDS = "the words are understood"
    SOUND = "sound begins to arrive"
    SPEECH = "somebody speaks over it"
    QUIET = "nothing came of the speech over it"
    PLAYED = "the speaker has drained"
    ASKED = "the speaker has drained after a question"
    OVER = "the controller ended the turn"
    REFUSED = "the controller has nothing to answer"
    FAILED = "the controller failed"
    CANCELLED = "the hub took its reply back"
    LEFT = "the leader is gone"
    HANDED = "another controller leads"
    GIVEN_UP = "no controller has come back to hear it"
    TIMEOUT = "the watchdog barks"


class Action(Enum):
    """What the shell then does."""

    AWAIT_GRANT = "wait for the hub to say who answers"
    CHIME_AWAKE = "sound awake"
    CHIME_DONE = "sound understood"
    CHIME_ERROR = "sound an error"
    SAY_ALONE = "say that no controller is there"
    BEGIN_TURN = "begin a turn"
    STREAM = "stream the pre-roll and what follows"
    STREAM_ON = "stream what follows"
    REPLAY = "stream the same words again"
    STOP_STREAM = "stop streaming"
    PLAY = "play"
    FINISH = "take what has arrived for all"
    FLUSH = "silence the speaker"
    DUCK = "speak lower"
    UNDUCK = "speak up again"
    CANCEL = "cancel at the controller"
    REPORT_PLAYED = "report that all was played"
    END_TURN = "end the turn"


P, E, A = Phase, Event, Action

WAKE_UP = (A.BEGIN_TURN, A.CHIME_AWAKE, A.STREAM)
CLAIM_IT = (A.BEGIN_TURN, A.AWAIT_GRANT, A.STREAM)
HUSH = (A.FLUSH, A.CANCEL, A.END_TURN)

TABLE: dict[tuple[Phase, Event], tuple[Phase, tuple[Action, ...]]] = {
    (P.IDLE, E.WAKE): (P.LISTENING, WAKE_UP),
    (P.IDLE, E.CLAIM): (P.LISTENING, CLAIM_IT),
    (P.IDLE, E.ALONE): (P.IDLE, (A.SAY_ALONE,)),
    (P.IDLE, E.STOP): (P.IDLE, ()),
    (P.IDLE, E.MUTED): (P.IDLE, ()),
    (P.IDLE, E.PAUSED): (P.IDLE, ()),
    (P.IDLE, E.SOUND): (P.SPEAKING, (A.PLAY,)),
    (P.IDLE, E.OVER): (P.IDLE, ()),
    (P.IDLE, E.REFUSED): (P.IDLE, ()),
    (P.IDLE, E.FAILED): (P.IDLE, ()),
    (P.IDLE, E.LEFT): (P.IDLE, ()),
    (P.IDLE, E.HANDED): (P.IDLE, ()),
    (P.LISTENING, E.WAKE): (P.LISTENING, ()),  # said twice, or a word of the question that sounds like it
    (P.LISTENING, E.CLAIM): (P.LISTENING, ()),
    (P.LISTENING, E.GRANTED): (P.LISTENING, (A.CHIME_AWAKE,)),
    (P.LISTENING, E.ELSEWHERE): (P.IDLE, (A.STOP_STREAM, A.END_TURN)),
    (P.LISTENING, E.STOP): (P.IDLE, (A.STOP_STREAM, A.CANCEL, A.END_TURN)),
    (P.LISTENING, E.MUTED): (P.IDLE, (A.STOP_STREAM, A.CANCEL, A.END_TURN)),
    (P.LISTENING, E.PAUSED): (P.IDLE, (A.STOP_STREAM, A.CANCEL, A.END_TURN)),
    (P.LISTENING, E.ENOUGH): (P.LISTENING, (A.STOP_STREAM,)),
    (P.LISTENING, E.WORDS): (P.THINKING, (A.STOP_STREAM, A.CHIME_DONE)),
    (P.LISTENING, E.SOUND): (P.SPEAKING, (A.STOP_STREAM, A.PLAY)),
    (P.LISTENING, E.OVER): (P.IDLE, (A.STOP_STREAM, A.END_TURN)),
    (P.LISTENING, E.REFUSED): (P.IDLE, (A.STOP_STREAM, A.END_TURN)),
    (P.LISTENING, E.FAILED): (P.IDLE, (A.STOP_STREAM, A.CHIME_ERROR, A.END_TURN)),
    (P.LISTENING, E.LEFT): (P.LISTENING, ()),  # it may be back before the words are over
    (P.LISTENING, E.ALONE): (P.LISTENING, ()),
    (P.LISTENING, E.GIVEN_UP): (P.IDLE, (A.STOP_STREAM, A.SAY_ALONE, A.END_TURN)),
    (P.LISTENING, E.HANDED): (P.LISTENING, (A.END_TURN, A.BEGIN_TURN, A.REPLAY)),
    (P.LISTENING, E.TIMEOUT): (P.IDLE, (A.STOP_STREAM, A.CANCEL, A.END_TURN)),
    (P.THINKING, E.WAKE): (P.LISTENING, (A.CANCEL, A.END_TURN, *WAKE_UP)),
    (P.THINKING, E.CLAIM): (P.LISTENING, (A.CANCEL, A.END_TURN, *CLAIM_IT)),
    (P.THINKING, E.STOP): (P.IDLE, (A.CANCEL, A.END_TURN)),
    (P.THINKING, E.MUTED): (P.THINKING, ()),  # the question was asked; its reply may still be heard
    (P.THINKING, E.PAUSED): (P.IDLE, (A.CANCEL, A.END_TURN)),  # who pauses, sends no reply
    (P.THINKING, E.WORDS): (P.THINKING, ()),
    (P.THINKING, E.SOUND): (P.SPEAKING, (A.PLAY,)),
    (P.THINKING, E.OVER): (P.IDLE, (A.END_TURN,)),
    (P.THINKING, E.REFUSED): (P.IDLE, (A.END_TURN,)),
    (P.THINKING, E.FAILED): (P.IDLE, (A.CHIME_ERROR, A.END_TURN)),
    (P.THINKING, E.LEFT): (P.IDLE, (A.SAY_ALONE, A.END_TURN)),
    (P.THINKING, E.HANDED): (P.IDLE, (A.CHIME_ERROR, A.END_TURN)),  # asked again, it might be done twice
    (P.THINKING, E.TIMEOUT): (P.IDLE, (A.CANCEL, A.END_TURN)),  # Home Assistant says nothing of an empty reply
    (P.SPEAKING, E.WAKE): (P.LISTENING, (*HUSH, *WAKE_UP)),
    (P.SPEAKING, E.CLAIM): (P.LISTENING, (*HUSH, *CLAIM_IT)),
    (P.SPEAKING, E.ALONE): (P.IDLE, (*HUSH, A.SAY_ALONE)),
    (P.SPEAKING, E.STOP): (P.IDLE, HUSH),
    (P.SPEAKING, E.MUTED): (P.SPEAKING, ()),
    (P.SPEAKING, E.PAUSED): (P.SPEAKING, ()),
    (P.SPEAKING, E.WORDS): (P.SPEAKING, ()),
    (P.SPEAKING, E.SOUND): (P.SPEAKING, (A.PLAY,)),
    (P.SPEAKING, E.SPEECH): (P.SPEAKING, (A.DUCK,)),
    (P.SPEAKING, E.QUIET): (P.SPEAKING, (A.UNDUCK,)),
    (P.SPEAKING, E.PLAYED): (P.IDLE, (A.REPORT_PLAYED, A.END_TURN)),
    (P.SPEAKING, E.ASKED): (P.LISTENING, (A.REPORT_PLAYED, A.END_TURN, A.BEGIN_TURN, A.CHIME_AWAKE, A.STREAM_ON)),
    (P.SPEAKING, E.OVER): (P.SPEAKING, (A.FINISH,)),  # all is sent, not yet played; what broke off has no audio-stop
    (P.SPEAKING, E.REFUSED): (P.SPEAKING, ()),
    (P.SPEAKING, E.FAILED): (P.SPEAKING, (A.FINISH,)),
    (P.SPEAKING, E.CANCELLED): (P.IDLE, (A.FLUSH, A.END_TURN)),
    (P.SPEAKING, E.LEFT): (P.SPEAKING, ()),  # what has arrived is still worth hearing
    (P.SPEAKING, E.HANDED): (P.SPEAKING, ()),
    (P.SPEAKING, E.TIMEOUT): (P.IDLE, HUSH),
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


class Watchdog:
    """Barks when a phase goes on too long; a phase that is kept alive may last while signs of life come.

    Pure, fed with the time; times are seconds of one monotonic clock. A phase without a limit may last for ever.
    """

    def __init__(self, limits_s: dict[Phase, float], now: float) -> None:
        self._limits = limits_s
        self._phase = Phase.IDLE
        self._since = now

    def enter(self, phase: Phase, now: float) -> None:
        """A phase begins."""
        self._phase, self._since = phase, now

    def progress(self, now: float) -> None:
        """More sound was sent or played."""
        if self._phase in KEPT_ALIVE:
            self._since = now

    def barks(self, now: float) -> bool:
        """Whether the limit has passed; then it waits for a whole limit again."""
        limit = self._limits.get(self._phase)
        if limit is None or now - self._since < limit:
            return False
        self._since = now
        return True


KEPT_ALIVE = {Phase.SPEAKING}
"""By sound, sent or played. The others may last their limit once."""
