"""Recordings: what is written is read again, small, and the recorder changes nothing of what passes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.ping import Ping

from tests.conformance.exchange import Line, fold, read, write
from tests.conformance.recorder import recording
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK, leaves_nothing
from wire.framing import encode

CHUNK = AudioChunk(16000, 2, 1, bytes(640)).event()
EVENTS = st.sampled_from([CHUNK, Ping(text="x").event(), AudioChunk(22050, 2, 1, bytes(2048)).event()])
SAID = st.lists(st.tuples(EVENTS, st.sampled_from(["controller", "satellite"]), st.integers(1, 2)))


def lines(said: list[tuple[Event, str, int]]) -> list[Line]:
    return [
        Line.of(event, float(at), connection, "controller" if side == "controller" else "satellite")
        for at, (event, side, connection) in enumerate(said)
    ]


@given(SAID)
def test_folding_loses_no_event_and_no_kind_of_order(said: list[tuple[Event, str, int]]) -> None:
    folded = fold(lines(said))
    assert sum(line.times for line in folded) == len(said)
    assert [line.at for line in folded] == sorted(line.at for line in folded)
    pings = [line for line in lines(said) if line.type == "ping"]
    assert [line for line in folded if line.type == "ping"] == pings


@given(SAID)
def test_what_is_folded_cannot_be_folded_further(said: list[tuple[Event, str, int]]) -> None:
    folded = fold(lines(said))
    assert fold(folded) == folded


def test_a_second_of_sound_is_one_line_that_ends_with_its_last_chunk() -> None:
    (line,) = fold(Line.of(CHUNK, number / 50, 1, "satellite") for number in range(50))
    assert (line.at, line.times, line.until) == (0.0, 50, 0.98)


def test_a_recording_is_read_as_it_was_written_with_times_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    said = [Line.of(Ping(text="x").event(), 10.5, 1, "controller"), Line.of(CHUNK, 11.0, 1, "satellite")]
    write(path, said)
    assert [line.at for line in read(path)] == [0.0, 0.5]
    assert [line.event().type for line in read(path)] == ["ping", "audio-chunk"]
    assert read(path)[1].payload_length == 640


def test_the_recorder_carries_every_byte_and_notes_every_event() -> None:
    sent = encode(Ping(text="hello").event()) + encode(CHUNK)

    async def scenario() -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(len(sent)))
            writer.close()

        there, here = free_port(), free_port()
        server = await asyncio.start_server(echo, LOOPBACK, there)
        async with server, recording(LOOPBACK, here, (LOOPBACK, there)) as recorder:
            reader, writer = await asyncio.open_connection(LOOPBACK, here)
            writer.write(sent)
            assert await reader.readexactly(len(sent)) == sent
            writer.close()
        noted = [(line.side, line.type) for line in recorder.lines]
        for side in ("controller", "satellite"):
            assert [kind for at, kind in noted if at == side and "(" not in kind] == ["ping", "audio-chunk"]

    leaves_nothing(scenario)
