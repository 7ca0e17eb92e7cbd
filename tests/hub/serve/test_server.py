"""Laws of the hub's services as a server: what a client does costs its own connection, and the others are served."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop

from config.hub import HubSettings
from config.loading import SettingsError, build, one, read
from hub.serve.client import IDLE_S
from tests.fakes import FakeRecognizer, FakeVoice
from tests.hub.serve.served import WORDS, Served, chunks, connected, others, spoken, started
from tests.peers import run_clean
from tests.settings import HUB_TOML
from tests.wire_events import EVENTS, OBJECTS, cuttings, mutations
from tests.wire_pairs import LOOPBACK
from wire import hark
from wire.connection import STALL_S
from wire.framing import DEFAULT, Decoder, encode

KNOWN = [
    Transcript("turn on the light", language="en", context={"conversation_id": "c"}).event(),
    Describe().event(),
    Ping("hello").event(),
    Transcribe(language="en").event(),
    started(),
    *chunks(0.2),
    AudioStop().event(),
    Synthesize("Hello there. Who are you?").event(),
    SynthesizeStart().event(),
    SynthesizeChunk("Hello there. Who").event(),
    SynthesizeStop().event(),
]
TYPES = st.sampled_from(sorted({event.type for event in KNOWN}))
BROKEN = st.builds(Event, type=TYPES, data=OBJECTS, payload=st.none() | st.binary(max_size=200))
ASKED = st.lists(st.sampled_from(KNOWN) | BROKEN | EVENTS, max_size=15)

FLOOD = 500
OTHERS = ["192.168.1.7", "10.0.0.0/8", "::1"]


async def is_served(port: int) -> None:
    """A well-behaved client gets everything."""
    async with asyncio.timeout(600.0), connected(port) as client:
        await client.send(Describe(), Transcribe(), *spoken(0.5))
        assert (await client.next(Transcript)).data["text"] == WORDS
        await client.send(Synthesize("Hello there."))
        await client.next(AudioStop)
        await client.send(Transcript("what time is it"))
        await client.next(Handled)
        assert client.all(Info)
        assert client.all(Error) == []


async def never_mind(port: int, pieces: list[bytes]) -> None:
    """A client that sends what it likes, reads what comes and leaves."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await reader.read()
    writer.transport.abort()


@settings(max_examples=60)
@given(ASKED, st.booleans(), st.data())
def test_events_in_any_order_cut_broken_and_repeated_cost_nobody_else(
    events: list[Event], broken: bool, data: st.DataObject
) -> None:
    stream = b"".join(map(encode, events))
    pieces = data.draw(cuttings(data.draw(mutations(stream)) if broken else stream))
    served = Served()

    async def test() -> None:
        async with served.up() as port:
            async with asyncio.TaskGroup() as group:
                group.create_task(never_mind(port, pieces))
                group.create_task(is_served(port))
            await asyncio.sleep(1.0)
            assert served.working == 0
            await is_served(port)

    run_clean(test)


@settings(max_examples=40)
@given(ASKED)
def test_no_event_is_a_bug(events: list[Event]) -> None:
    """What is asked ends in answers, or in one error and the end of the connection."""

    async def test() -> None:
        async with Served().up() as port:
            async with connected(port) as client:
                with contextlib.suppress(Exception):  # where it was ended before
                    await client.send(*events)
                await asyncio.sleep(60.0)
                assert len(client.all(Error)) == client.closed
            await is_served(port)

    run_clean(test)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: hark\r\n\r\n", "malformed-event"),
        (b'{"type": "audio-chunk", "payload_length": 2147483648}\n', "too-large"),
        (b" " * (DEFAULT.header + 1), "too-large"),
    ],
    ids=["another protocol", "two gigabytes", "an endless line"],
)
def test_what_cannot_be_read_is_told_and_ends_the_connection(sent: bytes, code: str) -> None:
    async def test() -> None:
        async with Served().up() as port:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(sent)
            [error] = Decoder().feed(await reader.read())
            assert Error.from_event(error).code == code
            writer.close()
            await is_served(port)

    run_clean(test)


def test_whoever_asks_is_told_what_is_served_again_and_again_and_in_the_middle_of_everything() -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(Describe(), Describe())
            info = [await client.next(Info), await client.next(Info)]
            await client.send(started(), *chunks(0.5), Describe(), Ping("still there?"))
            info.append(await client.next(Info))
            assert (await client.next(Pong)).data == {"text": "still there?"}
            await client.send(AudioStop(), Synthesize("Hello there. " * 20))
            await client.next(AudioChunk)
            await client.send(Describe())
            info.append(await client.next(Info))
            assert client.all(AudioStop) == []
            await client.next(AudioStop)
            began = asyncio.get_running_loop().time()
            await client.send(Transcript("tell me a story"), Describe())
            info.append(await client.next(Info))
            assert (asyncio.get_running_loop().time(), client.all(Handled)) == (began, [])
            assert all(each == info[0] for each in info)

    run_clean(test)


def test_two_clients_are_served_at_once() -> None:
    served = Served(recognizer=FakeRecognizer(WORDS, final_s=2.0))

    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with served.up() as port, connected(port) as one_, connected(port) as two:
            began = clock()
            for client in (one_, two):
                await client.send(*spoken(1.0))
            for client in (one_, two):
                await client.next(Transcript)
            assert clock() - began == pytest.approx(2.0, abs=0.1)

    run_clean(test)


def test_a_client_that_stops_reading_is_cut_off_and_costs_nobody_else() -> None:
    served = Served(voice=FakeVoice(rtf=0.0))

    async def test() -> None:
        async with served.up() as port:
            deaf = socket.socket()
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.connect((LOOPBACK, port))
            deaf.sendall(b"".join(encode(Synthesize("word " * 1_999).event()) for _ in range(7)))
            await is_served(port)
            await asyncio.sleep(0.1)
            assert served.voice.open == 1
            await asyncio.sleep(2 * STALL_S)
            assert served.voice.open == 0
            await is_served(port)
            deaf.close()

    run_clean(test)


def test_a_client_that_asks_for_nothing_is_let_go() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with Served().up() as port, connected(port) as idle, connected(port) as silent:
            began = clock()
            await silent.send(SynthesizeStart(), SynthesizeChunk("Hello"))
            for client in (idle, silent):
                await client.over()
                assert Error.from_event(client.all(Error)[0]).code == "idle-timeout"
            assert clock() - began == pytest.approx(IDLE_S, abs=0.1)

    run_clean(test)


def test_a_client_that_is_spoken_to_for_long_is_not_idle() -> None:
    async def test() -> None:
        async with Served(voice=FakeVoice(rtf=1.0)).client() as client:
            await client.send(Synthesize("Hello there. " * 200))
            await asyncio.sleep(IDLE_S)
            assert client.types()[-1] == "audio-chunk"
            await asyncio.sleep(IDLE_S / 2)
            assert client.types()[-1] == "audio-stop"

    run_clean(test)


def test_the_end_of_the_server_ends_what_it_was_doing() -> None:
    served = Served(recognizer=FakeRecognizer(WORDS, final_s=100.0))

    async def test() -> None:
        async with contextlib.AsyncExitStack() as clients:
            async with served.up() as port:
                hearing, spoken_to = [await clients.enter_async_context(connected(port)) for _ in range(2)]
                await hearing.send(*spoken(0.5))
                await spoken_to.send(Synthesize("Hello there. " * 50))
                await spoken_to.next(AudioChunk)
                assert served.working == 2
            assert served.working == 0
            await hearing.over()
            await spoken_to.over()

    run_clean(test)


STRANGE = [
    hark.Hello("hub", hark.CAPABILITIES).event(),
    Describe().event(),
    Ping("hello").event(),
    Transcript("unlock the front door").event(),
    Synthesize("Hello there.").event(),
    *spoken(0.2),
]
"""What a stranger may say."""


async def turned_away(port: int, said: list[Event]) -> None:
    async with connected(port) as client:
        with contextlib.suppress(Exception):  # where it was closed before
            await client.send(*said)
        await client.over()
        assert client.received == []


def test_who_is_not_allowed_is_told_nothing_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    served = Served({"serve.allow": OTHERS})

    async def test() -> None:
        async with served.up() as port:
            for event in STRANGE:
                await turned_away(port, [event])
            await turned_away(port, STRANGE)
        assert (served.voice.spoken, served.responder.asked, served.recognizer.latest) == ([], [], None)

    run_clean(test)
    [line] = [record.getMessage() for record in caplog.records if record.name == "wire.server"]
    assert line == "127.0.0.1 is turned away: it is not in serve.allow"


def test_what_a_hub_says_to_its_satellites_is_nothing_here() -> None:
    async def test() -> None:
        async with Served().client() as client:
            hello = hark.Hello("kitchen", hark.CAPABILITIES)
            await client.send(
                hello, hark.Standby(), hark.Cancel("turn", 1.0), hark.Flush("turn"), Event("run-satellite")
            )
            await client.send(Event("run-pipeline", {"start_stage": "asr", "end_stage": "tts"}), Ping("still there?"))
            await client.next(Pong)
            await asyncio.sleep(1.0)
            assert client.types() == ["pong"]

    run_clean(test)


def test_a_flood_of_questions_holds_up_nobody() -> None:
    """Many that come in one piece are answered between what others ask."""

    async def test() -> None:
        async with Served().up() as port:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(encode(Ping("x").event()) * FLOOD)
            async with others() as rounds:
                decoder, pongs = Decoder(), 0
                while pongs < FLOOD:
                    pongs += len(decoder.feed(await reader.read(1 << 16)))
            writer.close()
            assert len(rounds) >= FLOOD

    run_clean(test)


def test_nobody_but_this_machine_is_served_unless_the_settings_name_someone() -> None:
    serve = build(HubSettings, [read(HUB_TOML)]).serve
    assert serve.host == "127.0.0.1"
    assert serve.allow == ("127.0.0.0/8", "::1")


@pytest.mark.parametrize("allowed", ["homeassistant", "192.168.1", "", "192.168.1.0/33"])
def test_an_address_that_is_none_is_refused_with_its_key(allowed: str) -> None:
    with pytest.raises(SettingsError, match=r"test: serve\.allow: expected IP addresses or networks such as"):
        build(HubSettings, [read(HUB_TOML), one("serve.allow", [allowed], "test")])


def test_words_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def test() -> None:
        async with Served().client() as client:
            await client.send(*spoken(0.5), Event("secret-event", {"text": "a secret"}), Synthesize("another secret"))
            await client.next(AudioStop)
            await client.send(Synthesize("a secret " * 2_000))
            await client.over()

    run_clean(test)
    logged = [record.getMessage() for record in caplog.records]
    assert any("disconnected" in line for line in logged)
    assert not any("a secret" in line or "another secret" in line or WORDS in line for line in logged)
