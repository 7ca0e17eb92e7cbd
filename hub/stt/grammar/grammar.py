"""What people say to any home, as an automaton that reads words: built from sentence templates.

Strategy: each template becomes a small probabilistic automaton (automaton.py); where several fit, all are followed at
once. Alternatives share the likelihood of what contains them. Nothing here knows a home: its names are slots, looked up
while reading (reading.py).

Rules: half of the likelihood is that of each document. Templates that need a list nobody has are left out, those about
floors where the home has none, and those that begin with any words at all, which fit everything.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression

from hub.stt.grammar.automaton import Front, Slot, Spoken, State

OPTION = 0.5  # of the likelihood goes through an [option]: nobody knows better for all of them
LONGEST_ORDER = 4  # things that are said in any order; each one more multiplies the orders


def grammar(documents: Sequence[Mapping[str, Any]], spoken: Spoken, floors: bool = False) -> State:
    """The first state of all sentences of these documents (hub/sentences.py), each document as likely as the other.

    `floors`: those about a floor too.
    """
    start = State()
    for document in documents:
        _Templates(document, spoken, floors).lead_from(start, 1 / len(documents))
    for slot, then in [lead for lead in start.slots if lead[0].kind == "any"]:
        del start.slots[slot, then]
    return start


def texts(template: str) -> Iterable[str]:
    """Every text that a small template without lists and rules stands for."""
    return sample_expression(_read(template))


class _Templates:
    """One document's templates, walked from their first words to their last."""

    def __init__(self, document: Mapping[str, Any], spoken: Spoken, floors: bool) -> None:
        self._spoken = spoken
        self._intents: Mapping[str, Any] = document.get("intents", {})
        self._rules = {name: _read(text) for name, text in document.get("expansion_rules", {}).items()}
        self._lists: dict[str, Slot | Sequence[Expression]] = {"area": Slot("area"), "name": Slot("name")}
        self._lists |= {"floor": Slot("floor")} if floors else {}
        self._lists |= {name: _list(values) for name, values in document.get("lists", {}).items()}

    def lead_from(self, start: State, share: float) -> None:
        """Adds every sentence; all together have this share of the likelihood."""
        found = list(self._weighted())
        whole = sum(weight for _, _, weight in found)
        for said, domains, weight in found:
            self._lists["name"] = Slot("name", domains)
            self._walk(said, Front({"": {start: share * weight / whole}})).end(self._spoken)

    def _weighted(self) -> Iterator[tuple[Expression, frozenset[str] | None, float]]:
        """Each template that anybody can say, with the domains of its names and how likely it is.

        An intent of many kinds is meant more often than one of a single kind, if not as many times.
        """
        for intent in self._intents.values():
            for group in intent["data"]:
                said = [one for one in map(_read, group["sentences"]) if self._sayable(one)]
                weight = len(intent["data"]) ** -0.5 / max(1, len(said))
                yield from ((one, _domains(group), weight) for one in said)

    def _sayable(self, said: Expression) -> bool:
        """Whether every list and rule in it is known."""
        match said:
            case RuleReference(rule_name=name):
                return name in self._rules and self._sayable(self._rules[name])
            case ListReference(list_name=name):
                return name in self._lists
            case Alternative(items=items):
                return any(map(self._sayable, items))
            case Group(items=items):
                return all(map(self._sayable, items))
        return True

    def _walk(self, said: Expression, front: Front) -> Front:
        match said:
            case TextChunk(text=text):
                return front.text(text, self._spoken)
            case RuleReference(rule_name=name):
                return self._walk(self._rules[name], front)
            case ListReference(list_name=name):
                values = self._lists[name]
                return front.slot(values, self._spoken) if isinstance(values, Slot) else self._either(values, front)
            case Alternative(is_optional=True, items=items):
                return Front.merged([self._either(items[:-1], front.scaled(OPTION)), front.scaled(1 - OPTION)])
            case Alternative(items=items):
                return self._either(items, front)
            case Permutation(items=items) if len(items) <= LONGEST_ORDER:
                return self._either([Group(items=list(order)) for order in itertools.permutations(items)], front)
            case Group(items=items):
                return functools.reduce(lambda passed, item: self._walk(item, passed), items, front)
        raise ValueError(f"a template may not contain {type(said).__name__}")

    def _either(self, items: Sequence[Expression], front: Front) -> Front:
        """Any of these; templates name the usual form first, so that the n-th has 1/n of the first's weight (Zipf)."""
        weights = [(item, 1 / rank) for rank, item in enumerate(filter(self._sayable, items), 1)]
        whole = sum(weight for _, weight in weights)
        return Front.merged(self._walk(item, front.scaled(weight / whole)) for item, weight in weights)


def _read(text: str) -> Expression:
    expression: Expression = parse_sentence(text).expression
    return expression


def _list(values: Mapping[str, Any]) -> Slot | Sequence[Expression]:
    if "range" in values:
        given = values["range"]
        step = 0.5 if given.get("fractions") == "halves" else given.get("step", 1)
        return Slot("number", numbers=(given["from"], given["to"], step))
    return Slot("any") if values.get("wildcard") else [_read(str(value["in"])) for value in values.get("values", ())]


def _domains(group: Mapping[str, Any]) -> frozenset[str] | None:
    domains = group.get("requires_context", {}).get("domain")
    return None if domains is None else frozenset([domains] if isinstance(domains, str) else domains)
