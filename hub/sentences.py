"""What people say to a home: the sentences of home-assistant-intents, a few of Hark's own, and what its questions get.

The one file that reads the package. Each document is made afresh, so that nobody changes another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from home_assistant_intents import get_intents, get_languages, get_speech_to_phrase_intents

OWN = {"en": {"HassNevermind": ["stop", "be quiet"]}}
"""By language and intent. Said after the wake word they are no question: the wake word has ended all that sounded."""

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
    return _with(get_intents(language), OWN.get(language, {})) if language in get_languages() else None


def plain_sentences(language: str) -> Mapping[str, Any]:
    """Those that the package chose for offline speech recognition, and answers."""
    document = get_speech_to_phrase_intents(language) or {}
    return _with(document, OWN.get(language, {}) | ANSWERS.get(language, {}))


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
        intent = intents.get(name, {"data": []})
        intents[name] = {**intent, "data": [*intent["data"], {"sentences": said}]}
    return {**known, "intents": intents}
