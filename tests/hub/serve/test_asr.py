"""Laws of speech-to-text as a service: scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioStop
from wyoming.error import Error
from wyoming.event import Event

from hub.serve.utterance import PATIENCE_S
from hub.stt.recognizer import RecognizerError, Voiced, Word, Words
from tests.fakes import FakeListener, FakeRecognizer
from tests.hub.serve.served import (
    WORDS,
    Served,
    chunk,
    chunks,
    connected,
    connected_as,
    hush,
    live,
    spoken,
    started,
    voice,
)
from tests.peers import Peer, run_clean
from wire.pcm import SPEECH, PcmFormat

LONGEST_S = 2.0
SHORT: dict[str, object] = {"endpoint.longest_s": LONGEST_S}
WAIT_S = 0.25  # of the endpoint where words sound finished
NOTICED_S = 0.1  # until a pause is noticed, in the detector's frames
IN_PIECES = Transcribe(context={"transcript_streaming": True})
FORMATS = st.builds(PcmFormat, st.sampled_from([8_000, 16_000, 22_050, 48_000]), st.integers(1, 4), st.integers(1, 3))


@dataclass
class FailingRecognizer(FakeRecognizer):
    """Has no decoder for anybody."""

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
        """See hub.stt.recognizer.Recognizer."""
        await asyncio.sleep(0)
        raise RecognizerError("the decoder has died; start another")
        yield


@dataclass
class OneAtATime(FakeRecognizer):
    """Hears one utterance; others wait."""

    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
        """See hub.stt.recognizer.Recognizer."""
        async with self.busy, super().listen(language) as heard:
            yield heard


class CommittingListener(FakeListener):
    """Hears a word for each quarter second, and is certain of all but the latest."""

    async def partial(self, voiced: Voiced) -> Words:
        """Takes no time."""
        await self.steps.wait(0)
        count = int(4 * SPEECH.seconds(self.heard))
        words = [Word(text, at / 4, (at + 1) / 4) for at, text in enumerate(self.words[:count])]
        return Words(tuple(words[:-1]), tuple(words[-1:]), "en")


@dataclass
class Committing(FakeRecognizer):
    """Commits words as they are spoken; notes the language that is asked for."""

    languages: tuple[str, ...] = ("en", "de")
    asked: list[str | None] = field(default_factory=list)

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
        """See hub.stt.recognizer.Recognizer."""
        self.asked.append(language)
        async with super().listen(language) as heard:
            self.latest = CommittingListener(heard.words, heard.final_s, heard.steps)
            yield self.latest


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
    sound = (voice(0.8) + SPEECH.silence(0.2) + voice(3.0))[: 2 * sum(frames)]
    at = [0, *accumulate(frames)]
    cut = [sound[2 * start : 2 * end] for start, end in pairwise(at)]
    served = Served()

    async def test() -> None:
        async with served.client() as client:
            answers = []
            for pieces in (cut, [sound]):
                await client.send(started(), *map(chunk, pieces), AudioStop())
                answers.append(await heard_words(client))
            assert answers[0] == answers[1]
            assert answers[0].text in ("", WORDS)

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
            await client.send(started(), *(chunk(voice(0.7)) for _ in range(4)))
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


def test_the_transcript_comes_when_the_person_has_finished_without_an_audio_stop() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with Served().client() as client:
            for _ in range(2):
                await client.send(Transcribe(), started())
                began = clock()
                await live(client, [*chunks(1.0), *hush(1.0)])
                [answered] = [at - began for at, event in client.received if Transcript.is_type(event.type)]
                assert answered == pytest.approx(1.0 + WAIT_S, abs=NOTICED_S)
                await live(client, chunks(1.0))  # is of no interest any more
                await client.send(AudioStop())
                assert client.types() == ["transcript"]
                client.forget()

    run_clean(test)


def test_a_pause_within_what_is_said_does_not_end_it() -> None:
    served = Served({"endpoint.mode": "fixed", "endpoint.wait_ms": 800})

    async def test() -> None:
        async with served.client() as client:
            await client.send(started())
            await live(client, [*chunks(0.5), *hush(0.5), *chunks(0.5), *hush(0.5)])
            assert client.types() == []
            await live(client, hush(0.5))
            assert (await heard_words(client)).text == WORDS
        assert served.recognizer.latest is not None
        assert max(served.recognizer.latest.finals) > SPEECH.bytes(1.5)

    run_clean(test)


@pytest.mark.parametrize("sound", [b"", SPEECH.silence(0.01), SPEECH.silence(2.0)], ids=["none", "a moment", "silence"])
def test_who_says_nothing_gets_an_empty_transcript_at_audio_stop(sound: bytes) -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(started(), chunk(sound), AudioStop(), started(), AudioStop())
            assert await heard_words(client) == await heard_words(client) == Transcript("", language="en")

    run_clean(test)


def test_who_waits_for_nothing_to_be_said_gets_an_empty_transcript_by_itself() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with Served({"endpoint.no_speech_s": 3.0}).client() as client:
            began = clock()
            await client.send(started())
            await live(client, hush(4.0))
            [(answered, event)] = client.received
            assert Transcript.from_event(event).text == ""
            assert answered - began == pytest.approx(3.0, abs=NOTICED_S)

    run_clean(test)


@pytest.mark.parametrize(
    "version",
    [b"", b', "version": "1.9.0"', b', "version": "1.8"', b', "version": 2', b', "version": "newest"'],
    ids=["none", "1.9.0", "1.8", "no text", "no number"],
)
def test_an_older_client_says_itself_when_the_person_has_finished(version: bytes) -> None:
    async def test() -> None:
        async with Served().up() as port, connected_as(port, version) as client:
            await client.send(Transcribe(), started())
            await live(client, [*hush(7.0), *chunks(0.5), *hush(5.0), *chunks(0.5)])
            assert client.types() == []
            await client.send(AudioStop())
            assert (await heard_words(client)).text == WORDS

    run_clean(test)


@pytest.mark.parametrize("version", [b', "version": "1.10.2"', b', "version": "1.11"', b', "version": "2.0.0"'])
def test_a_client_of_today_leaves_that_to_the_hub(version: bytes) -> None:
    async def test() -> None:
        async with Served().up() as port, connected_as(port, version) as client:
            await client.send(Transcribe(), started())
            await live(client, [*chunks(0.5), *hush(1.0)])
            assert client.types() == ["transcript"]

    run_clean(test)


@pytest.mark.parametrize(
    "served",
    [Served({"serve.ends_turns": False}), Served(vad=None)],
    ids=["told not to", "without a detector"],
)
def test_a_hub_that_does_not_end_turns_waits_for_audio_stop(served: Served) -> None:
    async def test() -> None:
        async with served.client() as client:
            await client.send(started())
            await live(client, [*chunks(0.5), *hush(7.0)])
            assert client.types() == []
            await client.send(AudioStop())
            assert (await heard_words(client)).text == WORDS

    run_clean(test)


def test_words_are_sent_in_pieces_to_who_asks_as_soon_as_they_are_certain() -> None:
    served = Served(recognizer=Committing(WORDS))

    async def test() -> None:
        async with served.client() as client:
            await client.send(IN_PIECES, started())
            await live(client, chunks(1.2))
            assert client.types()[0] == "transcript-start"
            early = [TranscriptChunk.from_event(event).text for event in client.all(TranscriptChunk)]
            assert "".join(early) == "turn on the"
            await live(client, hush(1.0))
            assert client.types()[-3:] == ["transcript-chunk", "transcript", "transcript-stop"]
            pieces = [TranscriptChunk.from_event(event).text for event in client.all(TranscriptChunk)]
            assert "".join(pieces) == (await heard_words(client)).text == WORDS
            assert len(client.all(TranscriptStart)) == len(client.all(TranscriptStop)) == 1
            client.forget()
            await client.send(AudioStop(), *spoken(0.5))  # who does not ask again gets it whole
            await heard_words(client)
            assert client.types() == ["transcript"]

    run_clean(test)


def test_an_older_client_may_ask_for_pieces_too() -> None:
    async def test() -> None:
        async with Served(recognizer=Committing(WORDS)).up() as port, connected_as(port, b"") as client:
            await client.send(IN_PIECES, *spoken(1.0))
            assert (await heard_words(client)).text == WORDS
            assert client.types()[0] == "transcript-start"
            await client.next(TranscriptStop)

    run_clean(test)


def test_an_utterance_is_heard_in_the_language_that_is_asked_for() -> None:
    recognizer = Committing(WORDS)

    async def test() -> None:
        async with Served(recognizer=recognizer).client() as client:
            told = []
            for language in ("de-DE", "en", None):
                await client.send(Transcribe(language=language), *spoken(0.5))
                told.append((await heard_words(client)).language)
        assert recognizer.asked == ["de", "en", None]
        assert told == ["de", "en", "en"]

    run_clean(test)


@pytest.mark.parametrize("wrong", [{"language": 5}, {"language": ["en"]}, {"context": "transcript_streaming"}])
def test_a_request_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    async def test() -> None:
        async with Served().client() as client:
            await client.send(Event("transcribe", wrong))
            assert Error.from_event(await client.next(Error)).code == "malformed-event"
            await client.over()

    run_clean(test)


def test_names_and_terms_to_listen_for_are_passed_over() -> None:
    async def test() -> None:
        async with Served().client() as client:
            names = ["a name"] * 10_000
            await client.send(Transcribe(transcript_names=names, transcript_terms=names, vad_sensitivity="none such"))
            await client.send(*spoken(0.5))
            assert (await heard_words(client)).text == WORDS

    run_clean(test)


def test_half_an_hour_of_sound_is_heard_up_to_the_longest_turn_and_the_rest_is_passed_over() -> None:
    served = Served(SHORT)

    async def test() -> None:
        async with served.client() as client:
            await client.send(started())
            for _ in range(180):
                await client.send(chunk(voice(10.0)))
            await client.send(AudioStop(), *spoken(0.5))
            assert (await heard_words(client)).text == (await heard_words(client)).text == WORDS
            assert client.types() == ["transcript", "transcript"]
        assert heard(served) == SPEECH.bytes(0.5)

    run_clean(test)


def test_many_are_heard_at_once_and_each_is_answered_when_he_has_finished() -> None:
    served = Served()

    async def turn(port: int, seconds: float) -> None:
        clock = asyncio.get_running_loop().time
        async with connected(port) as client:
            began = clock()
            await client.send(Transcribe(), started())
            await live(client, [*chunks(seconds), *hush(1.0)])
            [(answered, event)] = client.received
            assert Transcript.from_event(event).text == WORDS
            assert answered - began == pytest.approx(seconds + WAIT_S, abs=NOTICED_S)

    async def test() -> None:
        async with served.up() as port, asyncio.TaskGroup() as group:
            for number in range(1, 9):
                group.create_task(turn(port, number / 2))

    run_clean(test)
