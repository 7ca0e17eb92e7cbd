"""Laws of transcripts in pieces: what was sent is never taken back, and together it is the transcript."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.event import Event

from hub.serve.partials import Partials

TEXTS = st.text(alphabet="ab ", max_size=20)


def assembled(events: list[Event]) -> str:
    """What a client that starts anew at each `transcript-start` has put together."""
    text = ""
    for event in events:
        if TranscriptStart.is_type(event.type):
            text = ""
        elif TranscriptChunk.is_type(event.type):
            text += TranscriptChunk.from_event(event).text
    return text


@given(TEXTS, st.lists(st.integers(0, 20)))
def test_text_that_is_certain_is_sent_once_in_one_stream_before_the_transcript(text: str, grown: list[int]) -> None:
    partials = Partials()
    events = [event for end in grown for event in partials.more(text[:end], "en")]
    assert assembled(events) == (text[: max(grown, default=0)])
    events += partials.last(Transcript(text, language="en"))
    types = [event.type for event in events]
    chunks = len(types) - 3
    assert types == ["transcript-start", *["transcript-chunk"] * chunks, "transcript", "transcript-stop"]
    assert assembled(events) == text
    assert TranscriptStart.from_event(events[0]).language == "en"
    assert all(TranscriptChunk.from_event(event).text for event in events[1:-2])


@given(st.lists(TEXTS), TEXTS)
def test_whatever_the_engine_changes_its_mind_to_a_client_has_the_transcript(texts: list[str], text: str) -> None:
    partials = Partials()
    events = [event for each in texts for event in partials.more(each, None)]
    events += partials.last(Transcript(text))
    assert assembled(events) == text
    assert TranscriptStop.is_type(events[-1].type)
    assert [Transcript.from_event(each).text for each in events if Transcript.is_type(each.type)] == [text]
