"""What is done for Hark's own intents about the satellite that was asked: how loud it is, and what it said. Pure."""

from __future__ import annotations

from hub.llm.match import Match, Refusal
from hub.llm.plan import Handler, Plan
from hub.llm.responder import Control, ControlAction
from hub.llm.targets import Context


def control(action: ControlAction) -> Handler:
    """Asks it of the satellite, by the level that was said, if one was.

    One that cannot be asked has stopped all the same: the wake word has ended all that sounded.
    """

    def handle(match: Match, context: Context) -> Plan:
        if not context.controls and action == "stop":
            return Plan()
        if not context.controls:
            raise Refusal("feature_not_supported")
        return Plan(control=Control(action, match.number("level") if "level" in match.slots else None))

    return handle


def repeat(_: Match, context: Context) -> Plan:
    """Says again what was said last."""
    return Plan(slots={"reply": context.reply})
