"""A chunk of a reply as a voice is to say it: what a model writes for eyes becomes words for ears.

Strategy: characters that nobody sees or says vanish, then Markdown and HTML, then the language's own Speech makes words
of numbers, units, dates, times, money, addresses and signs. A language without one gets all but the last: its engine
reads the numbers. It is applied right before the voice; what is remembered and shown stays the model's own text.

Rules: pure; "" where nothing is left to say; what is speakable stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.tts.speakable.characters import visible
from hub.tts.speakable.en.english import English
from hub.tts.speakable.markup import without_markup
from hub.tts.speakable.speech import AnyLanguage, Speech

MOST_CHARACTERS = 1600
"""Numbers get ten times longer as words, and no voice takes a text of any length. Speech of 800 characters, the longest
chunk, stays far below; what is beyond is a heap of digits or signs."""
MOST_ROUNDS = 4  # until what came of the last round has no more to change; one does, but for what nobody writes

SPEECHES: Mapping[str, Speech] = {"en": English()}
"""By language, without region."""
OTHER = AnyLanguage()


def speakable(text: str, language: str) -> str:
    """The text in words, for a voice of this language ("en", "pt-BR"); "" where there is nothing to say."""
    speech = SPEECHES.get(language.replace("_", "-").partition("-")[0].lower(), OTHER)
    for _ in range(MOST_ROUNDS):
        words = _short(speech.words(without_markup(visible(text))))
        if words == text:
            break
        text = words
    return text


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rpartition(" ")[0]
