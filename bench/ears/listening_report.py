"""The figures of bench/listening.py as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def table(engines: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Every engine's figures, part by part; processor time in per cent of one core."""
    return [line for name, figures in engines.items() for line in (f"\n{name}", *_lines(figures))]


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    if lived := figures.get("live"):
        yield f"  {'live':10} {'CPU %':>6} {'engine':>6} {'PSS MB':>6} {'RSS MB':>6} {'switches/s':>10}  heard"
        yield from (_live(name, one) for name, one in lived.items())
    if costs := figures.get("cost"):
        yield f"  {'in process':10} {'ears %':>6} {'no gate':>7} {'engine':>6} {'passed':>6}"
        yield from (_cost(name, one) for name, one in costs.items())
    for name, one in figures.get("trials", {}).items():
        yield _trials(name, one)
    if soak := figures.get("soak"):
        yield f"  soak: {soak['seconds']:.0f} s, grown {soak['grown_mb']:.2f} MB, {soak['tasks_left']} tasks left"


def _live(name: str, one: Mapping[str, Any]) -> str:
    satellite, alone, verdict = one["satellite"], one["alone"], one["verdict"]
    hits, misses, false = (len(verdict[kind]) for kind in ("hits", "misses", "false_alarms_s"))
    chunk = f", first chunk after {max(one['first_chunk_ms']):.0f} ms at most" if one["first_chunk_ms"] else ""
    return (
        f"  {name:10} {satellite['cpu']:6.2%} {alone['cpu']:6.2%} {satellite['pss_mb']:6.1f} "
        f"{satellite['rss_mb']:6.1f} {satellite['switches']:10.0f}  "
        f"{hits} of {hits + misses}, false alarms {false}{chunk}"
    )


def _cost(name: str, one: Mapping[str, Any]) -> str:
    return f"  {name:10} {one['ears']:6.2%} {one['ungated']:7.2%} {one['engine']:6.2%} {one['passed']:6.0%}"


def _trials(name: str, one: Mapping[str, Any]) -> str:
    return (
        f"  trials, {name}: {one['hits']} of {one['words']} heard{_named('; missed ', one['misses'])}; "
        f"false alarms in the noise {len(one['false_alarms'])}{_named(': ', one['false_alarms'])}; "
        f"on other words {len(one['negatives'])}{_named(': ', one['negatives'])}; {one['passed']:.0%} passed"
    )


def _named(before: str, names: Sequence[str]) -> str:
    return before + ", ".join(names) if names else ""
