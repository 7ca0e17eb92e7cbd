r"""Bytes to Wyoming events and back, with every size bounded: the guard that wyoming's own reader lacks.

    {"type": T, "version": V, "data_length": N?, "payload_length": M?}\n <N bytes JSON object> <M bytes payload>

Pure (the strategy is h11's): bytes are fed in as they come, however they are cut, and whole events come out. Rules:

- A length is judged when it is declared, before any byte of it has come, so a hostile header costs one line of memory.
- JSON is strict (strict_json.py), so whatever was decoded can be encoded again. Anything else is a MalformedEvent.
- `data` inside the header is accepted as well and merged with the data block; where both name a key, the block wins.
- `null` for a length or for `data` means that there is none; unknown keys of the header are passed over.
- `version` only says which wyoming library wrote the event: what is no version is passed over, too.
- After an error nothing more comes out: where the next event starts is not known any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from wyoming.event import Event
from wyoming.version import __version__

from wire import strict_json
from wire.errors import MalformedEvent, PeerGone, TooLarge, WireError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes that each part of an event may have."""

    header: int = 64 * 1024
    """What wyoming's own reader can take in one line."""
    data: int = 1024 * 1024
    """Ten times the `info` of a voice service with hundreds of voices."""
    payload: int = 1024 * 1024
    """32 s of 16 kHz speech, 5 s of CD sound: far over any chunk (Home Assistant's have 2 KiB)."""


DEFAULT = Limits()

Version: TypeAlias = tuple[int, int]
"""Major and minor of a version of the wyoming library."""
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?!\d)", re.ASCII)


class Decoder:
    """Takes in bytes and gives out whole events; holds at most one unfinished event."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._searched = 0  # bytes of the buffer that hold no newline, so that a long line is searched once
        self._header: _Header | None = None
        self._failure: WireError | None = None
        self.version: Version | None = None
        """Of the library that wrote the latest event; None where its header tells none."""

    def feed(self, data: bytes) -> list[Event]:
        """Returns the events that are now complete.

        Raises MalformedEvent or TooLarge where the stream cannot be read on. What came before that is returned first
        and the error raised by the next call, so that events do not depend on how their bytes were cut.
        """
        events: list[Event] = []
        if self._failure is None:
            self._buffer += data
            self._decode(events)
        if not events:
            self._raise_failure()
        return events

    def end(self) -> None:
        """The stream has ended; raises PeerGone if that was in the middle of an event, or an error yet to be told."""
        self._raise_failure()
        if self.in_the_middle:
            raise PeerGone(in_the_middle=True)

    @property
    def in_the_middle(self) -> bool:
        """Whether a part of an event has come and the rest has not."""
        return self._header is not None or bool(self._buffer)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure.with_traceback(None)  # which would grow each time

    def _decode(self, events: list[Event]) -> None:
        try:
            while (event := self._next()) is not None:
                events.append(event)
        except WireError as error:
            self._failure = error
            self._buffer.clear()

    def _next(self) -> Event | None:
        if self._header is None and (line := self._line()) is not None:
            self._header = _Header.read(line, self._limits)
            self.version = self._header.version
        header = self._header
        if header is None or len(self._buffer) < header.data_length + header.payload_length:
            return None
        self._header = None
        block, payload = self._take(header.data_length), self._take(header.payload_length)
        data = {**header.data, **_read_object("data block", block)} if block else header.data
        return Event(type=header.type, data=data, payload=payload or None)

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        self._searched = len(self._buffer) if end < 0 else 0
        if (len(self._buffer) if end < 0 else end) > self._limits.header:
            raise TooLarge(_too_large("header", f"more than {self._limits.header}", self._limits.header))
        return None if end < 0 else self._take(end + 1)

    def _take(self, size: int) -> bytes:
        with memoryview(self._buffer) as view:
            taken = bytes(view[:size])
        del self._buffer[:size]
        return taken


def encode(event: Event, limits: Limits = DEFAULT) -> bytes:
    """The bytes that wyoming would write for `event`; refuses with the decoder's errors what it would refuse."""
    block = _write("data block", event.data) if event.data else b""
    payload = event.payload or b""
    header: dict[str, object] = {"type": event.type, "version": __version__}
    if block:
        _read_object("data block", block)
        header["data_length"] = len(block)
    if payload:
        header["payload_length"] = len(payload)
    line = _write("header", header)
    if len(line) > limits.header:
        raise TooLarge(_too_large("header", str(len(line)), limits.header))
    _Header.read(line, limits)
    return b"".join((line, b"\n", block, payload))


@dataclass(frozen=True, slots=True)
class _Header:
    """What an event's first line says."""

    type: str
    version: Version | None
    data: dict[str, Any]
    data_length: int
    payload_length: int

    @staticmethod
    def read(line: bytes, limits: Limits) -> _Header:
        header = _read_object("header", line)
        kind = header.get("type")
        data = header.get("data")
        if not isinstance(kind, str):
            raise MalformedEvent(_malformed("header", "its type is not a string"))
        if not (data is None or isinstance(data, dict)):
            raise MalformedEvent(_malformed("header", "its data is not an object"))
        return _Header(
            type=kind,
            version=_version(header.get("version")),
            data=data or {},
            data_length=_length(header, "data_length", limits.data),
            payload_length=_length(header, "payload_length", limits.payload),
        )


def _version(told: object) -> Version | None:
    found = _VERSION.match(told) if isinstance(told, str) else None
    return (int(found[1]), int(found[2])) if found else None


def _length(header: Mapping[str, object], key: str, most: int) -> int:
    length = header.get(key)
    if length is None:
        return 0
    if isinstance(length, bool) or not isinstance(length, int) or length < 0:
        raise MalformedEvent(_malformed("header", f"its {key} is not a whole number from 0"))
    if length > most:
        raise TooLarge(_too_large(key.removesuffix("_length"), str(length), most))
    return length


def _write(part: str, value: object) -> bytes:
    try:
        return strict_json.write(value)
    except ValueError as error:
        raise MalformedEvent(_malformed(part, f"it cannot be written as JSON, {error}")) from None


def _read_object(part: str, text: bytes) -> dict[str, Any]:
    try:
        return strict_json.read_object(text)
    except ValueError as error:
        raise MalformedEvent(_malformed(part, f"it is not the JSON expected, {error}")) from None


def _malformed(part: str, why: str) -> str:
    return f"an event's {part} is malformed: {why}; check that the peer speaks Wyoming"


def _too_large(part: str, size: str, most: int) -> str:
    return f"an event's {part} of {size} bytes is over the limit of {most}; the peer must send smaller events"
