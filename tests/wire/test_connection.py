"""Laws of a connection over real loopback sockets. Timeouts here are real and short (SOON_S)."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.event import Event
from wyoming.ping import Ping

from tests.wire_events import EVENTS, cuttings, mutations
from tests.wire_pairs import LATE_S, LOOPBACK, SOON_S, leaves_nothing, open_sockets, raw_peer, serving
from wire.connection import Connection, dial
from wire.errors import (
    IdleTimeout,
    MalformedEvent,
    PeerGone,
    PeerStalled,
    PeerUnreachable,
    TooLarge,
    WireError,
)
from wire.framing import DEFAULT, Decoder, Limits, encode
from wire.hark import Flush
from wire.server import serve

PING = encode(Event("ping"))
BIG = Event("audio-chunk", {}, bytes(DEFAULT.payload))


async def echo(connection: Connection) -> None:
    async for event in connection:
        await connection.send(event)


async def _read_on(connection: Connection) -> None:
    while True:
        await connection.read()


async def _iterate(connection: Connection) -> None:
    async for _ in connection:
        pass


async def wait_forever(connection: Connection) -> None:
    await asyncio.Event().wait()


@settings(max_examples=25, deadline=None)
@given(st.lists(EVENTS, max_size=8))
def test_events_come_back_from_an_echo_in_order_and_the_iteration_ends_with_the_stream(events: list[Event]) -> None:
    async def test() -> None:
        async with serving(echo) as port, await dial(LOOPBACK, port, timeout_s=LATE_S) as connection:
            for event in events:
                await connection.send(event)
            assert [await connection.read() for _ in events] == events

        async with raw_peer() as (connection, _, writer):
            writer.write(b"".join(map(encode, events)))
            writer.close()
            assert [event async for event in connection] == events

    leaves_nothing(test)


@settings(max_examples=25, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=4), st.data())
def test_any_bytes_from_a_peer_end_in_events_and_then_in_a_typed_error(
    events: list[Event], data: st.DataObject
) -> None:
    pieces = data.draw(cuttings(data.draw(mutations(b"".join(map(encode, events))))))

    async def test() -> None:
        async with raw_peer(idle_s=LATE_S) as (connection, _, writer):
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0)
            writer.close()
            with pytest.raises(WireError):
                await _read_on(connection)

    leaves_nothing(test)


@pytest.mark.parametrize("event", [Event("ping", {"text": "a"}), Ping("a"), Flush("b:1")])
def test_wyomings_eventables_and_hark_events_are_sent_as_their_event(event: Any) -> None:
    async def test() -> None:
        async with serving(echo) as port, await dial(LOOPBACK, port, timeout_s=LATE_S) as connection:
            await connection.send(event)
            assert await connection.read() == (event if isinstance(event, Event) else event.event())

    leaves_nothing(test)


def test_events_of_many_tasks_never_interleave() -> None:
    events = [Event("chunk", {"number": number}, bytes([number]) * 50_000) for number in range(40)]

    async def test() -> None:
        async with raw_peer() as (connection, reader, _):
            async with asyncio.TaskGroup() as group:
                for event in events:
                    group.create_task(connection.send(event))
                decoder, received = Decoder(), list[Event]()
                while len(received) < len(events):
                    received += decoder.feed(await reader.read(1000))
            assert received == events

    leaves_nothing(test)


def test_events_before_garbage_are_read_and_then_the_garbage_is_told_without_waiting_for_more() -> None:
    async def test() -> None:
        async with raw_peer() as (connection, _, writer):
            writer.write(PING + PING + b"garbage\n")
            assert [(await connection.read()).type for _ in range(2)] == ["ping", "ping"]
            with pytest.raises(MalformedEvent):
                await connection.read()

    leaves_nothing(test)


@pytest.mark.parametrize("part", [b"", PING[:7], b'{"type": "t", "payload_length": 5}\n123', b" " * 100])
def test_silence_is_told_within_the_idle_timeout_even_in_the_middle_of_an_event(part: bytes) -> None:
    """Waits SOON_S for real."""

    async def test() -> None:
        async with raw_peer(idle_s=SOON_S) as (connection, _, writer):
            writer.write(part)
            with pytest.raises(IdleTimeout, match=r"no whole event came for 0\.05 s"):
                await connection.read()

    leaves_nothing(test)


def test_a_peer_that_drips_bytes_without_ever_finishing_an_event_is_idle_too() -> None:
    """Waits SOON_S for real."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(SOON_S / 50)

    async def test() -> None:
        async with raw_peer(idle_s=SOON_S) as (connection, _, writer):
            dripping = asyncio.ensure_future(drip(writer))
            with pytest.raises(IdleTimeout):
                await connection.read()
            dripping.cancel()
            await asyncio.wait([dripping])

    leaves_nothing(test)


def test_a_read_that_is_cancelled_loses_nothing() -> None:
    """Waits SOON_S for real."""

    async def test() -> None:
        async with raw_peer() as (connection, _, writer):
            writer.write(PING[:5])
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON_S):
                    await connection.read()
            writer.write(PING[5:])
            assert (await connection.read()).type == "ping"

    leaves_nothing(test)


@pytest.mark.parametrize("abrupt", [False, True])
@pytest.mark.parametrize(
    ("part", "where"), [(PING, "between two events"), (PING + PING[:5], "in the middle of an event")]
)
def test_an_end_of_stream_says_whether_an_event_was_lost(part: bytes, where: str, abrupt: bool) -> None:
    async def test() -> None:
        async with raw_peer() as (connection, _, writer):
            writer.write(part)
            assert (await connection.read()).type == "ping"
            if abrupt:  # a reset rather than an end
                linger = b"\x01\0\0\0\0\0\0\0"
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.close()
            with pytest.raises(PeerGone, match=where) as gone:
                await connection.read()
            assert gone.value.in_the_middle == ("middle" in where)
            assert ("Connection reset by peer" in str(gone.value)) == abrupt

    leaves_nothing(test)


def test_half_an_event_raises_out_of_an_iteration() -> None:
    async def test() -> None:
        async with raw_peer() as (connection, _, writer):
            writer.write(PING[:-1])
            writer.close()
            with pytest.raises(PeerGone):
                await _iterate(connection)

    leaves_nothing(test)


def test_a_peer_that_never_reads_is_cut_off_and_every_sender_is_told() -> None:
    """Waits SOON_S for real."""

    async def test() -> None:
        async with raw_peer(stall_s=SOON_S) as (connection, _, _writer):
            senders = [asyncio.ensure_future(_send_until_refused(connection)) for _ in range(3)]
            refusals = await asyncio.gather(*senders)
            assert sorted(refusals) == ["peer-gone", "peer-gone", "peer-stalled"]
            with pytest.raises(PeerGone):
                await connection.read()

    leaves_nothing(test)


async def _send_until_refused(connection: Connection) -> str:
    try:
        while True:
            await connection.send(BIG)
    except (PeerStalled, PeerGone) as error:
        return error.code


class SlowTransport(asyncio.Transport):
    """A transport to a peer that takes `taken` bytes between any two looks at what waits for it."""

    def __init__(self, protocol: asyncio.StreamReaderProtocol, taken: int) -> None:
        super().__init__()
        self._protocol, self._taken, self._waiting = protocol, taken, 0
        self.most, self.aborted = 0, False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._waiting += len(data)
        self.most = max(self.most, self._waiting)
        self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        before, self._waiting = self._waiting, max(0, self._waiting - self._taken)
        if before and not self._waiting:
            self._protocol.resume_writing()
        return self._waiting

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


async def _send_slowly(taken: int, count: int) -> tuple[list[str], int]:
    """What becomes of `count` tasks that send 2000 bytes each, and the most bytes that ever waited."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport = SlowTransport(protocol, taken)
    writer = asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop())
    connection = Connection(reader, writer, stall_s=0.001)
    sends = [connection.send(Event("chunk", {}, bytes(2_000))) for _ in range(count)]
    ends = await asyncio.gather(*sends, return_exceptions=True)
    assert transport.aborted == (taken == 0)
    transport.abort()
    return [end.code if isinstance(end, WireError) else str(end) for end in ends], transport.most


def test_a_slow_peer_is_waited_for_as_long_as_it_takes_anything() -> None:
    """Waits some milliseconds for real."""
    assert asyncio.run(_send_slowly(taken=100, count=3))[0] == ["None"] * 3
    assert asyncio.run(_send_slowly(taken=0, count=3))[0] == ["peer-stalled", "peer-gone", "peer-gone"]


def test_one_event_at_most_waits_for_a_slow_peer_however_many_tasks_send() -> None:
    """Waits some milliseconds for real."""
    assert asyncio.run(_send_slowly(taken=1_000, count=10))[1] < 2 * 2_000


def test_what_is_refused_was_not_sent_and_harms_nothing() -> None:
    async def test() -> None:
        async with serving(echo) as port, await dial(LOOPBACK, port, timeout_s=LATE_S) as connection:
            with pytest.raises(MalformedEvent):
                await connection.send(Event("ping", {"nan": float("nan")}))
            with pytest.raises(TooLarge):
                await connection.send(Event("ping", {}, bytes(DEFAULT.payload + 1)))
            await connection.send(Event("ping"))
            assert await connection.read() == Event("ping")

    leaves_nothing(test)


def test_limits_are_the_connections_own() -> None:
    async def test() -> None:
        async with raw_peer(limits=Limits(payload=4)) as (connection, _, writer):
            with pytest.raises(TooLarge):
                await connection.send(Event("t", {}, b"12345"))
            writer.write(encode(Event("t", {}, b"1234")) + encode(Event("t", {}, b"12345")))
            assert (await connection.read()).payload == b"1234"
            with pytest.raises(TooLarge):
                await connection.read()

    leaves_nothing(test)


def test_closing_delivers_whole_every_event_that_was_sent_even_by_a_send_that_was_cancelled() -> None:
    """Waits SOON_S for real."""
    sent: list[Event] = []

    async def send_on(connection: Connection) -> None:
        while True:
            sent.append(Event("chunk", {"number": len(sent)}, bytes(30_000)))
            await connection.send(sent[-1])

    async def test() -> None:
        async with raw_peer() as (connection, reader, _):
            sending = asyncio.ensure_future(send_on(connection))
            await asyncio.sleep(SOON_S)  # until every buffer is full
            sending.cancel()
            _, received = await asyncio.gather(connection.close(), reader.read())
            assert Decoder().feed(received) == sent

    leaves_nothing(test)


def test_closing_may_be_repeated_and_ends_reading_and_sending() -> None:
    async def test() -> None:
        async with raw_peer() as (connection, _, _writer):
            reading = asyncio.ensure_future(anext(connection, None))
            await asyncio.sleep(0)
            await asyncio.gather(connection.close(), connection.close())
            await connection.close()
            assert await reading is None
            with pytest.raises(PeerGone, match="the connection is closed"):
                await connection.send(Event("ping"))

    leaves_nothing(test)


def test_closing_does_not_wait_for_a_peer_that_does_not_read() -> None:
    """Waits SOON_S for real, twice."""

    async def test() -> None:
        async with raw_peer(stall_s=SOON_S) as (connection, _, _writer):
            before = open_sockets().total()
            sending = asyncio.ensure_future(_send_until_refused(connection))
            await asyncio.sleep(SOON_S / 2)
            await connection.close()
            assert open_sockets().total() == before - 1
            assert await sending in ("peer-gone", "peer-stalled")

    leaves_nothing(test)


def test_closing_after_a_reset_raises_nothing() -> None:
    async def test() -> None:
        async with raw_peer() as (connection, _, writer):
            writer.transport.abort()
            with pytest.raises(PeerGone):
                await _send_until_raises(connection)
            await connection.close()

    leaves_nothing(test)


async def _send_until_raises(connection: Connection) -> None:
    while True:
        await connection.send(BIG)


def test_a_cancelled_close_closes_all_the_same() -> None:
    async def test() -> None:
        async with raw_peer() as (connection, _, _writer):
            sending = asyncio.ensure_future(_send_until_refused(connection))
            await asyncio.sleep(0)
            closing = asyncio.ensure_future(connection.close())
            await asyncio.sleep(0)
            closing.cancel()
            before = open_sockets().total()
            await asyncio.wait([closing])
            await asyncio.sleep(0)
            assert open_sockets().total() == before - 1
            assert await sending == "peer-gone"

    leaves_nothing(test)


def test_an_unknown_type_is_logged_once_for_each_type_and_never_without_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wire.connection")

    async def test() -> None:
        async with raw_peer() as (connection, _, _writer):
            for _ in range(3):
                connection.passed_over(Event("select-program", {"name": "secret"}))
            assert [record.getMessage() for record in caplog.records] == [
                f"{connection.peer}: events of type 'select-program' are unknown here and passed over"
            ]
            for number in range(1_000):
                connection.passed_over(Event(f"{number}" * 1_000))
            assert len(caplog.records) < 50
            assert all(len(record.getMessage()) < 150 for record in caplog.records)

    leaves_nothing(test)


@pytest.mark.parametrize(("host", "peer"), [(LOOPBACK, "127.0.0.1:{}"), ("::1", "[::1]:{}")])
def test_a_connection_knows_its_peers_address(host: str, peer: str) -> None:
    async def test() -> None:
        async with (
            serve(host, 0, wait_forever) as [port],
            await dial(host, port, timeout_s=LATE_S) as connection,
        ):
            assert connection.host == host
            assert connection.peer == peer.format(port)

    leaves_nothing(test)


def test_an_ipv4_peer_of_a_dual_stack_socket_has_its_ipv4_address() -> None:
    async def test() -> None:
        accepted: asyncio.Queue[Connection] = asyncio.Queue(1)
        listening = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        server = await asyncio.start_server(lambda *streams: accepted.put_nowait(Connection(*streams)), sock=listening)
        async with (
            await dial(LOOPBACK, listening.getsockname()[1], timeout_s=LATE_S),
            await accepted.get() as connection,
        ):
            assert connection.host == LOOPBACK
        server.close()

    leaves_nothing(test)


def test_a_port_where_nobody_listens_is_unreachable_and_the_sentence_says_so() -> None:
    async def test() -> None:
        with socket.socket() as bound:
            bound.bind((LOOPBACK, 0))
            port = bound.getsockname()[1]
            with pytest.raises(PeerUnreachable, match=f"cannot connect to 127.0.0.1 port {port}: Connection refused"):
                await dial(LOOPBACK, port, timeout_s=LATE_S)

    leaves_nothing(test)


def test_a_peer_that_does_not_answer_is_unreachable_in_time() -> None:
    """Waits SOON_S for real."""

    async def test() -> None:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind((LOOPBACK, 0))
            full.listen(0)
            for waiting in (first, second):  # more than the queue takes: the next ones' first packets are dropped
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            with pytest.raises(PeerUnreachable, match=r"no answer for 0\.05 s"):
                await dial(*full.getsockname(), timeout_s=SOON_S)

    leaves_nothing(test)


@pytest.mark.parametrize(
    ("host", "port"), [("a..b", 1), ("x" * 64, 1), ("a\0b", 1), (LOOPBACK, 70_000), (LOOPBACK, -1)]
)
def test_an_address_that_cannot_be_one_is_unreachable_too(host: str, port: int) -> None:
    async def test() -> None:
        with pytest.raises(PeerUnreachable, match="cannot connect to"):
            await dial(host, port, timeout_s=LATE_S)

    leaves_nothing(test)
