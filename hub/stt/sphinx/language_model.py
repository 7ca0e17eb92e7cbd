"""A class trigram model with its dictionary, in the formats that CMU Sphinx reads.

Strategy: interpolated (Jelinek-Mercer) smoothing with a fixed share for the shorter history. The counts are exact
expectations, not a sample, so how often something was counted says nothing about how far to trust it, which is what
Witten-Bell and Kneser-Ney estimate; and with a fixed share the back-off weight is that share, exactly.
Source: Jelinek and Mercer 1980; Chen and Goodman 1998, section 2.3.

Rules: every history's probabilities sum to one. In a class, every member has its share of the class's probability;
a member's word is written `member:class`, so that one name may belong to several. Fillers (the silence between words)
are the decoder's own.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.stt.sphinx.classes import Classes
from hub.stt.sphinx.flow import END, START, Ngram
from hub.stt.sphinx.sentences import Sentences

BACKOFF = 0.1  # of each probability comes from the history one shorter
UNIFORM = 0.02  # of a token's probability on its own is the same for all, so that any may follow any
MAX_CLASSES = 128  # pocketsphinx's NGRAM_MAX_CLASSES; those of least weight are written out as plain words

_NEVER = -99.0  # log10 probability of the start of a sentence, by the format's custom


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """What the decoder reads: the lines of an ARPA file and of its classes' definitions, and every word of theirs."""

    arpa: tuple[str, ...]
    class_definitions: tuple[str, ...]
    classes: tuple[str, ...]
    words: tuple[str, ...]


Probabilities = Mapping[Ngram, Mapping[str, float]]
"""For each history (of no, one or two tokens), the probability of each token counted after it."""


def language_model(sentences: Sentences) -> LanguageModel:
    """The model of these sentences."""
    ngrams = dict(_written_out(sentences, MAX_CLASSES))
    table = probabilities(ngrams)
    tokens = sorted(table[()])
    members = {one: _members(one, sentences.classes) for one in tokens if "{" in one}
    plain = [token for token in tokens if token not in members and token not in (START, END)]
    return LanguageModel(
        tuple(_arpa(table)),
        tuple(_definitions(members)),
        tuple(members),
        (*plain, *(word for words in members.values() for word in words)),
    )


def probabilities(ngrams: Mapping[Ngram, float]) -> Probabilities:
    """Smoothed probabilities; whatever is not in a history's table has BACKOFF of its probability one shorter."""
    counts: defaultdict[Ngram, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for ngram, count in ngrams.items():
        for length in range(len(ngram)):
            counts[ngram[len(ngram) - 1 - length : -1]][ngram[-1]] += count
    alone = _shares(counts[()])
    table: dict[Ngram, dict[str, float]] = {
        (): {token: (1 - UNIFORM) * share + UNIFORM / len(alone) for token, share in alone.items()}
    }
    for history in sorted(filter(None, counts), key=len):
        table[history] = {
            token: (1 - BACKOFF) * share + BACKOFF * probability(table, history[1:], token)
            for token, share in _shares(counts[history]).items()
        }
    return table


def probability(table: Probabilities, history: Ngram, token: str) -> float:
    """Of a token after a history, backing off as the decoder does."""
    if history not in table:
        return probability(table, history[1:], token)
    found = table[history].get(token)
    if found is not None:
        return found
    return BACKOFF * probability(table, history[1:], token) if history else 0.0


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {token: count / total for token, count in counts.items()}


def _arpa(table: Probabilities) -> Iterator[str]:
    orders: list[list[str]] = [[_line(_NEVER, (START,), table)], [], []]
    for history, tokens in sorted(table.items()):
        orders[len(history)] += [_line(math.log10(p), (*history, token), table) for token, p in sorted(tokens.items())]
    yield "\\data\\"
    yield from (f"ngram {order}={len(lines)}" for order, lines in enumerate(orders, 1))
    for order, lines in enumerate(orders, 1):
        yield from ("", f"\\{order}-grams:", *lines)
    yield from ("", "\\end\\", "")


def _line(log_probability: float, ngram: Ngram, table: Probabilities) -> str:
    weight = "" if len(ngram) == 3 else f" {math.log10(BACKOFF) if ngram in table else 0.0:.4f}"
    return f"{log_probability:.4f} {' '.join(ngram)}{weight}"


def _split(token: str) -> tuple[str, str]:
    """The joined words before a class, and the class."""
    words, brace, name = token.partition("{")
    return words, brace + name


def _members(token: str, classes: Classes) -> dict[str, float]:
    """The words of a class token, each with its share."""
    words, name = _split(token)
    return {f"{words}{member}:{token}": share for member, share in _shares(classes[name]).items()}


def _definitions(members: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for token, words in members.items():
        yield from (f"LMCLASS {token}", *(f"{word} {share:.8f}" for word, share in words.items()), f"END {token}", "")


def _written_out(sentences: Sentences, limit: int) -> Iterator[tuple[Ngram, float]]:
    """The n-grams, in which all but the `limit` heaviest classes are replaced by their members."""
    weights: defaultdict[str, float] = defaultdict(float)
    for ngram, count in sentences.ngrams.items():
        if "{" in ngram[-1]:
            weights[ngram[-1]] += count
    light = frozenset(sorted(weights, key=lambda token: -weights[token])[limit:])
    for ngram, count in sentences.ngrams.items():
        for choice in itertools.product(*(_choices(token, light, sentences.classes) for token in ngram)):
            yield tuple(token for token, _ in choice), count * math.prod(share for _, share in choice)


def _choices(token: str, light: frozenset[str], classes: Classes) -> Iterable[tuple[str, float]]:
    if token not in light:
        return ((token, 1.0),)
    words, name = _split(token)
    return [(words + member, share) for member, share in _shares(classes[name]).items()]
