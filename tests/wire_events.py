"""Hypothesis strategies for Wyoming events and for the ways in which a stream can be cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st
from wyoming.event import Event

INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)
SCALARS = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=8
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=4)
EVENTS = st.builds(Event, type=st.text(), data=OBJECTS, payload=st.none() | st.binary(min_size=1, max_size=200))


@st.composite
def cuttings(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """The stream in pieces, some of them empty."""
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    return [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]


@st.composite
def mutations(draw: st.DrawFn, stream: bytes) -> bytes:
    """The stream with up to four stretches of it replaced by other bytes."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(stream)))
        end = draw(st.integers(start, min(len(stream), start + 8)))
        stream = stream[:start] + draw(st.binary(max_size=8)) + stream[end:]
    return stream
