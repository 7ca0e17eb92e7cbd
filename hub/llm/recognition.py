"""From words to what they mean for the home at hand, with hassil. Pure: nothing is done by it.

Strategy, as Home Assistant's: the best match is one of Hark's own sentences; then one that names a thing, with the
longest name; then one with the fewest open-ended slots and the most literal words. Names are plain text to the matcher,
whatever characters they have.

Where a sentence speaks of the room it is said in ("in here"), that room's name takes the place of these words.

The lists of names are made again only when the home has other names; the states of things do not matter to them.
Sentences about floors are known only where the home has some: all others would be slower for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from hassil.expression import TextChunk
from hassil.intents import Intents, SlotList, TextSlotList, TextSlotValue
from hassil.models import UnmatchedTextEntity
from hassil.recognize import MISSING_ENTITY, RecognizeResult, is_match, recognize_all, recognize_best
from hassil.util import normalize_text, remove_punctuation

from hub.home.home import Area, Floor, Home, Thing
from hub.llm.language import Language
from hub.llm.match import Match, Refusal
from hub.llm.targets import named
from hub.sentences import OWN_SENTENCE, without_floors

LONGEST_TEXT = 500  # characters; what people say to a home has some 40, and matching takes time with the length
LONGEST_NAME = 4  # words of an unknown name worth repeating; longer ones are whole sentences gone astray


class Recognition:
    """Understands sentences about one home in one language."""

    def __init__(self, home: Home, language: Language) -> None:
        self._home = home
        self._names = _Names(home)
        self._language = language
        self._read: dict[bool, Intents] = {}
        self.name = f"hassil {version('hassil')}, {language.name}"
        self.recognise("", None)  # hassil reads its sentences at the first one, which takes some 0.1 s

    def recognise(self, text: str, area: str | None) -> Match | None:
        """What a sentence means where it is heard (the satellite's area, if it has one); None where nothing fits."""
        if len(text) > LONGEST_TEXT:
            return None
        match = self._meant(text, area)
        placed = text if area is None else self._language.placed(text, area)
        there = None if placed == text else self._meant(placed, area)
        if there is None or "area" not in there.said or (match is not None and match.intent != there.intent):
            return match  # "here" is part of something else, or with a name it would be a question ("all lights off")
        return there

    def miss(self, text: str, area: str | None) -> Refusal:
        """Why nothing fits: a command's area or thing is unknown here, or the sentence is not understood at all."""
        if len(text) > LONGEST_TEXT:
            return Refusal("no_intent")
        if area is None and self.recognise(text, self._somewhere()):
            return Refusal("no_room")  # all that lacks is where it was said
        text = text if area is None else self._language.placed(text, area)
        no_names = TextSlotList("name", [])  # with 500 names it would take 70 ms, and tell no more
        lists = {**self._names.lists(), "name": no_names}
        results = recognize_all(
            text, self._intents(), lists, intent_context=_context(area), allow_unmatched_entities=True
        )
        near = [(result, unknown) for result in results if (unknown := self._unknown(text, result))]
        return self._refusal(*max(near, key=_nearness)) if near else Refusal("no_intent")

    def _meant(self, text: str, area: str | None) -> Match | None:
        lists, context = self._names.lists(), _context(area)
        best = recognize_best(
            text, self._intents(), lists, intent_context=context, best_metadata_key=OWN_SENTENCE, best_slot_name="name"
        )
        return None if best is None or self._only_guessed(best) else _match(best)

    def _somewhere(self) -> str:
        """Any area of the home, if it has one."""
        return next((one.name for one in self._home.areas), "")

    def _intents(self) -> Intents:
        """The sentences about the home as it is now."""
        floors = bool(self._home.floors)
        if floors not in self._read:
            document = self._language.intents if floors else without_floors(self._language.intents)
            self._read[floors] = Intents.from_dict(dict(document))
        return self._read[floors]

    def _only_guessed(self, result: RecognizeResult) -> bool:
        """Whether it asks for people in a home that knows none.

        "Who is [at] {anything}" fits "who is the president": in such a home it is no question about the home.
        """
        domain = result.entities.get("domain")
        guessed = any(entity.is_wildcard for entity in result.entities_list)
        return guessed and domain is not None and all(thing.domain != domain.value for thing in self._home.things)

    def _unknown(self, text: str, result: RecognizeResult) -> dict[str, str]:
        """The names of a floor, an area or a thing that a command lacks to fit; empty where it lacks anything else.

        Questions have none: what is unknown in them may be anything under the sun.
        """
        if result.text_chunks_matched == 0 or "Get" in result.intent.name:
            return {}
        lacking = [one for one in result.unmatched_entities_list if one.name != "domain"]  # goes with the name
        unknown = {one.name: one.text.strip() for one in lacking if isinstance(one, UnmatchedTextEntity)}
        fits = len(unknown) == len(lacking) and unknown.keys() <= {"name", "area", "floor"}
        return unknown if fits and all(self._may_be_name(text, words) for words in unknown.values()) else {}

    def _may_be_name(self, text: str, words: str) -> bool:
        few = 0 < len(words.split()) <= LONGEST_NAME
        begins = text.casefold().startswith(words.casefold())  # commands begin with what to do
        the = self._intents().expansion_rules.get("the")
        return few and words != MISSING_ENTITY and not begins and (the is None or not is_match(words, the))

    def _refusal(self, result: RecognizeResult, unknown: Mapping[str, str]) -> Refusal:
        """The refusal of the command that a sentence is nearest to."""
        if "area" in unknown and self._language.names_room(unknown["area"]):
            return Refusal("no_room")
        if "area" in unknown:
            return Refusal("no_area", area=unknown["area"])
        if "floor" in unknown:
            return Refusal("no_floor", floor=unknown["floor"])
        if any(named(thing, unknown["name"]) for thing in self._home.things):
            return Refusal("feature_not_supported")  # there is such a thing, and it cannot do this
        for place in ("area", "floor"):
            if (said := result.entities.get(place)) is not None and said.text:
                return Refusal(f"no_entity_in_{place}", entity=unknown["name"], **{place: said.text.strip()})
        return Refusal("no_entity", entity=unknown["name"])


class _Names:
    """The home's names as hassil's lists, made again when they are others."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._made_from: tuple[object, ...] = ()
        self._lists: dict[str, SlotList] = {}

    def lists(self) -> dict[str, SlotList]:
        """The lists of floors, areas and things for the home as it is now."""
        floors, areas, things = self._home.floors, self._home.areas, self._home.things
        names = (tuple(floors), tuple(areas), *((thing.name, thing.aliases, thing.domain) for thing in things))
        if names != self._made_from:
            places = {"floor": _place_list("floor", floors), "area": _place_list("area", areas)}
            self._lists = {**places, "name": _name_list(things)}
            self._made_from = names
        return self._lists


def _context(area: str | None) -> dict[str, Any]:
    return {} if area is None else {"area": {"value": area, "text": ""}}


def _place_list(slot: str, places: Iterable[Area | Floor]) -> TextSlotList:
    names = ((spoken, place) for place in places for spoken in (place.name, *place.aliases))
    return _text_list(slot, ((spoken, place.name, None) for spoken, place in names))


def _name_list(things: Iterable[Thing]) -> TextSlotList:
    names = ((name, thing.domain) for thing in things for name in (thing.name, *thing.aliases))
    return _text_list("name", ((name, name, {"domain": domain}) for name, domain in names))


def _text_list(slot: str, values: Iterable[tuple[str, str, dict[str, str] | None]]) -> TextSlotList:
    """A list of plain texts. Their punctuation goes as it does from what is said; what is left empty fits anywhere."""
    plain = [(remove_punctuation(spoken).strip(), value, context) for spoken, value, context in values]
    return TextSlotList(
        slot, [TextSlotValue(TextChunk(normalize_text(text)), value, context) for text, value, context in plain if text]
    )


def _match(result: RecognizeResult) -> Match:
    slots = {name: entity.value for name, entity in result.entities.items()}
    if "name" in slots and "domain" in result.context:
        slots.setdefault("domain", result.context["domain"])  # of the thing so called that fits the sentence
    said = {name: entity.text.strip() for name, entity in result.entities.items() if entity.text.strip()}
    return Match(result.intent.name, result.response or "default", slots, said)


def _nearness(near: tuple[RecognizeResult, Mapping[str, str]]) -> tuple[int, int, int, bool, bool]:
    result, unknown = near
    known = [entity for entity in result.entities_list if entity.text]
    places = sum(len(entity.text) for entity in known if entity.name in ("area", "floor"))
    understood = result.text_chunks_matched + places  # in characters; "floor" may be a word beside a name or part of it
    return understood, len(known), -len(unknown), "name" in unknown, "area" in unknown
