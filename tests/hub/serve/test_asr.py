"""Laws of speech-to-text as a service: scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioStop
from wyoming.error import Error

from hub.serve.asr import PATIENCE_S
from hub.stt.recognizer import RecognizerError
from tests.fakes import FakeRecognizer, FakeUtterance
from tests.hub.serve.served import WORDS, Served, chunk, chunks, connected, spoken, started
from tests.peers import Peer, run_clean
from wire.pcm import SPEECH, PcmFormat

LONGEST_S = 2.0
SHORT: dict[str, object] = {"endpoint.longest_s": LONGEST_S}
FORMATS = st.builds(PcmFormat, st.sampled_from([8_000, 16_000, 22_050, 48_000]), st.integers(1, 4), st.integers(1, 3))


@dataclass
class FailingRecognizer(FakeRecognizer):
    """Has no decoder for anybody."""

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator[FakeUtterance]:
        """See hub.stt.recognizer.Recognizer."""
        await asyncio.sleep(0)
        raise RecognizerError("the decoder has died; start another")
        yield


@dataclass
class OneAtATime(FakeRecognizer):
    """Hears one utterance; others wait."""

    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator[FakeUtterance]:
        """See hub.stt.recognizer.Recognizer."""
        async with self.busy, super().utterance() as heard:
            yield heard


async def heard_words(client: Peer) -> Transcript:
    return Transcript.from_event(await client.next(Transcript))


def heard(served: Served) -> int:
    """Bytes that the latest utterance has heard."""
    assert served.recognizer.latest is not None
    return served.recognizer.latest.heard


@pytest.mark.parametrize("language", [None, "en", "en-US", "en_GB"])
def test_what_is_said_is_answered_with_its_words_and_their_language(language: str | None) -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(Transcribe(language=language), *spoken(1.0))
            assert await heard_words(client) == Transcript(WORDS, language="en")
        assert heard(served) == SPEECH.bytes(1.0)

    run_clean(test)


def test_one_connection_may_ask_again_and_again() -> None:
    async def test() -> None:
        async with Served().client() as client:
            for _ in range(3):
                await client.send(Transcribe(), *spoken(0.5))
                assert (await heard_words(client)).text == WORDS

    run_clean(test)


@settings(max_examples=20)
@given(FORMATS)
def test_sound_of_every_format_is_heard_as_long_as_it_is(kind: PcmFormat) -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(*spoken(1.0, kind))
            await heard_words(client)
        assert heard(served) == pytest.approx(SPEECH.bytes(1.0), abs=2 * SPEECH.frame_bytes)

    run_clean(test)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 5_000), max_size=10))
def test_how_sound_is_cut_changes_nothing_of_what_is_heard(frames: list[int]) -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(started(), *(chunk(bytes(2 * count)) for count in frames), AudioStop())
            assert (await heard_words(client)).text == WORDS
        assert heard(served) == 2 * sum(frames)

    run_clean(test)


def test_speech_is_heard_while_it_is_spoken() -> None:
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            await client.send(started(), *chunks(1.0))
            await asyncio.sleep(0.1)
            assert heard(served) == SPEECH.bytes(1.0)

    run_clean(test)


def test_an_utterance_ends_at_the_longest_turn_and_the_next_is_heard_as_usual() -> None:
    served = Served(SHORT)

    async def test() -> None:
        async with served.client() as client, asyncio.timeout(PATIENCE_S):
            await client.send(started(), *(chunk(SPEECH.silence(0.7)) for _ in range(4)))
            assert (await heard_words(client)).text == WORDS
            assert heard(served) == SPEECH.bytes(LONGEST_S)
            await client.send(AudioStop(), *spoken(0.5))
            await heard_words(client)
            assert heard(served) == SPEECH.bytes(0.5)

    run_clean(test)


def test_an_utterance_whose_end_never_comes_ends_by_itself_with_what_was_said() -> None:
    served = Served(SHORT)

    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with served.client() as client:
            began = clock()
            await client.send(started(), *chunks(1.0))
            assert (await heard_words(client)).text == WORDS
            assert clock() - began == pytest.approx(LONGEST_S + PATIENCE_S + served.recognizer.final_s, abs=0.1)
            assert served.working == 0

    run_clean(test)


def test_who_waits_for_a_decoder_loses_no_word() -> None:
    served = Served(recognizer=OneAtATime(WORDS))

    async def test() -> None:
        async with served.up() as port, connected(port) as first, connected(port) as second:
            await first.send(started(), *chunks(1.0))
            await second.send(*spoken(3.0))
            await asyncio.sleep(1.0)
            assert second.types() == []
            await first.send(AudioStop())
            assert (await heard_words(first)).text == (await heard_words(second)).text == WORDS
        assert heard(served) == SPEECH.bytes(3.0)

    run_clean(test)


@pytest.mark.parametrize("ended", [False, True], ids=["while it speaks", "while its words are decoded"])
def test_a_client_that_leaves_frees_its_decoder_at_once(ended: bool) -> None:
    served = Served(recognizer=FakeRecognizer(WORDS, final_s=100.0))

    async def test() -> None:
        async with served.up() as port:
            async with connected(port) as client:
                await client.send(*spoken(1.0)[: None if ended else -1])
                await asyncio.sleep(0.1)
                assert served.working == 1
            await asyncio.sleep(0.1)
            assert served.working == 0

    run_clean(test)


def test_a_client_that_leaves_while_it_waits_for_a_decoder_is_forgotten() -> None:
    served = Served(recognizer=OneAtATime(WORDS))

    async def test() -> None:
        async with served.up() as port, connected(port) as first:
            await first.send(started())
            async with connected(port) as second:
                await second.send(*spoken(3.0))
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.1)
            await first.send(*chunks(1.0), AudioStop())
            await heard_words(first)
        assert heard(served) == SPEECH.bytes(1.0)  # nobody's after the first

    run_clean(test)


def test_a_recognizer_that_fails_is_told_and_ends_the_connection() -> None:
    async def test() -> None:
        async with Served(recognizer=FailingRecognizer(WORDS)).client() as client:
            await client.send(*spoken(0.5))
            error = Error.from_event(await client.next(Error))
            assert error == Error("the decoder has died; start another", "stt-failed")
            await client.over()
            assert client.all(Transcript) == []

    run_clean(test)


def test_another_language_is_refused_before_anything_is_said() -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(Transcribe(language="de-DE"))
            error = Error.from_event(await client.next(Error))
            assert error.code == "unsupported-language"
            assert "'en'" in error.text
            await client.over()

    run_clean(test)


def test_sound_of_another_format_than_was_announced_is_refused() -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(started(PcmFormat(48_000)), *chunks(0.1))
            assert Error.from_event(await client.next(Error)).code == "malformed-event"
            await client.over()

    run_clean(test)


def test_sound_outside_an_utterance_is_passed_over() -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(AudioStop(), *chunks(0.2), AudioStop(), *spoken(0.5), AudioStop(), *chunks(0.2))
            await heard_words(client)
            await asyncio.sleep(1.0)
            assert client.types() == ["transcript"]

    run_clean(test)
