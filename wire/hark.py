"""The hark/ events: what two Hark programs say to each other beyond Wyoming, as Wyoming `user-event`s.

Rules: one table says what each field may be, for what is read and for what is sent. Unknown hark/ names and unknown
fields are passed over, so that a newer peer can say more; a known event with a wrong field is a MalformedEvent. Times
are seconds of the sender's monotonic clock unless the name ends in `_ms`. Turns are named by the satellite ("boot:n").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from wyoming.event import Event
from wyoming.user_event import UserEvent

from wire.errors import MalformedEvent
from wire.pcm import SILENCE_DBFS

CAPABILITIES = ("turn", "cancel", "playback", "clock", "trace", "listen", "control", "arbitration")
"""What this release knows; what both hellos name is what both may use."""

LENGTH = 200  # characters of a string
ITEMS = 32  # of a list or of an object
COUNT = 1_000_000  # of anything that happens during one reply
ACTIONS = ("volume_up", "volume_down", "volume_set", "mute", "unmute", "stop")
"""What a hub may ask of a satellite. "mute" is of what it plays: a microphone that a voice closes, no voice opens."""
STEPS = ("volume_up", "volume_down")  # may have a level: by how much

DAY_MS = 86_400_000.0  # nothing is played for longer
CLOCK_S = 1e10  # three hundred years: no monotonic clock is past it, and sums of such times stay exact to 10 us


@dataclass(frozen=True, slots=True)
class HarkEvent:
    """What all of them have."""

    NAME: ClassVar[str] = ""

    def event(self) -> Event:
        """The event to send; raises MalformedEvent for what the peer's parse would refuse."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        data = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
        present = {key: value for key, value in data.items() if value is not None}
        _read(type(self), present)
        return UserEvent(name=self.NAME, data=present).event()


@dataclass(frozen=True, slots=True)
class Hello(HarkEvent):
    """Both ways, first of all: who this is and what it can do beyond Wyoming."""

    NAME: ClassVar[str] = "hark/hello"
    name: str
    capabilities: tuple[str, ...]
    identity: str | None = None
    """A satellite's: the name that it is advertised under, which stays; None where it is not advertised."""


@dataclass(frozen=True, slots=True)
class Standby(HarkEvent):
    """Satellite to a second hub: another one leads until its connection ends."""

    NAME: ClassVar[str] = "hark/standby"
    identity: str | None = None
    """As in its hello."""


@dataclass(frozen=True, slots=True)
class Turn(HarkEvent):
    """Satellite to hub right after `detection` ("wake"); hub to satellite in the turn's further phases.

    "granted" or "elsewhere", where both know arbitration: whether this satellite is the one that answers its wake word;
    "reply", before `audio-start`; "end".
    """

    NAME: ClassVar[str] = "hark/turn"
    turn: str
    phase: str
    name: str | None = None
    """The wake word that was heard."""
    score: float | None = None
    """The wake word's, 0 to 1."""
    level: float | None = None
    """Of the sound that woke the satellite, dBFS."""
    at: float | None = None
    """When the wake word was heard."""


@dataclass(frozen=True, slots=True)
class Cancel(HarkEvent):
    """Satellite to hub: barge-in, after this much of the reply was heard."""

    NAME: ClassVar[str] = "hark/cancel"
    turn: str
    played_ms: float


@dataclass(frozen=True, slots=True)
class Flush(HarkEvent):
    """Hub to satellite: no sound of the cancelled turn comes after this."""

    NAME: ClassVar[str] = "hark/flush"
    turn: str


@dataclass(frozen=True, slots=True)
class Playback(HarkEvent):
    """Satellite to hub while it speaks: how much was played and how much waits, the hub's credits."""

    NAME: ClassVar[str] = "hark/playback"
    turn: str
    buffered_ms: float
    played_ms: float
    underruns: int


@dataclass(frozen=True, slots=True)
class Clock(HarkEvent):
    """A question (t0) or its answer (t0 as asked, t1 when it came, t2 when the answer left)."""

    NAME: ClassVar[str] = "hark/clock"
    t0: float
    t1: float | None = None
    t2: float | None = None

    def __post_init__(self) -> None:
        if (self.t1 is None) != (self.t2 is None):
            raise MalformedEvent(_malformed(Clock, "answer", "both t1 and t2"))


@dataclass(frozen=True, slots=True)
class Listen(HarkEvent):
    """Hub to satellite, before its turn's end: the reply asks something, so the answer to it needs no wake word."""

    NAME: ClassVar[str] = "hark/listen"
    turn: str


@dataclass(frozen=True, slots=True)
class Control(HarkEvent):
    """Hub to satellite, of the turn at hand or the one just over: what a person asked of the satellite itself."""

    NAME: ClassVar[str] = "hark/control"
    turn: str
    action: str
    """One of ACTIONS."""
    level: float | None = None
    """In percent: the volume to set, or the step up or down where it is not the satellite's own."""

    def __post_init__(self) -> None:
        needed, taken = self.action == "volume_set", self.action in ("volume_set", *STEPS)
        if (needed and self.level is None) or (not taken and self.level is not None):
            raise MalformedEvent(_malformed(Control, "level", "given with volume_set, or else at most with a step"))


@dataclass(frozen=True, slots=True)
class Trace(HarkEvent):
    """Satellite to hub: its own times of the turn, by mark."""

    NAME: ClassVar[str] = "hark/trace"
    turn: str
    marks: Mapping[str, float]


def parse(event: Event) -> HarkEvent | None:
    """The hark/ event in a Wyoming event; None for all other events and for hark/ names that are not known here.

    Raises MalformedEvent for a known one with a missing or wrong field.
    """
    name = event.data.get("name") if UserEvent.is_type(event.type) else None
    kind = _KINDS.get(name) if isinstance(name, str) else None
    return None if kind is None else _read(kind, event.data.get("data") or {})


def _read(kind: type[HarkEvent], data: object) -> HarkEvent:
    if not isinstance(data, dict):
        raise MalformedEvent(_malformed(kind, "data", "an object"))
    values = {}
    for field in fields(kind):
        value = data.get(field.name)
        if value is None and field.default is None:
            continue
        rule = _RULES.get(f"{kind.NAME} {field.name}") or _RULES[field.name]
        if not rule.fits(value):
            raise MalformedEvent(_malformed(kind, field.name, rule.expected))
        values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def _malformed(kind: type[HarkEvent], field: str, expected: str) -> str:
    return f"a {kind.NAME} event is malformed: its {field} is not {expected}; check that both ends run the same release"


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a field may be, in words and as a test."""

    expected: str
    fits: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LENGTH


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high  # NaN is in no range


def _is_count(value: object) -> bool:
    return isinstance(value, int) and _is_number(value, 0, COUNT)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and len(value) <= ITEMS and all(map(_is_text, value))


def _is_marks(value: object) -> bool:
    if not isinstance(value, dict) or len(value) > ITEMS:
        return False
    return all(_is_text(mark) and _is_number(at, -CLOCK_S, CLOCK_S) for mark, at in value.items())


def _number(low: float, high: float) -> _Rule:
    return _Rule(f"a number from {low:g} to {high:g}", lambda value: _is_number(value, low, high))


_TEXT = _Rule(f"a string of 1 to {LENGTH} characters", _is_text)

_RULES: dict[str, _Rule] = {
    "turn": _TEXT,
    "phase": _TEXT,
    "action": _Rule(f"one of {', '.join(ACTIONS)}", lambda value: value in ACTIONS),
    "name": _TEXT,
    "identity": _TEXT,
    "score": _number(0, 1),
    "level": _number(SILENCE_DBFS, 0),
    f"{Control.NAME} level": _number(0, 100),
    "at": _number(-CLOCK_S, CLOCK_S),
    "played_ms": _number(0, DAY_MS),
    "buffered_ms": _number(0, DAY_MS),
    "underruns": _Rule(f"a whole number from 0 to {COUNT}", _is_count),
    "t0": _number(-CLOCK_S, CLOCK_S),
    "t1": _number(-CLOCK_S, CLOCK_S),
    "t2": _number(-CLOCK_S, CLOCK_S),
    "marks": _Rule(f"an object of at most {ITEMS} numbers, each by a mark's name", _is_marks),
    "capabilities": _Rule(f"a list of at most {ITEMS} strings of 1 to {LENGTH} characters", _is_texts),
}
"""By field: a field's name means the same in every event, but for a level: of sound, or of the volume."""

_KINDS: dict[str, type[HarkEvent]] = {
    kind.NAME: kind for kind in (Hello, Standby, Turn, Cancel, Flush, Playback, Clock, Listen, Control, Trace)
}
