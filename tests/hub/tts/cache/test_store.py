"""Laws of sound that is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.tts.cache.store import OVERHEAD_BYTES, Entry, Key, Sounds

KEYS = st.builds(Key, st.sampled_from("ab"), st.sampled_from((16_000, 22_050)), st.sampled_from(("on", "off", "yes")))
ENTRIES = st.builds(Entry, st.binary(max_size=3000), st.floats(0, 2))


def key(text: str, voice: str = "espeak", rate: int = 22_050) -> Key:
    return Key(voice, rate, text)


@given(st.lists(st.tuples(KEYS, ENTRIES)), st.integers(0, 10_000))
def test_no_more_than_its_bytes_are_kept_and_what_is_found_is_what_was_kept(
    kept: list[tuple[Key, Entry]], most: int
) -> None:
    sounds = Sounds(most)
    latest: dict[Key, bytes] = {}
    for at, entry in kept:
        sounds.keep(at, entry)
        latest[at] = entry.pcm
        held = [one for one in latest if one in sounds]
        assert sounds.size == sum(len(latest[one]) + OVERHEAD_BYTES for one in held) <= most
    assert all(sounds.find(at) in (None, pcm) for at, pcm in latest.items())


def test_what_was_wanted_longest_ago_goes_first() -> None:
    sounds = Sounds(2 * (100 + OVERHEAD_BYTES))
    for text in ("one", "two"):
        sounds.keep(key(text), Entry(bytes(100), 0.1))
    assert sounds.find(key("one")) is not None
    sounds.keep(key("three"), Entry(bytes(100), 0.1))
    assert [key(text) in sounds for text in ("one", "two", "three")] == [True, False, True]


def test_another_voice_or_rate_is_another_sound() -> None:
    sounds = Sounds(10_000)
    sounds.keep(key("yes"), Entry(b"ab", 0.1))
    assert sounds.find(key("yes", voice="piper")) is None
    assert sounds.find(key("yes", rate=16_000)) is None
    assert sounds.find(key("yes")) == b"ab"


def test_hits_misses_and_the_time_that_they_saved_are_counted() -> None:
    sounds = Sounds(10_000)
    sounds.keep(key("yes"), Entry(bytes(500), 0.25))
    for text in ("yes", "no", "yes"):
        sounds.find(key(text))
    assert sounds.report() == {"hits": 2, "misses": 1, "saved_ms": 500.0, "kept_mb": 0.0}
    assert sounds.entry(key("yes")) == Entry(bytes(500), 0.25)
