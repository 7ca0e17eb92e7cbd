"""What Whisper writes over sound in which nobody speaks, learned from the ends of films.

Compared as `agreement.normalised` words without spaces between them, since some languages write none.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.stt.rolling.agreement import normalised

POLITE = """
    bye | bye bye | okay | so | thank you | thank you very much | thanks | the | you
    bedankt | dank je | danke | dziękuję | gracias | grazie | ja | merci | muchas gracias | obrigado | tack | tschüss
    vielen dank | спасибо | 谢谢
"""
CREDITS = """
    captions by | dont forget to subscribe | like and subscribe | please subscribe | subtitles by | subtitles made by
    thank you for watching | thank you so much for watching | thanks for watching | transcription by
    untertitel der amara | untertitel im auftrag | untertitel von | untertitelung | vielen dank fürs zuschauen
    merci davoir regardé | soustitrage fr | soustitrage st | soustitres réalisés
    gracias por ver | subtítulos por | subtítulos realizados
    legendas pela comunidade | ondertiteld door | ondertiteling ingediend | ondertitels ingediend
    napisy stworzone | sottotitoli creati | sottotitoli e revisione
    продолжение следует | редактор субтитров | субтитры делал | субтитры сделал | субтитры создавал
    ご視聴ありがとうございました | 请不吝点赞
"""


def _phrases(table: str) -> Iterable[str]:
    return (phrase.replace(" ", "") for line in table.split("\n") for phrase in line.split("|") if phrase.strip())


_POLITE, _CREDITS = frozenset(_phrases(POLITE)), tuple(_phrases(CREDITS))


def is_polite(words: Iterable[str]) -> bool:
    """Whether it is one of the short phrases that people do say as well."""
    return _joined(words) in _POLITE


def is_credit(words: Iterable[str]) -> bool:
    """Whether it begins like the credits of a film, which nobody says to a home."""
    return _joined(words).startswith(_CREDITS)


def _joined(words: Iterable[str]) -> str:
    return "".join(map(normalised, words))
