"""What may be done without a question: one pure function over an action, whoever wanted it.

Guarded is what lets somebody in: unlocking, opening a garage door, a door or a gate, disarming. Locking, closing,
stopping and arming are not. Rules: what is not known to be harmless to a guarded thing is guarded, whatever the
service is called; an action on what is not in the home is refused; of several actions the strictest verdict holds for
all. Scenes and scripts are what their owner made of them: whoever exposes one that unlocks allows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hub.home.home import Action, Thing

Verdict = Literal["allow", "ask", "refuse"]
"""Settings have the same words."""

DOORS = frozenset({"garage", "door", "gate"})
"""Device classes of covers that let somebody in."""

HARMLESS = frozenset(
    {
        "lock.lock",
        "cover.close_cover",
        "cover.stop_cover",
        "alarm_control_panel.alarm_arm_away",
        "alarm_control_panel.alarm_arm_custom_bypass",
        "alarm_control_panel.alarm_arm_home",
        "alarm_control_panel.alarm_arm_night",
        "alarm_control_panel.alarm_arm_vacation",
    }
)
"""Services on guarded things that need no question."""

_SEVERITY: Sequence[Verdict] = ("allow", "ask", "refuse")


@dataclass(frozen=True, slots=True)
class Guard:
    """What the settings say of each guarded domain."""

    lock: Verdict = "ask"
    cover: Verdict = "ask"
    alarm_control_panel: Verdict = "ask"

    def verdict(self, actions: Iterable[Action], things: Iterable[Thing]) -> Verdict:
        """The strictest verdict on these actions in a home of these things."""
        known = {thing.entity_id: thing for thing in things}
        return max((self.judge(one, known.get(one.entity_id)) for one in actions), key=_SEVERITY.index, default="allow")

    def judge(self, action: Action, thing: Thing | None) -> Verdict:
        """The verdict on one action and the thing that it is for, None where the home has no such thing."""
        if thing is None:
            return "refuse"
        if _harmless(action):
            return "allow"
        domains = {thing.domain, _domain(thing.entity_id), _domain(action.service)}
        verdicts: list[Verdict] = ["allow"]
        if "lock" in domains:
            verdicts.append(self.lock)
        if "alarm_control_panel" in domains:
            verdicts.append(self.alarm_control_panel)
        if "cover" in domains and thing.attributes.get("device_class") in DOORS:
            verdicts.append(self.cover)
        return max(verdicts, key=_SEVERITY.index)


ASKS_ALWAYS = Guard()
"""For whoever was told nothing else."""


def _harmless(action: Action) -> bool:
    shut = action.service == "cover.set_cover_position" and action.data.get("position") == 0
    return shut or action.service in HARMLESS


def _domain(name: str) -> str:
    return name.partition(".")[0]
