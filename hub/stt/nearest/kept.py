"""Words that decide what is done: no correction puts them in, takes them out or exchanges them."""

from __future__ import annotations

from hub.stt.grammar.opposites import OPPOSITES
from hub.stt.grammar.spoken_words import number_phrases

_MORE_OPPOSITES = (
    "enable disable enabled disabled activate deactivate arm disarm arming disarming",
    "upstairs downstairs upper lower",
    "opening closing opened shut shutting",
    "out away back lift",  # "turn out", "put away"
    "play unpause skip replay next previous first last before after left right",
    "brighten brighter dim dimmer dark warm warmer cool cooler hot hotter cold colder",
    "loud louder quiet quieter high higher highest low lowest medium minimum maximum more less",
    "add remove",
)
_SCOPES = "all every everything everywhere everybody everyone whole entire any some"
_NEGATIONS = "no not never nothing nowhere none nobody neither nor without except but unless cannot can't don't won't"
_NEGATIONS += " didn't doesn't isn't aren't wasn't weren't shouldn't wouldn't couldn't mustn't haven't hasn't"
_ASSENT = "yes yeah sure okay ahead"  # which may open a door: nobody's yes is a guess
_NUMBERS = {word for number in range(101) for phrase in number_phrases(number, "en") for word in phrase}
_WHERE = "here there this that these those his her their your"  # a room: "in that room" is not the one they are in
_CONJUNCTIONS = "and or then"  # which join a second deed to the first
_PARTS = "half quarter point minus hundred thousand percent degrees"  # of numbers, and what they are of

KEPT = frozenset(
    {word for pair in (*OPPOSITES, *_MORE_OPPOSITES) for word in pair.split()}
    | _NUMBERS
    | {*_SCOPES.split(), *_WHERE.split(), *_NEGATIONS.split()}
    | {*_ASSENT.split(), *_CONJUNCTIONS.split(), *_PARTS.split()}
)
"""English opposites, words for how much of the home is meant and for which room, negations, assent, conjunctions and
numbers."""

_QUESTIONS = "what what's whats how how's hows where where's wheres who who's whos which when when's why"
_QUESTIONS += " is are was were am does did has have"
ASKING = frozenset(_QUESTIONS.split())
"""Words of questions: what was asked is never done instead."""


def is_kept(word: str) -> bool:
    """Whether it is one of them, or a number in digits."""
    return word in KEPT or any(letter.isdigit() for letter in word)
