"""Laws of the checked audio events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event

from tests.wire_events import OBJECTS, VALUES
from wire.audio import sound, sound_format
from wire.errors import MalformedEvent
from wire.pcm import SPEECH, PcmFormat

FORMATS = st.builds(PcmFormat, rate=st.integers(8_000, 192_000), width=st.integers(1, 4), channels=st.integers(1, 32))


@given(FORMATS, st.integers(0, 20))
def test_wyomings_audio_events_are_read_as_their_format_and_their_sound(expected: PcmFormat, frames: int) -> None:
    pcm = bytes(range(256))[: frames * expected.frame_bytes]
    pcm = pcm[: len(pcm) - len(pcm) % expected.frame_bytes]
    assert sound_format(AudioStart(expected.rate, expected.width, expected.channels).event()) == expected
    assert sound(AudioChunk(expected.rate, expected.width, expected.channels, pcm).event(), expected) == pcm


@given(OBJECTS, st.dictionaries(st.sampled_from(["rate", "width", "channels"]), VALUES | st.integers(0, 50_000)))
def test_any_data_is_a_format_or_a_typed_error(data: dict[str, object], format_fields: dict[str, object]) -> None:
    try:
        found = sound_format(Event("audio-start", data | format_fields))
    except MalformedEvent:
        return
    assert found == PcmFormat(found.rate, found.width, found.channels)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Event("audio-chunk"), "lacks a whole number"),
        (Event("audio-chunk", {"rate": "16000", "width": 2, "channels": 1}), "lacks a whole number"),
        (AudioChunk(1, 2, 1, b"").event(), "outside 8000 to 192000 Hz"),
        (AudioChunk(22_050, 2, 1, b"").event(), "22050 Hz, 16 bit, 1 channel came where 16000 Hz"),
        (AudioChunk(16_000, 2, 1, b"odd").event(), "3 bytes breaks a frame"),
    ],
)
def test_sound_that_cannot_be_used_is_refused_with_its_reason(event: Event, why: str) -> None:
    with pytest.raises(MalformedEvent, match=why):
        sound(event, SPEECH)
