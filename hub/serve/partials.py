"""A transcript in pieces, as the Wyoming protocol has it: what is certain is sent while the person speaks.

    transcript-start transcript-chunk… transcript transcript-stop

Pure. Laws: the chunks since the latest `transcript-start`, one after the other, are the transcript's text; a chunk is
never taken back. Only an engine that failed, and whose place another took, breaks that promise: then the stream starts
again, and clients that put chunks together since the start have the right text, too.
"""

from __future__ import annotations

from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.event import Event


class Partials:
    """One transcript."""

    def __init__(self) -> None:
        self._sent: str | None = None

    def more(self, text: str, language: str | None) -> list[Event]:
        """What to send now that all of `text` is certain; it may be less than what was before."""
        if self._sent is not None and self._sent.startswith(text):
            return []
        return self._up_to(text, language)

    def last(self, transcript: Transcript) -> list[Event]:
        """What to send at the end, the transcript among it."""
        rest = self._up_to(transcript.text, transcript.language)
        return [*rest, transcript.event(), TranscriptStop().event()]

    def _up_to(self, text: str, language: str | None) -> list[Event]:
        events = []
        if self._sent is None or not text.startswith(self._sent):
            events.append(TranscriptStart(language=language).event())
            self._sent = ""
        if text != self._sent:
            events.append(TranscriptChunk(text[len(self._sent) :]).event())
            self._sent = text
        return events
