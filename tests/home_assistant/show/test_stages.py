"""A pipeline's stages, from what passed on its two connections."""

from __future__ import annotations

import numpy as np
import pytest
from wyoming.audio import AudioChunk
from wyoming.event import Event

from tests.conformance.controller import Failed
from tests.conformance.exchange import Side
from tests.home_assistant.show.stages import Passed, Stages, measured
from wire.pcm import SPEECH

CHUNK_S = 0.1
SPEECH_CHUNKS, CHUNKS = 5, 12  # the question is over half a second before the last sound


def sound(number: int) -> bytes:
    """A chunk of a question that ends in silence."""
    loud = np.full(SPEECH.bytes(CHUNK_S) // 2, 8_000 if number < SPEECH_CHUNKS else 3, "<i2")
    return loud.tobytes()


def heard(side: Side, late_s: float, chunks: int = CHUNKS) -> list[Passed]:
    """The question's sound as it passes."""
    format_ = (SPEECH.rate, SPEECH.width, SPEECH.channels)
    events = [AudioChunk(*format_, sound(number)).event() for number in range(chunks)]
    return [Passed(late_s + (number + 1) * CHUNK_S, 1, side, event) for number, event in enumerate(events)]


SPOKEN_AT = SPEECH_CHUNKS * CHUNK_S
HUB = [
    Passed(SPOKEN_AT + 0.5, 1, "satellite", Event("transcript")),
    Passed(SPOKEN_AT + 0.51, 2, "controller", Event("transcript")),
    Passed(SPOKEN_AT + 0.53, 2, "satellite", Event("handled")),
    Passed(SPOKEN_AT + 0.54, 3, "controller", Event("synthesize")),
    Passed(SPOKEN_AT + 0.60, 3, "satellite", Event("audio-chunk", payload=b"\1\1")),
]
REPLY = Passed(SPOKEN_AT + 0.62, 1, "controller", Event("audio-chunk", payload=b"\1\1"))


def test_what_the_person_waits_is_the_stages_and_what_lies_between() -> None:
    """Speech ends where it falls silent, not with the last sound that was sent."""
    found = measured([*heard("satellite", 0.0), REPLY], [*heard("controller", 0.02), *HUB])
    expected = Stages(sound_in=20, stt=480, to_handle=10, handle=20, to_tts=10, tts=60, sound_out=20)
    for name in Stages.__slots__:
        assert getattr(found, name) == pytest.approx(getattr(expected, name)), name
    assert found.whole == pytest.approx(620)
    assert found.over == pytest.approx(60)
    assert found.whole == pytest.approx(found.stages + found.over)


@pytest.mark.parametrize("missing", range(len(HUB)))
def test_a_pipeline_that_lacks_an_event_has_no_times(missing: int) -> None:
    """It is said which one."""
    hub = [*heard("controller", 0.02), *HUB[:missing], *HUB[missing + 1 :]]
    with pytest.raises(Failed, match=HUB[missing].event.type):
        measured([*heard("satellite", 0.0), REPLY], hub)


def test_sound_that_changed_on_its_way_has_no_times() -> None:
    """Else one place in it would be two moments."""
    with pytest.raises(Failed, match="another sound"):
        measured([*heard("satellite", 0.0), REPLY], [*heard("controller", 0.02)[1:], *HUB])


def test_sound_that_never_arrived_has_no_times() -> None:
    """The hub got less than the question."""
    with pytest.raises(Failed, match="sound"):
        measured([*heard("satellite", 0.0), REPLY], [*heard("controller", 0.02, SPEECH_CHUNKS - 1), *HUB])
