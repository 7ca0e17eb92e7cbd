"""What people say to a home: the trigram counts of its sentences, from home-assistant-intents and the home's names.

Strategy: the templates stand for millions of sentences, so none is ever written out: their expected counts are taken
from the templates themselves (flow.py). Half the weight goes to the plain ones that the package chose for offline
speech recognition, half to all of them; every intent has a share, and of it every kind of sentence.

Rules: names, places and numbers are classes (classes.py; class n-grams: Brown et al. 1992), so a home of 500 things
counts no more n-grams than one of twenty. Left out are templates that need a domain which the home lacks, and those
that take any text at all (a message, the name of a timer).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.home.home import Home
from hub.sentences import plain_sentences, sentences, with_here
from hub.stt.sphinx.classes import AREA, FLOOR, KELVIN, NUMBER, TEMPERATURE, TIME, Classes, domain_class, home_classes
from hub.stt.sphinx.flow import END, Lists, Meter, Ngram, Template, Values, classes, template, texts

COLLOQUIAL = {
    "the": "the",
    "in": "(in|on)",
    "all": "(all [[of] the]|every)",
    "everywhere": "(everywhere|in the (house|home)|in all rooms)",
    "here": "([in] here|in (this|the) room|in (my|our) room)",
    "is": "(is|are) [the]",
    "light": "(lights|light|lamps|lamp|lighting)",
}
"""Rules as people speak. The package's own allow "throughout our flat" and multiply every template by dozens."""

INTENT_DOMAINS = {
    "HassMedia": "media_player",
    "HassSetVolume": "media_player",
    "HassVacuum": "vacuum",
    "HassLawnMower": "lawn_mower",
    "HassFan": "fan",
    "HassClimateSet": "climate",
}
"""Domains that intents need and their templates do not name, by the beginning of the intent's name."""

RANGES = {"temperature": TEMPERATURE, "color_temperature": KELVIN}
RANGES |= dict.fromkeys(("timer_hours", "timer_minutes", "timer_seconds"), TIME)
"""Classes of the lists of numbers that are not plain."""

PLAIN = 0.5  # of the weight goes to the templates chosen for offline recognition

_TIME = r"(\{timer_(?:hours|minutes|seconds)[^}]*\})(?:\( \|-\)| )(hour|minute|second)\[s\]"
_AGREEMENT = (
    (r"\{floor\} \[floor\]", "{floor}"),  # whose names have the word where it is said (classes.py)
    (rf"{_TIME} timer", r"\1 \2 timer"),
    (_TIME, r"(\1 \2s|1 \2)"),
    (r"and \[a\] (\{timer_half[^}]*\}) (hour|minute)\[s\]", r"and a \1 \2s"),
    (r" (an hour|a minute)\[s\]", r" \1"),
    (r"\[a\|an\|", "[a|"),
    (r"\b(what|how) is\b", r"\1_is"),
)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Expected counts of n-grams in one sentence: all trigrams, and the bigrams at its start; and their classes."""

    ngrams: Mapping[Ngram, float]
    classes: Classes


def home_sentences(home: Home, wake: bool = False) -> Sentences:
    """The sentences of this home; with `wake`, some of them after a piece of a wake phrase."""
    known = home_classes(home)
    ngrams: Counter[Ngram] = Counter()
    for data, share in ((plain_sentences("en"), PLAIN), (sentences("en"), 1 - PLAIN)):
        counts = _Templates(with_here(data or {}, "en"), home, known).counts(wake)
        total = sum(weight for ngram, weight in counts.items() if ngram[-1] == END) or 1.0
        ngrams.update({ngram: share * weight / total for ngram, weight in counts.items()})
    return Sentences(ngrams, known)


class _Templates:
    """One set of templates as one home can say them."""

    def __init__(self, data: Mapping[str, Any], home: Home, known: Classes) -> None:
        rules = {**data.get("expansion_rules", {}), **COLLOQUIAL}
        self._rules = {name: template(_agreeing(text)) for name, text in rules.items()}
        self._intents: Mapping[str, Any] = data.get("intents", {})
        self._domains = {thing.domain for thing in home.things if domain_class(thing.domain) in known}
        self._lists = dict(_lists(data.get("lists", {}), home, known))

    def counts(self, wake: bool) -> Mapping[Ngram, float]:
        """Expected counts, in no particular scale."""
        meter = Meter(self._rules)
        for groups in self._usable():
            for templates, lists in groups:
                # An intent of many kinds is asked for more often than one of a single kind, but not as many times
                weight = len(groups) ** -0.5 / len(templates)
                for one in templates:
                    meter.count(one, lists, weight, wake)
        return meter.counts

    def _usable(self) -> Iterator[list[tuple[list[Template], Lists]]]:
        for name, intent in self._intents.items():
            needed = {domain for start, domain in INTENT_DOMAINS.items() if name.startswith(start)}
            if needed <= self._domains:
                groups = [self._group(group) for group in intent["data"] if self._has_domain(group)]
                yield [group for group in groups if group[0]]

    def _has_domain(self, group: Mapping[str, Any]) -> bool:
        domain = group.get("slots", {}).get("domain")
        return domain is None or domain in self._domains

    def _group(self, group: Mapping[str, Any]) -> tuple[list[Template], Lists]:
        lists = {**self._lists, **self._names(group.get("requires_context", {}).get("domain"))}
        read = [template(_agreeing(text)) for text in group["sentences"]]
        return [one for one in read if set(one.list_names(self._rules)) <= lists.keys()], lists

    def _names(self, domains: list[str] | str | None) -> Lists:
        wanted = self._domains if domains is None else {domains} if isinstance(domains, str) else set(domains)
        known = sorted(wanted & self._domains)
        return {"name": classes(domain_class(domain) for domain in known)} if known else {}


def _lists(lists: Mapping[str, Any], home: Home, known: Classes) -> Iterator[tuple[str, Values]]:
    for slot, places in (("floor", FLOOR), ("area", AREA)):
        if places in known:
            yield slot, classes([places])
    covers = {thing.attributes.get("device_class") for thing in home.things if thing.domain == "cover"}
    for name, values in lists.items():
        said = [one["in"] for one in values.get("values", ()) if name != "cover_classes" or one["out"] in covers]
        if "range" in values:
            yield name, classes([RANGES.get(name, NUMBER)])
        elif said:
            yield name, texts(said)


def _agreeing(text: str) -> str:
    """English agreement, which the templates leave open: "1 hour", "5 hours", "a 5 hour timer"."""
    for pattern, agreeing in _AGREEMENT:
        text = re.sub(pattern, agreeing, text)
    return text
