"""What people say to a home: the sentences of home-assistant-intents, a few of Hark's own, and what its questions get.

The one file that reads the package. Each document is made afresh, so that nobody changes another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from home_assistant_intents import get_intents, get_languages, get_speech_to_phrase_intents

HERE = {"en": (r"\b(?:(?:in )?(?:here|(?:this|my|our) room)|in the room)\b", "in the {area}")}
"""By language: what people say for the room they are in (a regular expression), and how a room is named instead. The
package's sentences know some of it, and not where a thing is named as well ("turn off the TV in here")."""

_BY = "[[by] {volume_step_up:level}[%| percent]]"
OWN = {
    "en": {
        "HarkVolumeUp": [
            "[a bit|a little] louder",
            "(speak|be) [a bit|a little] louder",
            "speak up",
            f"(turn up|increase) [the|your] volume {_BY}",
            f"[turn [the|your]] volume (up|increase) {_BY}",
            "up [the] volume",
        ],
        "HarkVolumeDown": [
            "[a bit|a little] (quieter|softer)",
            "(speak|be) [a bit|a little] (quieter|softer)",
            "not so loud",
            f"(turn down|decrease) [the|your] volume {_BY}",
            f"[turn [the|your]] volume (down|decrease) {_BY}",
            "down [the] volume",
        ],
        "HarkSetVolume": [
            "<numeric_value_set> [the|your] volume [up|down] to {volume:level}[([ ]%)| percent]",
            "volume [to] {volume:level}[([ ]%)| percent]",
        ],
        "HarkMute": ["mute [yourself]"],
        "HarkUnmute": ["unmute [yourself]"],
        "HarkStop": ["stop [that]", "be quiet"],
        "HarkRepeat": ["[can you|could you] repeat that", "say that again", "what did you say"],
    }
}
"""By language and intent: what is said to the satellite itself, and so to none of the home's media players. Each wins
over all others that fit, and needs no area."""

OWN_SENTENCE = "hark"
"""Key of hassil's metadata that marks them."""

REPLIES = {
    "en": {
        "HarkVolumeUp": "Okay",
        "HarkVolumeDown": "Okay",
        "HarkSetVolume": "Volume {{ slots.level }} percent",
        "HarkUnmute": "Unmuted",
        "HarkRepeat": "{{ slots.reply or 'There is nothing to repeat' }}",
    }
}
"""Jinja templates for the replies to them. Said at the new volume, they tell how loud that is; "mute" and "stop" are
answered with the silence that they ask for."""

ERRORS = {"en": {"no_room": "Sorry, I don't know which room you are in. Please say which room you mean."}}
"""What the package has no words for, by Hark's own key; in other languages it is not understood."""

ANSWERS = {
    "en": {
        "HarkYes": ["yes", "yes please", "yeah", "sure", "okay", "go ahead"],
        "HarkNo": ["no", "no thanks", "no thank you", "nope", "don't", "don't do it", "not now", "not yet"],
    }
}
"""By language and meaning: what people say when the hub asks back. Only who listens knows them as sentences: without a
question they mean nothing, and to one hub.llm.asking understands them, and more. Few, because a recognizer that knows
these sentences alone hears one of them in whatever sounds; and none that begins another sentence ("cancel the timer"),
which would sound finished too soon. "Yep" is none of them: "not yet" was heard as that."""


def languages() -> list[str]:
    """All there are."""
    return list(get_languages())


def sentences(language: str) -> Mapping[str, Any] | None:
    """All sentences, as hassil reads them, with replies and errors; None for a language that there is not."""
    if language not in get_languages():
        return None
    document = _with(get_intents(language), OWN.get(language, {}))
    replies = {name: {"default": text} for name, text in REPLIES.get(language, {}).items()}
    told = document.get("responses", {})
    errors = {"no_room": told["errors"]["no_intent"], **told["errors"], **ERRORS.get(language, {})}
    responses = {**told, "intents": {**told.get("intents", {}), **replies}, "errors": errors}
    return {**document, "lists": _apart(document.get("lists", {})), "responses": responses}


def plain_sentences(language: str) -> Mapping[str, Any]:
    """Those that the package chose for offline speech recognition, and answers.

    Hark's own are not among them: being few, they are heard well enough as some of all sentences, and here as well they
    made a recognizer mishear others.
    """
    document = get_speech_to_phrase_intents(language) or {}
    return _with(document, ANSWERS.get(language, {}))


def _apart(lists: Mapping[str, Any]) -> Mapping[str, Any]:
    """No list with a multiplier has the range of one without.

    hassil 3.12 keeps the number words of a range for all lists that have it, with the multiplier of whichever came
    first: "set the volume to forty" was understood as -40, next to a list of "down by forty".
    """
    apart = dict(lists)
    for name, values in lists.items():
        if values.get("range", {}).get("multiplier", 1) != 1:
            apart[name] = {**values, "range": {**values["range"], "to": values["range"]["to"] + 1}}
    return apart


def without_floors(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Drops the sentences about floors, for a home that has none: there they only cost time and mislead errors."""
    intents = {}
    for name, intent in document["intents"].items():
        blocks = [{**data, "sentences": [s for s in data["sentences"] if "{floor" not in s]} for data in intent["data"]]
        intents[name] = {**intent, "data": [block for block in blocks if block["sentences"]]}
    return {**document, "intents": intents}


def _with(document: Mapping[str, Any] | None, more: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    known = document or {}
    intents = dict(known.get("intents", {}))
    for name, said in more.items():
        intents[name] = {"data": [{"sentences": said, "metadata": {OWN_SENTENCE: True}}]}
    return {**known, "intents": intents}
