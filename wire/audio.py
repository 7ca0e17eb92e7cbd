"""Wyoming's audio events, checked: what arrives is sound in whole frames of a known format, or an error."""

from __future__ import annotations

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from wire.errors import MalformedEvent
from wire.pcm import PcmError, PcmFormat


def is_audio(event: Event) -> bool:
    """Whether an event is a sound's start, more of it, or its end."""
    return any(kind.is_type(event.type) for kind in (AudioStart, AudioChunk, AudioStop))


def sound_format(event: Event) -> PcmFormat:
    """The format that an `audio-start` or `audio-chunk` declares; raises MalformedEvent."""
    rate, width, channels = (event.data.get(key) for key in ("rate", "width", "channels"))
    if not (isinstance(rate, int) and isinstance(width, int) and isinstance(channels, int)):
        raise MalformedEvent(f"{event.type} lacks a whole number for rate, width or channels; check the peer's version")
    try:
        return PcmFormat(rate, width, channels)
    except PcmError as error:
        raise MalformedEvent(f"{event.type} cannot be played: {error}; check the peer's settings") from None


def sound(event: Event, expected: PcmFormat) -> bytes:
    """The sound of an `audio-chunk`; raises MalformedEvent where it is not of the expected format, in whole frames."""
    found = sound_format(event)
    pcm = event.payload or b""
    if found != expected:
        raise MalformedEvent(f"an audio-chunk of {found} came where {expected} was expected; check the peer's settings")
    if len(pcm) % found.frame_bytes:
        raise MalformedEvent(f"an audio-chunk of {len(pcm)} bytes breaks a frame of {found}; check the peer's version")
    return pcm
