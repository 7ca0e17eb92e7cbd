"""Sentences drawn at random from the templates, by another way than hub/stt/grammar.py: one choice after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.parse_expression import parse_sentence
from hypothesis import strategies as st

from hub.home.home import Home
from hub.sentences import plain_sentences

DOCUMENT = plain_sentences("en")
RULES = {name: parse_sentence(text) for name, text in DOCUMENT["expansion_rules"].items()}


def drawn(home: Home) -> st.SearchStrategy[str]:
    """Whole sentences about this home whose words are all known."""
    return _sentences(home, list(_templates(home)))


@st.composite
def _sentences(draw: st.DrawFn, home: Home, templates: list[tuple[Expression, list[str]]]) -> str:
    said, names = draw(st.sampled_from(templates))
    return " ".join("".join(_Drawing(draw, home, names).words(said)).split())


def _templates(home: Home) -> Iterator[tuple[Expression, list[str]]]:
    lists = {name for name, values in DOCUMENT["lists"].items() if not values.get("wildcard")} | {"area", "name"}
    for intent in DOCUMENT["intents"].values():
        for group in intent["data"]:
            domains = group.get("requires_context", {}).get("domain")
            names = [one.name for one in home.things if domains is None or one.domain in domains]
            for text in group["sentences"]:
                sentence = parse_sentence(text)
                used = set(sentence.expression.list_names(RULES)) if isinstance(sentence.expression, Group) else set()
                if used <= lists and (names or "name" not in used):
                    yield sentence.expression, names


class _Drawing:
    """Draws the texts of one sentence."""

    def __init__(self, draw: st.DrawFn, home: Home, names: list[str]) -> None:
        self._draw = draw
        self._home = home
        self._names = names

    def words(self, said: Expression) -> Iterator[str]:
        """The pieces of text of an expression."""
        match said:
            case TextChunk(text=text):
                yield text
            case RuleReference(rule_name=name):
                yield from self.words(RULES[name].expression)
            case ListReference(list_name=name):
                yield self._one_of(name)
            case Alternative(items=items):
                yield from self.words(self._draw(st.sampled_from(items)))
            case Permutation(items=items):
                yield from (text for item in self._draw(st.permutations(items)) for text in self.words(item))
            case Group(items=items):
                yield from (text for item in items for text in self.words(item))

    def _one_of(self, name: str) -> str:
        if name == "name":
            return self._draw(st.sampled_from(self._names))
        if name == "area":
            return self._draw(st.sampled_from([area.name for area in self._home.areas]))
        values: Mapping[str, Any] = DOCUMENT["lists"][name]
        if "range" in values:
            step = values["range"].get("step", 1)
            return str(self._draw(st.sampled_from(range(values["range"]["from"], values["range"]["to"] + 1, step))))
        chosen = parse_sentence(self._draw(st.sampled_from(values["values"]))["in"])
        return "".join(self.words(chosen.expression))
