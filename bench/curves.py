"""Curves of cut-off turns against the wait, a point for each setting of an endpoint, and how they compare."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One endpoint's figures over all variants; `setting` is the threshold in ms, or the patience."""

    setting: float
    cut_off: float
    median_s: float
    p95_s: float


Curves = dict[str, list[Point]]


def compared(curves: Curves) -> dict[str, str]:
    """Each adaptive curve against the fixed one, over the range that both have."""
    figures = {}
    for name in (name for name in curves if name != "fixed"):
        for line in _against(curves["fixed"], curves[name]):
            figures[f"{name}: {line[0]}"] = line[1]
    return figures


def _against(fixed: Sequence[Point], adaptive: Sequence[Point]) -> list[tuple[str, str]]:
    lines = []
    for one in fixed:
        cuts = between(one.median_s, [(each.median_s, each.cut_off) for each in adaptive])
        wait = between(one.cut_off, [(each.cut_off, each.median_s) for each in reversed(adaptive)])
        if cuts is not None and one.cut_off:
            lines.append((f"cut-offs at the wait of {one.setting:.0f} ms", f"{cuts:.3f}, {cuts / one.cut_off:.0%}"))
        if wait is not None:
            lines.append((f"wait at the cut-offs of {one.setting:.0f} ms", f"{wait:.3f} s, {wait / one.median_s:.0%}"))
    return lines


def between(at: float, points: Sequence[tuple[float, float]]) -> float | None:
    """The value on straight lines between points, None outside of them."""
    for (left, low), (right, high) in itertools.pairwise(points):
        if left <= at <= right:
            return low if left == right else low + (high - low) * (at - left) / (right - left)
    return None


def table(curves: Curves) -> list[str]:
    """A line for each endpoint."""
    lines = [f"{'endpoint':22} {'setting':>8} {'cut off':>8} {'median':>8} {'p95':>8}"]
    for name, points in curves.items():
        for one in points:
            lines.append(f"{name:22} {one.setting:8g} {one.cut_off:8.1%} {one.median_s:7.3f}s {one.p95_s:7.3f}s")
    return lines
