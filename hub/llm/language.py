"""One language of home-assistant-intents: the sentences that people say to a home, and the home's replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from hub.sentences import languages, sentences


class LanguageError(Exception):
    """There are no sentences for a language; says which there are."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language's data, as hassil and Jinja read it.

    `intents` is a document for hassil; `replies` are templates by intent and response; `errors` by the package's keys.
    """

    name: str
    intents: Mapping[str, Any]
    replies: Mapping[str, Mapping[str, str]]
    errors: Mapping[str, str]


def load(language: str) -> Language:
    """Loads a language, "en" or "pt-BR"; raises LanguageError."""
    document = sentences(language)
    if document is None:
        raise LanguageError(f"no sentences for language {language!r}; there are {', '.join(languages())}")
    responses = document["responses"]
    return Language(
        name=f"home-assistant-intents {version('home-assistant-intents')} {language}",
        intents=document,
        replies=responses["intents"],
        errors=responses["errors"],
    )
