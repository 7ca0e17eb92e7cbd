"""One language of home-assistant-intents: the sentences that people say to a home, and the home's replies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from hub.sentences import HERE, languages, sentences

NOWHERE = r"(?!)", ""  # in no text


class LanguageError(Exception):
    """There are no sentences for a language; says which there are."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language's data, as hassil and Jinja read it.

    `intents` is a document for hassil; `replies` are templates by intent and response; `errors` by the package's keys.
    `here` finds the words for the room that somebody is in, `there` says a room's name in their place.
    """

    name: str
    intents: Mapping[str, Any]
    replies: Mapping[str, Mapping[str, str]]
    errors: Mapping[str, str]
    here: re.Pattern[str]
    there: str

    def names_room(self, text: str) -> bool:
        """Whether a sentence speaks of the room that it is said in."""
        return self.here.search(text) is not None

    def placed(self, text: str, area: str) -> str:
        """The same sentence with the name of that room."""
        return self.here.sub(lambda _: self.there.format(area=area), text, count=1)


def load(language: str) -> Language:
    """Loads a language, "en" or "pt-BR"; raises LanguageError."""
    document = sentences(language)
    if document is None:
        raise LanguageError(f"no sentences for language {language!r}; there are {', '.join(languages())}")
    responses = document["responses"]
    here, there = HERE.get(language, NOWHERE)
    return Language(
        name=f"home-assistant-intents {version('home-assistant-intents')} {language}",
        intents=document,
        replies=responses["intents"],
        errors=responses["errors"],
        here=re.compile(here, re.IGNORECASE),
        there=there,
    )
