"""A question before something guarded is done, and what a person answers to it. Pure.

Strategy: a question belongs to the turn that asked it. It is open while that turn is the conversation's last, for
OPEN_S, and only if it was heard to its end; so whatever else is said drops it. "Yes" does exactly its actions.
Rule: what is not one of the few words for yes is never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.home.home import Action, Thing
from hub.llm.guard import Guard
from hub.llm.plain import plain

OPEN_S = 30.0  # after it was heard; somebody who answers later has something else in mind
MOST_NAMED = 3  # actions that a question names; nobody remembers more

YES = frozenset(
    {
        "absolutely", "confirm", "confirmed", "correct", "do it", "do so", "do that", "go ahead", "go for it",
        "of course", "ok", "okay", "okay do it", "please do", "sure", "yeah", "yep", "yes", "yes do", "yes do it",
        "yes do that", "yes go ahead", "yes i do", "yes i am sure", "yes of course", "yes sure", "yes yes",
        "yes you may", "yup",
    }
)  # fmt: skip
NO = frozenset(
    {
        "better not", "cancel", "cancel that", "do not", "do not do it", "do not do that", "dont", "dont do it",
        "dont do that", "forget it", "nah", "never", "never mind", "nevermind", "no", "no dont", "no do not",
        "no never mind", "no no", "no stop", "no way", "nope", "not now", "not yet", "of course not", "stop",
    }
)  # fmt: skip
FILLERS = frozenset({"ah", "oh", "please", "thank", "thanks", "uh", "um", "well", "you"})

_VERBS: Mapping[str, str] = {
    "lock.unlock": "unlock",
    "lock.open": "open",
    "cover.open_cover": "open",
    "cover.set_cover_position": "open",
    "alarm_control_panel.alarm_disarm": "disarm",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Asked of a person in these words; `reply` is said once the actions were done."""

    text: str
    actions: tuple[Action, ...]
    reply: str

    def was_heard(self, spoken: str) -> bool:
        """Whether what was heard of a reply has the whole question in it."""
        return " ".join(_words(self.text)) in " ".join(_words(spoken))


def question(actions: Iterable[Action], things: Iterable[Thing], guard: Guard, reply: str) -> Question:
    """The question for actions of which the guard wants some to be asked for; it names those."""
    known = {thing.entity_id: thing for thing in things}
    wanted = tuple(actions)
    guarded = [one for one in wanted if guard.judge(one, known.get(one.entity_id)) != "allow"]
    named = [f"{_verb(one)} the {plain(known[one.entity_id].name)}" for one in guarded[:MOST_NAMED]]
    more = [f"{len(guarded) - MOST_NAMED} more"] if len(guarded) > MOST_NAMED else []
    return Question(f"Shall I {_together([*named, *more])}?", wanted, reply)


def answer(words: str) -> bool | None:
    """What somebody says to a question: yes, no, or None for anything else."""
    said = _words(words)
    text = " ".join(word for word in said if word not in FILLERS) or " ".join(said)
    if text in NO:
        return False
    return True if text in YES or " ".join(said) in YES else None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))


def _verb(action: Action) -> str:
    return _VERBS.get(action.service, action.service.partition(".")[2].replace("_", " "))


def _together(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
