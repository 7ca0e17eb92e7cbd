"""Laws of text-to-speech as a service: scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from hub.load.need import SOME_DAY, Need
from hub.serve.tts import MOST_CHARACTERS, SPOKEN
from hub.tts.voice import VoiceError
from tests.fakes import PIECE_S, FakeVoice
from tests.hub.serve.served import Served, connected, others
from tests.peers import Peer, run_clean
from tests.wire_events import cuttings

REPLY = "I am sorry Dave, I am afraid I cannot do that. Is there anything else? I would be glad to help."


@dataclass
class HoarseVoice(FakeVoice):
    """Fails after the first piece."""

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        async for piece in super().speak(text):
            yield piece
            raise VoiceError("the voice is hoarse; rest it")


@dataclass
class SlowStarter(FakeVoice):
    """Makes its sound whole, a minute of it."""

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        await asyncio.sleep(0)
        yield self.format.silence(60.0)


def said(served: Served) -> list[str]:
    return [text for text, _ in served.voice.spoken]


def made_s(served: Served) -> float:
    """Seconds of sound that the voice made for what it said."""
    return sum(max(1, round(len(text) / 15 / PIECE_S)) * PIECE_S for text in said(served))


def heard_s(client: Peer) -> float:
    """Seconds of sound that came; all of it in the one format."""
    assert all((e.data["rate"], e.data["width"], e.data["channels"]) == (22_050, 2, 1) for e in client.all(AudioChunk))
    return SPOKEN.seconds(sum(len(event.payload or b"") for event in client.all(AudioChunk)))


def shape(client: Peer) -> list[str]:
    """The types that came, many chunks in a row as one."""
    kinds = client.types()
    return [kind for kind, before in zip(kinds, ["", *kinds], strict=False) if kind != before]


def streamed(*pieces: str) -> list[Event]:
    """A stream as Home Assistant sends it, with the whole text once more before its end."""
    texts = [SynthesizeChunk(piece).event() for piece in pieces]
    return [SynthesizeStart().event(), *texts, Synthesize("".join(pieces)).event(), SynthesizeStop().event()]


WHOLE = ["audio-start", "audio-chunk", "audio-stop"]
PIECES = 200


def test_a_text_is_answered_with_all_its_sound_in_the_format_that_home_assistant_takes() -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(Synthesize(REPLY))
            start = AudioStart.from_event(await client.next(AudioStart))
            await client.next(AudioStop)
            assert (start.rate, start.width, start.channels) == (22_050, 2, 1)
            assert shape(client) == WHOLE
            assert heard_s(client) == pytest.approx(made_s(served), abs=0.001)
        assert " ".join(said(served)) == REPLY

    run_clean(test)


@settings(max_examples=25)
@given(st.data())
def test_a_stream_is_spoken_once_however_its_text_is_cut_and_its_end_is_told(data: st.DataObject) -> None:
    pieces = [piece.decode() for piece in data.draw(cuttings(REPLY.encode()))]
    served, whole = Served(), Served()

    async def test() -> None:
        async with served.client() as client, whole.client() as other:
            await client.send(*streamed(*pieces))
            await client.next(SynthesizeStopped)
            assert shape(client) == [*WHOLE, "synthesize-stopped"]
            await other.send(Synthesize(REPLY))
            await other.next(AudioStop)
            assert said(served) == said(whole)
            assert heard_s(client) == heard_s(other)

    run_clean(test)


def test_speech_starts_with_the_first_clause_while_the_text_still_comes() -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(SynthesizeStart(), SynthesizeChunk("I am sorry Dave, I am"))
            await client.next(AudioChunk)
            await asyncio.sleep(60.0)  # the model uses a slow tool
            assert said(served) == ["I am sorry Dave,"]
            await client.send(SynthesizeChunk(" afraid."), SynthesizeStop())
            await client.next(SynthesizeStopped)
            assert shape(client) == [*WHOLE, "synthesize-stopped"]

    run_clean(test)


@pytest.mark.parametrize(
    "voice", [None, SynthesizeVoice(name="nobody"), SynthesizeVoice(name="nobody", speaker="2"), SynthesizeVoice()]
)
def test_who_asks_for_another_voice_gets_the_one_there_is(voice: SynthesizeVoice | None) -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(Synthesize("Hello there.", voice=voice))
            await client.next(AudioStop)
        assert said(served) == ["Hello there."]

    run_clean(test)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "😀", "**"])
def test_nothing_to_say_is_no_sound_and_an_end(text: str) -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(Synthesize(text), *streamed(text), *streamed())
            await client.next(SynthesizeStopped)
            await client.next(SynthesizeStopped)
            empty = ["audio-start", "audio-stop"]
            assert client.types() == [*empty, *empty, "synthesize-stopped", *empty, "synthesize-stopped"]

    run_clean(test)


def test_texts_on_one_connection_are_spoken_one_after_the_other() -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(Synthesize("Number one."), Synthesize("Number two."), *streamed("Number three."))
            await client.next(SynthesizeStopped)
            assert shape(client) == [*WHOLE, *WHOLE, *WHOLE, "synthesize-stopped"]
        assert said(served) == ["Number one.", "Number two.", "Number three."]

    run_clean(test)


@pytest.mark.parametrize("request_", [[Synthesize(REPLY).event()], streamed(REPLY)], ids=["a text", "a stream"])
def test_a_client_that_leaves_is_spoken_to_no_longer(request_: list[Event], caplog: pytest.LogCaptureFixture) -> None:
    served = Served()

    async def test() -> None:
        async with served.up() as port:
            async with connected(port) as client:
                await client.send(*request_)
                await client.next(AudioChunk)
            await asyncio.sleep(PIECE_S)
            assert served.working == 0
            await asyncio.sleep(60.0)
            assert said(served) == []

    run_clean(test)
    assert caplog.records == []  # it is how Home Assistant cancels


def test_text_behind_the_end_of_a_stream_is_passed_over() -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            late = SynthesizeChunk("Too late.").event(), SynthesizeStop().event()
            await client.send(*late, *streamed("Number one."), *late, Synthesize("Number two."))
            await client.next(AudioStop)
            await client.next(AudioStop)
            await asyncio.sleep(1.0)
            assert shape(client) == [*WHOLE, "synthesize-stopped", *WHOLE]
        assert said(served) == ["Number one.", "Number two."]

    run_clean(test)


def test_a_stream_within_a_stream_changes_nothing() -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(SynthesizeStart(), *streamed("Number one."))
            await client.next(SynthesizeStopped)
            assert shape(client) == [*WHOLE, "synthesize-stopped"]
        assert said(served) == ["Number one."]

    run_clean(test)


class Remembering(FakeVoice):
    """Has all its sound at once, as one that has said it before."""

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        for _ in range(PIECES):
            yield self.format.silence(PIECE_S)


def test_a_client_that_leaves_while_sound_is_written_to_it_is_no_complaint(caplog: pytest.LogCaptureFixture) -> None:
    served = Served(voice=Remembering())

    async def test() -> None:
        async with served.up() as port:
            for _ in range(20):
                async with connected(port) as client:
                    await client.send(Synthesize("Hello there."))
                    await client.next(AudioStart)
                    client.connection.abort()
            await asyncio.sleep(1.0)
            assert served.working == 0

    run_clean(test)
    assert caplog.records == []


def test_sound_that_is_there_at_once_holds_up_nobody() -> None:
    async def test() -> None:
        async with Served(voice=Remembering()).client() as client:
            await client.send(Synthesize("Hello there."))
            await client.next(AudioStart)
            async with others() as rounds:
                await client.next(AudioStop)
            assert len(rounds) >= PIECES

    run_clean(test)


@pytest.mark.parametrize("pieces", [1, 11])
def test_a_text_that_is_too_long_is_refused(pieces: int) -> None:
    text = "word " * (MOST_CHARACTERS // 5 + 1)
    size = len(text) // pieces
    cut = [text[start : start + size] for start in range(0, len(text), size)]

    async def test() -> None:
        async with Served(voice=FakeVoice(rtf=0.0)).client() as client:
            await client.send(*streamed(*cut) if pieces > 1 else [Synthesize(text)])
            assert Error.from_event(await client.next(Error)).code == "too-large"
            await client.over()

    run_clean(test)


def test_a_text_of_the_greatest_length_is_spoken() -> None:
    async def test() -> None:
        async with Served(voice=FakeVoice(rtf=0.0)).client() as client:
            await client.send(Synthesize("word " * (MOST_CHARACTERS // 5)))
            await client.next(AudioStop)

    run_clean(test)


def test_sound_that_is_made_whole_comes_in_small_pieces() -> None:
    async def test() -> None:
        async with Served(voice=SlowStarter()).client() as client:
            await client.send(Synthesize("Hello there."))
            await client.next(AudioStop)
            assert heard_s(client) == pytest.approx(60.0, abs=0.001)
            assert max(len(event.payload or b"") for event in client.all(AudioChunk)) < 8_192

    run_clean(test)


def test_a_voice_that_fails_is_told_and_ends_the_connection() -> None:
    async def test() -> None:
        async with Served(voice=HoarseVoice()).client() as client:
            await client.send(Synthesize(REPLY))
            error = Error.from_event(await client.next(Error))
            assert error == Error("the voice is hoarse; rest it", "tts-failed")
            await client.over()
            assert client.all(AudioStop) == []

    run_clean(test)


@pytest.mark.parametrize("kind", ["synthesize", "synthesize-chunk"])
@pytest.mark.parametrize("text", [None, 3, ["Hello"]])
def test_a_text_that_is_none_is_refused(kind: str, text: object) -> None:
    event = Event(kind, {"text": text})

    async def test() -> None:
        async with Served().client() as client:
            await client.send(*([event] if kind == "synthesize" else [SynthesizeStart(), event]))
            assert Error.from_event(await client.next(Error)).code == "malformed-event"
            await client.over()

    run_clean(test)
