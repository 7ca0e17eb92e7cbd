"""How some words are spoken, as cmudict has them, and what a home that knows them is called."""

from __future__ import annotations

from collections.abc import Sequence

from hub.home.home import Area
from hub.stt.nearest.nearest import Nearest
from hub.stt.recognizer import Word, Words
from tests.hub.stt.sphinx.homes import NamedHome, thing

DICTIONARY = """
are AA R|bat B AE T|bathroom B AE TH R UH M|bed B EH D|bedroom B EH D R UH M|brightness B R AY T N AH S|do D UW
door D AO R|fan F AE N|floor F L AO R|front F R AH N T|garage G ER AA ZH|here HH IH R|his HH IH Z|in IH N|is IH Z
kitchen K IH CH AH N|kitten K IH T AH N|lice L AY S|light L AY T|lights L AY T S|lock L AA K|of AH V|off AO F|on AA N
or AO R|out AW T|room R UW M|set S EH T|standing S T AE N D IH NG|take T EY K|temperature T EH M P R AH CH ER
that DH AE T|there DH EH R|this DH IH S|thyme T AY M|timber T IH M B ER|time T AY M|timer T AY M ER|to T UW|turn T ER N
unlock AH N L AA K|what W AH T|what's W AH T S|white W AY T|wozzle W AA Z AH L|yell Y EH L|yellow Y EH L OW
"""
_ENTRIES = DICTIONARY.strip().replace("\n", "|").split("|")
PHONES = {word: sounds for word, *sounds in map(str.split, _ENTRIES)}

THINGS = (
    ("Bed Light", "light"),
    ("Kitchen Lights", "light"),
    ("Standing Light", "light"),
    ("Front Door", "lock"),
    ("TV", "media_player"),
    ("EcoBee", "climate"),
)
HOME = NamedHome([thing(name, domain) for name, domain in THINGS], [Area("Kitchen", ("Cook's Room",)), Area("Bedroom")])


def phones(word: str) -> Sequence[str]:
    """How it is spoken."""
    return PHONES.get(word, ())


NEAREST = Nearest(HOME, phones)


def words(text: str, probability: float = 1.0) -> Words:
    """What an engine heard, a word in each half second."""
    heard = (Word(each, at / 2, at / 2 + 0.4, probability) for at, each in enumerate(text.split()))
    return Words((), tuple(heard), "en")


def snapped(text: str, probability: float = 1.0) -> str:
    """What becomes of it."""
    return NEAREST(words(text, probability)).text
