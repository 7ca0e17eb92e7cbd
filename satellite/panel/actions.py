"""What lights show and buttons do, and the lines of JSON that say so. docs/buttons.md is for their authors.

Pure; control.py carries the lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class Status:
    """What a light can show. `volume` is 0 to 100; `controller` and `turn` are "" where there is none.

    `woken` is when a word or a button woke it last, in seconds since 1970 by this machine's clock; 0 for not yet.
    """

    phase: str
    muted: bool
    volume: int
    ringing: bool
    controller: str
    turn: str
    woken: float = 0.0


class Controlled(Protocol):
    """What a button can do."""

    def status(self) -> Status:
        """How it stands now."""

    def listen(self) -> None:
        """Begins a turn, as the wake word does."""

    def stop(self) -> None:
        """Ends ringing, speech or the turn."""

    def mute(self, on: bool) -> None:
        """Closes or opens the microphone."""

    def set_volume(self, percent: int) -> None:
        """Sets how loud it plays, 0 to 100."""


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """One line of a client's."""


class Listen(Action, frozen=True):
    """Begin a turn."""


class Stop(Action, frozen=True):
    """Be quiet."""


class Mute(Action, frozen=True):
    """Hear nothing."""


class Unmute(Action, frozen=True):
    """Hear again."""


class Volume(Action, frozen=True):
    """Play that loud."""

    percent: Annotated[int, msgspec.Meta(ge=0, le=100)]


class NoAction(Exception):
    """A line is no action; says why and what would be one."""


_ACTIONS: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Listen | Stop | Mute | Unmute | Volume)


def parse(line: bytes) -> Action:
    """The action that a line asks for; raises NoAction."""
    try:
        return _ACTIONS.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoAction(
            f'{error}; send {{"do": "listen"}}, stop, mute, unmute, or {{"do": "volume", "percent": 0 to 100}}'
        ) from None


def act(controlled: Controlled, action: Action) -> None:
    """Does what a client asks for."""
    match action:
        case Listen():
            controlled.listen()
        case Stop():
            controlled.stop()
        case Mute() | Unmute():
            controlled.mute(isinstance(action, Mute))
        case Volume(percent=percent):
            controlled.set_volume(percent)
