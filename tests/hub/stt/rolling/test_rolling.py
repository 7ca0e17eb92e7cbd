"""Laws of listening over a transcriber: cutting changes nothing, nothing said is lost, memory is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.stt.recognizer import Listener, RecognizerError, Voiced, Word, Words
from hub.stt.rolling.rolling import (
    PADDING_S,
    PROMPT_CHARACTERS,
    TRIM_S,
    WINDOW_S,
    RollingBuffer,
    RollingListener,
    RollingRecognizer,
    prompt,
)
from hub.stt.rolling.transcriber import Segment
from tests.scripted_transcriber import ScriptedTranscriber, numbered, place, segment, spoken, voiced
from tests.virtual_time import run
from wire.pcm import SPEECH

SENTENCE = "turn on the light in the kitchen please and | set the bedroom lamp to 20 percent"
Script = Sequence[tuple[int, bool]]
"""Passes by the sample at which they run, and whether they are final."""


def many(count: int) -> tuple[Word, ...]:
    """Words that differ, with a pause after every twelve."""
    return spoken(" ".join(f"word{n}" + (" |" if n % 12 == 11 else "") for n in range(count)))


def text(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


async def listen(listener: Listener, said: Sequence[Word], passes: Script, cuts: Iterable[int] = ()) -> list[Words]:
    """The words of each pass; sound is taken in pieces that end at the cuts and at the passes."""
    heard, due = [], dict(passes)
    for start, stop in pairwise(sorted({0, *cuts, *due})):
        listener.take(numbered(start, stop))
        if stop in due:
            spans = voiced(said, stop / SPEECH.rate)
            heard.append(await (listener.final(spans) if due[stop] else listener.partial(spans)))
    return heard


def samples(seconds: float) -> int:
    return round(seconds * SPEECH.rate)


def every(step_s: float, until_s: float) -> Script:
    return [(samples(step_s * count), False) for count in range(1, int(until_s / step_s) + 1)]


def scripts(until_s: float) -> st.SearchStrategy[Script]:
    return st.dictionaries(st.integers(1, samples(until_s)), st.booleans(), max_size=20).map(
        lambda passes: sorted(passes.items())
    )


def cuttings(until_s: float) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, samples(until_s)), max_size=20)


@settings(deadline=None)
@given(scripts(70), cuttings(70), cuttings(70), st.sampled_from([0.0, 0.1, 0.5]), st.integers(0, 9))
def test_any_cutting_of_the_sound_gives_the_same_words(
    passes: Script, cuts: list[int], others: list[int], mistakes: float, seed: int
) -> None:
    said = many(150)

    def words(pieces: list[int]) -> list[Words]:
        transcriber = ScriptedTranscriber(said, mistakes=mistakes, seed=seed)
        return run(listen(RollingListener(transcriber, None), said, passes, pieces))

    assert words(cuts) == words(others)


@settings(deadline=None)
@given(scripts(70), st.sampled_from([0.0, 0.1, 0.5]), st.integers(0, 9))
def test_committed_words_never_change_and_begin_the_text(passes: Script, mistakes: float, seed: int) -> None:
    said = many(150)
    transcriber = ScriptedTranscriber(said, mistakes=mistakes, seed=seed)
    heard = run(listen(RollingListener(transcriber, None), said, passes))
    for before, after in pairwise(heard):
        assert after.committed[: len(before.committed)] == before.committed
        assert after.text.startswith(text(before.committed))
    for words in heard:
        times = [time for word in words.all for time in (word.start_s, word.end_s)]
        assert times == sorted(times)
    assert transcriber.longest_s <= WINDOW_S
    assert all(len(ask.prompt) <= PROMPT_CHARACTERS for ask in transcriber.asks)


@given(scripts(9.5))
def test_a_final_has_every_word_however_the_partials_stood(passes: Script) -> None:
    said = spoken(SENTENCE)
    heard = run(listen(RollingListener(ScriptedTranscriber(said), None), said, [*passes, (samples(10), True)]))
    assert heard[-1].text == text(said)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_a_final_commits_nothing(at: int) -> None:
    said = spoken(SENTENCE)
    passes = [*every(0.5, 3), (samples(3) + at, True)]
    heard = run(listen(RollingListener(ScriptedTranscriber(said), None), said, passes))
    assert heard[-1].committed == heard[-2].committed


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.02, 3), min_size=1, max_size=8), st.integers(0, 15_999))
def test_no_word_is_lost_or_said_twice_where_the_buffer_is_trimmed(steps: list[float], offset: int) -> None:
    said, passes, at = many(300), [(offset, False)], offset
    while at < samples(155):
        at += samples(steps[len(passes) % len(steps)]) + samples(0.3)
        passes.append((at, False))
    heard = run(listen(RollingListener(ScriptedTranscriber(said), None), said, [*passes, (at + 1, True)]))
    assert heard[-1].text == text(said)
    assert len(heard[-1].committed) > len(said) - 20


def test_a_long_buffer_is_trimmed_where_a_phrase_ended() -> None:
    transcriber = ScriptedTranscriber(many(48))  # four phrases of 4.7 s, a pause after each
    run(listen(RollingListener(transcriber, None), transcriber.said, every(0.5, 23)))
    phrase_ends = [transcriber.said[at].end_s for at in (11, 23, 35)]
    assert all(min(abs(start_s - end_s) for end_s in [0.0, *phrase_ends]) < 1e-3 for start_s in transcriber.starts)
    assert max(transcriber.starts) > 5


def test_a_long_buffer_without_a_late_pause_is_trimmed_after_a_word() -> None:
    transcriber = ScriptedTranscriber(spoken("stop | " + " ".join(f"w{n}" for n in range(60))))
    run(listen(RollingListener(transcriber, None), transcriber.said, every(0.5, 25)))
    assert transcriber.longest_s <= TRIM_S + 0.5 + PADDING_S
    assert max(transcriber.starts) > 10


def test_words_on_which_no_two_passes_agree_are_committed_before_their_sound_is_lost() -> None:
    said = spoken(" ".join(f"w{n}" for n in range(150)))  # a minute
    transcriber = ScriptedTranscriber(said, mistakes=1.0)
    heard = run(listen(RollingListener(transcriber, None), said, [*every(1.0, 61), (samples(62), True)]))
    assert [word.text.split("~")[0] for word in heard[-1].all] == [word.text for word in said]


def test_thirty_minutes_of_speech_take_a_bounded_buffer() -> None:
    said = spoken(" ".join(f"w{n}" for n in range(4498)))
    transcriber = ScriptedTranscriber(said)
    listener = RollingListener(transcriber, None)

    async def half_an_hour() -> Words:
        for second in range(0, 1800, 2):
            listener.take(numbered(samples(second), samples(second + 2)))
            words = await listener.partial([(0.5, second + 2.0)])
        return await listener.final([(0.5, 1800.0)]) if words.committed else words

    assert run(half_an_hour()).text == text(said)
    assert transcriber.longest_s <= TRIM_S + 3
    assert max(len(ask.prompt) for ask in transcriber.asks) in range(PROMPT_CHARACTERS - 10, PROMPT_CHARACTERS + 1)


@given(st.lists(st.one_of(st.integers(0, samples(20)), st.floats(-1, 60)), max_size=12))
def test_the_buffer_holds_the_latest_sound_and_knows_its_place(steps: list[int | float]) -> None:
    buffer, taken, kept = RollingBuffer(), 0, 0.0
    for step in steps:
        if isinstance(step, int):
            buffer.take(numbered(taken, taken + step))
            taken += step
        else:
            buffer.trim(step)
            kept = max(kept, min(step, taken / SPEECH.rate))
        assert buffer.end_s == pytest.approx(taken / SPEECH.rate)
        assert len(buffer.pcm) <= SPEECH.bytes(WINDOW_S - PADDING_S)
        assert buffer.start_s == pytest.approx(max(kept, buffer.end_s - WINDOW_S + PADDING_S), abs=1e-4) or kept == 0
        if len(buffer.pcm) > 4:
            assert place(buffer.pcm) == pytest.approx((buffer.start_s, buffer.end_s), abs=1e-3)


INVENTED = [segment([Word("Thank", 0.1, 0.3), Word("you.", 0.3, 0.6)]), segment([Word("light", 0.7, 9.0)])]


@pytest.mark.parametrize("final", [False, True])
def test_in_silence_the_engine_is_not_asked_since_it_would_invent_words(final: bool) -> None:
    transcriber = ScriptedTranscriber([], invented=INVENTED)

    async def words() -> str:
        listener = RollingListener(transcriber, None)
        for _ in range(100):
            listener.take(SPEECH.silence(0.5))
            heard = await (listener.final(()) if final else listener.partial(()))
        return heard.text

    assert run(words()) == ""
    assert transcriber.asks == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 0.2)), max_size=3), st.booleans())
def test_words_invented_far_from_any_voice_are_none(clicks: list[tuple[float, float]], final: bool) -> None:
    listener = RollingListener(ScriptedTranscriber([], invented=[segment(spoken("so it is", 20.0))]), None)
    listener.take(SPEECH.silence(25))
    spans = [(start, start + length) for start, length in sorted(clicks)]
    assert run(listener.final(spans) if final else listener.partial(spans)).text == ""


def test_what_is_invented_behind_the_voice_is_no_word() -> None:
    said = spoken("stop")

    async def words() -> Words:
        transcriber = ScriptedTranscriber([*said, Word("Thank", 2.0, 2.2), Word("you.", 2.2, 2.5)])
        listener = RollingListener(transcriber, None)
        listener.take(numbered(0, samples(3)))
        return await listener.final(voiced(said))

    assert run(words()).text == "stop"


def test_no_sound_at_all_is_no_word() -> None:
    listener = RollingListener(ScriptedTranscriber(spoken("stop")), None)
    assert run(listener.final([(0.0, 1.0)])).text == ""
    assert run(listener.partial([])) == Words()


TIMES = st.floats() | st.floats(-5, 40)


@settings(deadline=None)
@given(st.lists(st.builds(Word, st.text(max_size=5), TIMES, TIMES), max_size=12), scripts(40))
def test_times_that_an_engine_made_up_break_nothing(words: list[Word], passes: Script) -> None:
    segments = [Segment(tuple(words[at : at + 3]), 0.1, -0.1, 1.0) for at in range(0, len(words), 3)]
    said = [Word("all", 0.0, 40.0)]
    heard = run(listen(RollingListener(ScriptedTranscriber([], invented=segments), None), said, passes))
    for each in heard:
        times = [time for word in each.all for time in (word.start_s, word.end_s)]
        assert times == sorted(times)
        assert all(0.0 <= time <= 40.0 for time in times)
        assert all(word.text.strip() for word in each.all)


def test_sound_taken_while_a_pass_runs_is_heard_by_the_next_and_a_cancelled_pass_changes_nothing() -> None:
    said = spoken("turn on the light")

    async def words() -> Words:
        listener = RollingListener(ScriptedTranscriber(said, takes_s=0.2), None)
        listener.take(numbered(0, samples(1)))
        spans = voiced(said)
        running = asyncio.create_task(listener.partial(spans))
        await asyncio.sleep(0.1)
        listener.take(numbered(samples(1), samples(2.5)))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        running = asyncio.create_task(listener.partial(spans))
        await asyncio.sleep(0.1)
        listener.take(numbered(samples(2.5), samples(3)))
        assert (await running).committed == ()
        return await listener.partial(spans)

    assert text(run(words()).committed) == "turn on the light"


def test_the_engine_is_not_given_the_sound_long_before_the_voice() -> None:
    transcriber = ScriptedTranscriber(spoken("turn on the light", start_s=20.0))
    heard = run(listen(RollingListener(transcriber, None), transcriber.said, [(samples(22), True)]))
    assert heard[-1].text == "turn on the light"
    assert transcriber.longest_s == pytest.approx(2 + 0.5 + PADDING_S)


# Language and prompt


def test_a_language_is_detected_until_words_are_committed_and_then_kept() -> None:
    transcriber = ScriptedTranscriber(spoken(SENTENCE), language="de")
    heard = run(listen(RollingListener(transcriber, None), transcriber.said, [*every(0.5, 4), (samples(5), True)]))
    first = next(number for number, words in enumerate(heard) if words.committed)
    asked = [ask.language for ask in transcriber.asks]
    silent = len(heard) - len(asked)  # passes before the voice ask nothing
    assert asked == [None] * (first + 1 - silent) + ["de"] * (len(heard) - first - 1)
    assert heard[-1].language == "de"


def test_a_given_language_is_asked_for_from_the_beginning() -> None:
    transcriber = ScriptedTranscriber(spoken(SENTENCE))
    run(listen(RollingListener(transcriber, "de"), transcriber.said, every(0.5, 4)))
    assert {ask.language for ask in transcriber.asks} == {"de"}


def test_a_language_that_the_engine_lacks_is_refused_in_a_sentence() -> None:
    async def begin() -> None:
        async with RollingRecognizer(ScriptedTranscriber(())).listen("tlh"):
            pass

    with pytest.raises(RecognizerError, match="does not understand 'tlh'"):
        run(begin())


def test_every_pass_is_padded_and_only_a_final_may_take_care() -> None:
    transcriber = ScriptedTranscriber(spoken("stop"))
    spans: Voiced = [(0.0, 1.0)]

    async def lengths() -> list[float]:
        listener = RollingListener(transcriber, None)
        listener.take(numbered(0, samples(1)))
        await listener.partial(spans)
        partial_s = transcriber.longest_s
        await listener.final(spans)
        return [partial_s, transcriber.longest_s]

    assert run(lengths()) == [1.0 + PADDING_S, 1.0 + PADDING_S]
    assert [ask.final for ask in transcriber.asks] == [False, True]


@given(st.lists(st.text("ab", min_size=1, max_size=30), max_size=60), st.floats(0, 30))
def test_a_prompt_is_whole_words_from_before_the_buffer(texts: list[str], start_s: float) -> None:
    words = spoken(" ".join(texts))
    gone = text(word for word in words if word.start_s < start_s)
    made = prompt(words, start_s)
    assert len(made) <= PROMPT_CHARACTERS
    assert gone == made or (f" {gone}".endswith(f" {made}") and len(made) >= PROMPT_CHARACTERS - 31)


# How soon words are committed


async def share_committed(said: Sequence[Word], takes_s: float, interval_s: float) -> tuple[int, int]:
    """Of the words that ended 1.5 s + D before the end of speech: how many are committed by then, and all."""
    listener = RollingListener(ScriptedTranscriber(said, takes_s), None)
    end_s, taken, begun_s, committed = said[-1].end_s, 0, -1.0, 0
    while (now := asyncio.get_running_loop().time()) <= end_s:
        if now - begun_s >= interval_s - 1e-6 and now >= said[0].start_s:
            listener.take(numbered(taken, taken := samples(now)))
            words, begun_s = await listener.partial(voiced(said, now)), now
            if asyncio.get_running_loop().time() <= end_s + 1e-6:
                committed = len(words.committed)
        else:
            await asyncio.sleep(0.01)
    due = sum(word.end_s <= end_s - 1.5 - takes_s for word in said)
    return min(committed, due), due


@pytest.mark.parametrize("takes_s", [0.1, 0.2, 0.3, 0.5])
def test_words_are_committed_in_time_where_passes_start_half_a_second_apart(takes_s: float) -> None:
    parts = [run(share_committed(many(count), takes_s, 0.5)) for count in range(6, 26)]
    committed, due = map(sum, zip(*parts, strict=True))
    assert committed >= 0.95 * due > 0
