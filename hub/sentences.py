"""What people say to a home: the sentences of home-assistant-intents and a few of Hark's own.

The one file that reads the package. Each document is made afresh, so that nobody changes another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from home_assistant_intents import get_intents, get_languages, get_speech_to_phrase_intents

OWN = {"en": {"HassNevermind": ["stop", "be quiet"]}}
"""By language and intent. Said after the wake word they are no question: the wake word has ended all that sounded."""


def languages() -> list[str]:
    """All there are."""
    return list(get_languages())


def sentences(language: str) -> Mapping[str, Any] | None:
    """All sentences, as hassil reads them, with replies and errors; None for a language that there is not."""
    return _with_own(get_intents(language), language) if language in get_languages() else None


def plain_sentences(language: str) -> Mapping[str, Any]:
    """Those that the package chose for offline speech recognition."""
    return _with_own(get_speech_to_phrase_intents(language) or {}, language)


def _with_own(document: Mapping[str, Any] | None, language: str) -> Mapping[str, Any]:
    known = document or {}
    intents = dict(known.get("intents", {}))
    for name, own in OWN.get(language, {}).items():
        intent = intents.get(name, {"data": []})
        intents[name] = {**intent, "data": [*intent["data"], {"sentences": own}]}
    return {**known, "intents": intents}
