"""Sentence templates as pipes: a weight flows through one, and is counted wherever a token is passed.

Strategy: alternatives share the weight that arrives; a token adds it to the count of that token after the two before
it. What has the same two tokens behind it flows on together, so that millions of sentences take some thousand steps,
and the counts are exactly those expected of sentences drawn at random.

Rules: classes (`{light}`) are one token. Articles and prepositions are joined to what follows (`of_the_{light}`), so
that three tokens see most of a sentence (compound words: Saon and Padmanabhan 2001).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.parse_expression import parse_sentence

START, END = "<s>", "</s>"
WAKE = "[wake]"
"""Stands for a wake phrase, or its tail, before a sentence."""

Ngram = tuple[str, ...]
Flow = dict[tuple[Ngram, str], float]
"""Weight by (the last two tokens, what has been read of the token that is not finished)."""
Template = Sentence
Values = Sequence[Expression]
"""What a `{list}` of a template may be, all of it equally likely."""
Lists = Mapping[str, Values]

ARTICLES = frozenset({"the", "my", "a", "an"})
PREPOSITIONS = frozenset({"in", "of", "on", "for"})
SPELLINGS = {"whats": "what's", "hows": "how's", "wheres": "where's", "todays": "today's"}
SPELLINGS |= {"%": "percent", "°": "degrees", "k": "kelvin", "1/2": "half"}

OPTION = 0.65  # of the weight goes through an [option]
ORDER = 1.5  # alternatives weigh 1 / rank ** ORDER: templates name the usual form first
FAINT = 1e-9  # a branch of less weight is not followed: it bounds the time, and nobody says it
WAKE_SHARE = 0.3  # of all sentences have a piece of the wake phrase before them, where there is one


def template(text: str) -> Template:
    """Reads a template as home-assistant-intents writes it."""
    return parse_sentence(text)


def texts(values: Iterable[str]) -> Values:
    """Values of a list that are templates themselves."""
    return [parse_sentence(value).expression for value in values]


def classes(names: Iterable[str]) -> Values:
    """Values of a list that are classes of a home."""
    return [ListReference(name) for name in names]


class Meter:
    """Counts what flows through expressions."""

    def __init__(self, rules: Mapping[str, Template]) -> None:
        self.counts: defaultdict[Ngram, float] = defaultdict(float)
        self._rules = rules
        self._lists: Lists = {}

    def count(self, said: Template, lists: Lists, weight: float, wake: bool) -> None:
        """Adds the n-grams of one template that is said with this weight, with `wake` also after a wake phrase."""
        self._lists = lists
        start: Flow = {((START,), ""): weight}
        if wake:
            self.counts[START, WAKE] += weight * WAKE_SHARE
            start = {((START,), ""): weight * (1 - WAKE_SHARE), ((START, WAKE), ""): weight * WAKE_SHARE}
        ended = self._token(self._walk(said.expression, start), "")
        for (history, rest), arrived in ended.items():
            self._pass(self._pass({history: arrived}, rest.removesuffix("_")), END)

    def _walk(self, expression: Expression, flow: Flow) -> Flow:
        match expression:
            case TextChunk(text=text):
                return self._text(text, flow)
            case RuleReference(rule_name=name):
                return self._walk(self._rules[name].expression, flow)
            case ListReference(list_name=name):
                return self._list(name, flow)
            case Alternative(is_optional=True, items=items):
                return _merge(self._usual(items[:-1], _scaled(flow, OPTION)), _scaled(flow, 1 - OPTION))
            case Alternative(items=items):
                return self._usual(items, flow)
            case Permutation(items=items):
                return self._usual([Group(items=list(order)) for order in itertools.permutations(items)], flow)
            case Group(items=items):
                return functools.reduce(lambda passed, item: self._walk(item, passed), items, flow)
        raise ValueError(f"a template may not contain {type(expression).__name__}")

    def _usual(self, items: Values, flow: Flow) -> Flow:
        return self._share(items, [(rank + 1) ** -ORDER for rank in range(len(items))], flow)

    def _share(self, items: Values, weights: Sequence[float], flow: Flow) -> Flow:
        total = sum(weights)
        flows = (self._walk(item, _scaled(flow, weight / total)) for item, weight in zip(items, weights, strict=True))
        return _merge(*flows)

    def _list(self, name: str, flow: Flow) -> Flow:
        if name.startswith("{"):
            return self._token(self._text(" ", flow), name)
        values = self._lists[name]
        return self._share(values, [1.0] * len(values), flow)

    def _text(self, text: str, flow: Flow) -> Flow:
        for piece in re.split(r"([\s-]+)", text.lower()):
            if piece.strip(" -"):
                flow = _merge(*({(history, rest + piece): weight} for (history, rest), weight in flow.items()))
            elif piece:
                flow = self._token(flow, "")
        return flow

    def _token(self, flow: Flow, name: str) -> Flow:
        """Ends the word that is being read, or passes a class; a leaning word waits for the next."""
        return _merge(*(self._end(history, f"{rest}{name}", weight) for (history, rest), weight in flow.items()))

    def _end(self, history: Ngram, read: str, weight: float) -> Flow:
        before, _, word = read.rpartition("_")
        word = SPELLINGS.get(word, word)
        if before and word in PREPOSITIONS:  # "lights on in the kitchen": the first one leans on nothing
            alone = self._pass({history: weight}, before)
            return _merge(*(self._end(then, word, passed) for then, passed in alone.items()))
        if not word:
            return {(history, read): weight}
        doubled = word in ARTICLES and before.rpartition("_")[2] in ARTICLES  # "in [the] [<the>] kitchen"
        joined = before if doubled else f"{before}_{word}" if before else word
        if word in PREPOSITIONS | ARTICLES:
            return {(history, f"{joined}_"): weight}
        return {(then, ""): passed for then, passed in self._pass({history: weight}, joined).items()}

    def _pass(self, flow: Mapping[Ngram, float], token: str) -> dict[Ngram, float]:
        if not token:
            return dict(flow)
        passed: defaultdict[Ngram, float] = defaultdict(float)
        for history, weight in flow.items():
            self.counts[*history, token] += weight
            passed[(*history, token)[-2:]] += weight
        return passed


def _scaled(flow: Flow, share: float) -> Flow:
    return {state: weight * share for state, weight in flow.items() if weight > FAINT}


def _merge(*flows: Flow) -> Flow:
    merged: defaultdict[tuple[Ngram, str], float] = defaultdict(float)
    for flow in flows:
        for state, weight in flow.items():
            merged[state] += weight
    return merged
