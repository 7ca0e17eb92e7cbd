"""Laws of the framing: whatever the bytes and however they are cut, events or one typed error come out."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event, async_read_event, write_event

from tests.wire_events import EVENTS, OBJECTS, cuttings, mutations
from wire.errors import MalformedEvent, PeerGone, TooLarge, WireError
from wire.framing import DEFAULT, Decoder, Limits, encode

PING = b'{"type": "ping"}\n'


def outcome(pieces: list[bytes]) -> tuple[list[Event], str]:
    """All events of a stream, and what its end or its error says."""
    decoder, events = Decoder(), []
    try:
        for piece in [*pieces, b""]:
            events += decoder.feed(piece)
        decoder.end()
    except WireError as error:
        return events, f"{error.code}: {error}"
    return events, ""


@given(st.lists(EVENTS, max_size=5), st.data())
def test_any_cutting_of_the_stream_gives_the_same_events(events: list[Event], data: st.DataObject) -> None:
    pieces = data.draw(cuttings(b"".join(map(encode, events))))
    assert outcome(pieces) == (events, "")


@given(st.lists(EVENTS, max_size=5), st.data())
def test_any_cutting_of_a_broken_stream_gives_the_same_events_and_the_same_error(
    events: list[Event], data: st.DataObject
) -> None:
    stream = data.draw(mutations(b"".join(map(encode, events))))
    assert outcome(data.draw(cuttings(stream))) == outcome([stream])


@given(st.binary(max_size=400), st.data())
def test_garbage_gives_events_or_a_typed_error_and_nothing_else(garbage: bytes, data: st.DataObject) -> None:
    assert outcome(data.draw(cuttings(garbage))) == outcome([garbage])


@given(OBJECTS, st.binary(max_size=60), st.data())
def test_a_header_of_any_json_gives_an_event_or_a_typed_error(
    header: dict[str, object], rest: bytes, data: st.DataObject
) -> None:
    keys = st.sampled_from(["type", "data", "data_length", "payload_length"])
    header |= data.draw(st.dictionaries(keys, st.integers(-1, 30) | st.text() | st.none() | OBJECTS))
    stream = json.dumps(header).encode() + b"\n" + rest
    assert outcome(data.draw(cuttings(stream))) == outcome([stream])


@given(EVENTS)
def test_our_bytes_are_wyomings_bytes(event: Event) -> None:
    theirs = io.BytesIO()
    write_event(event, theirs)
    assert encode(event) == theirs.getvalue()


@given(EVENTS)
def test_wyomings_own_reader_reads_our_bytes(event: Event) -> None:
    async def read() -> Event | None:
        reader = asyncio.StreamReader()
        reader.feed_data(encode(event))
        reader.feed_eof()
        return await async_read_event(reader)

    assert asyncio.run(read()) == event


@given(st.lists(EVENTS, min_size=1, max_size=3), st.data())
def test_a_stream_that_ends_says_whether_it_was_in_the_middle_of_an_event(
    events: list[Event], data: st.DataObject
) -> None:
    whole = list(map(encode, events))
    stream = b"".join(whole)
    borders = {len(b"".join(whole[:count])) for count in range(len(whole) + 1)}
    end = data.draw(st.integers(0, len(stream)))
    decoder = Decoder()
    decoder.feed(stream[:end])
    assert decoder.in_the_middle == (end not in borders)
    if end in borders:
        decoder.end()
    else:
        with pytest.raises(PeerGone, match="middle of an event") as gone:
            decoder.end()
        assert gone.value.in_the_middle


def test_events_before_an_error_are_given_first_and_then_the_error_for_good() -> None:
    decoder = Decoder()
    assert decoder.feed(PING * 2 + b"garbage\n" + PING) == [Event("ping")] * 2
    for _ in range(2):
        with pytest.raises(MalformedEvent):
            decoder.feed(PING)
    with pytest.raises(MalformedEvent):
        decoder.end()


def test_data_in_the_header_is_merged_with_the_data_block_and_the_block_wins() -> None:
    stream = b'{"type": "t", "data": {"a": 1, "b": 1}, "data_length": 16}\n{"b": 2, "c": 2}'
    assert Decoder().feed(stream) == [Event("t", {"a": 1, "b": 2, "c": 2})]
    assert Decoder().feed(b'{"type": "t", "data": {"a": 1}}\n') == [Event("t", {"a": 1})]


def test_null_and_zero_lengths_and_null_data_mean_that_there_is_none() -> None:
    stream = b'{"type": "t", "data": null, "data_length": null, "payload_length": 0}\r\n'
    assert Decoder().feed(stream) == [Event("t")]


@pytest.mark.parametrize(
    ("told", "version"),
    [
        (b'"1.10.2"', (1, 10)),
        (b'"1.9"', (1, 9)),
        (b'"2.0.0-beta"', (2, 0)),
        (b'"1"', None),
        (b'"1.10000"', None),
        (b'"v1.10"', None),
        ('"1.1\u0660"'.encode(), (1, 1)),
        (b'"\\u0661.5"', None),
        (b"1.10", None),
        (b"[1, 10]", None),
        (b"null", None),
    ],
)
def test_the_version_in_a_header_is_known_or_passed_over(told: bytes, version: tuple[int, int] | None) -> None:
    decoder = Decoder()
    assert decoder.feed(b'{"type": "t", "version": %b}\n' % told) == [Event("t")]
    assert decoder.version == version
    decoder.feed(PING)
    assert decoder.version is None


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (b"", "Expecting value"),
        (b"RTSP/1.0 200 OK", "Expecting value"),
        (b"\x16\x03\x01\x02\x00\x01", "Expecting value|decode"),
        (b"\xff\xfe", "utf-8"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"{}", "type is not a string"),
        (b'{"type": 1}', "type is not a string"),
        (b'{"type": null}', "type is not a string"),
        (b'{"type": "t", "data": []}', "data is not an object"),
        (b'{"type": "t", "data": 0}', "data is not an object"),
        (b'{"type": "t", "data_length": -1}', "data_length is not a whole number"),
        (b'{"type": "t", "data_length": true}', "data_length is not a whole number"),
        (b'{"type": "t", "data_length": 1.0}', "data_length is not a whole number"),
        (b'{"type": "t", "payload_length": "1"}', "payload_length is not a whole number"),
        (b'{"type": "t", "payload_length": {}}', "payload_length is not a whole number"),
        (b'{"type": "t", "data_length": 1}\n1', "not an object"),
        (b'{"type": "t", "data_length": 2}\n[]', "not an object"),
        (b'{"type": "t", "data_length": 4}\nnull', "not an object"),
    ],
)
def test_a_malformed_event_is_refused_with_its_reason(header: bytes, why: str) -> None:
    with pytest.raises(MalformedEvent, match=why):
        Decoder().feed(header + b"\n")


@pytest.mark.parametrize("length", [2 * 1024**3, DEFAULT.data + 1, 2**62])
@pytest.mark.parametrize("part", ["data", "payload"])
def test_a_declared_length_over_the_limit_is_refused_from_the_header_alone(part: str, length: int) -> None:
    header = json.dumps({"type": "t", f"{part}_length": length}).encode() + b"\n"
    with pytest.raises(TooLarge, match=f"{part} of {length} bytes is over the limit"):
        Decoder().feed(header)


def test_events_exactly_at_every_limit_pass_and_one_byte_more_does_not() -> None:
    event = Event("t", {"k": "v"}, b"payload")
    line, _, _ = encode(event).partition(b"\n")
    exact = Limits(header=len(line), data=len(b'{"k": "v"}'), payload=len(b"payload"))
    assert Decoder(exact).feed(encode(event, exact)) == [event]
    for part in ("header", "data", "payload"):
        tight = Limits(**{"header": exact.header, "data": exact.data, "payload": exact.payload, part: 6})
        with pytest.raises(TooLarge, match=part):
            Decoder(tight).feed(encode(event))
        with pytest.raises(TooLarge, match=part):
            encode(event, tight)


def test_a_line_without_end_is_refused_at_the_limit_and_its_bytes_are_let_go() -> None:
    decoder = Decoder()
    piece = b" " * 1024
    tracemalloc.start()
    for _ in range(DEFAULT.header // len(piece)):
        assert decoder.feed(piece) == []
    with pytest.raises(TooLarge, match="header of more than 65536 bytes"):
        decoder.feed(b" ")
    for _ in range(10_000):
        with contextlib.suppress(TooLarge):
            decoder.feed(piece)
    gc.collect()
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < DEFAULT.header
    assert most < 8 * DEFAULT.header


def test_a_large_event_passes_one_byte_at_a_time() -> None:
    event = Event("t" * 30_000, {"k": "v" * 30_000}, bytes(30_000))
    decoder = Decoder()
    assert [event] == [one for byte in encode(event) for one in decoder.feed(bytes([byte]))]


@pytest.mark.parametrize("data", [{"a": float("nan")}, {"a": 2**63}, {"a": "\ud800"}, {"a": b""}, {"a": object()}, [1]])
def test_what_no_peer_would_read_is_not_written(data: dict[str, object]) -> None:
    with pytest.raises(MalformedEvent, match="data block is malformed"):
        encode(Event("t", data))


def test_a_type_that_is_no_string_is_not_written() -> None:
    with pytest.raises(MalformedEvent, match="type"):
        encode(Event(None))  # type: ignore[arg-type]


@given(st.text(alphabet="abc", min_size=8))
def test_an_error_never_quotes_what_an_event_carried(words: str) -> None:
    for stream in (
        f'{{"type": "transcript", "data": {{"text": "{words}"}}, "data_length": -1}}\n',
        f'{{"type": "transcript", "data": {{"text": "{words}\n',
        f'{{"type": "transcript", "data_length": {len(words) + 1}}}\n"{words}',
    ):
        assert words not in outcome([stream.encode()])[1]
