"""Laws of the load benchmark's pure parts: limits, arrivals, playing, sound that carries numbers, and figures."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load import numbers, voices, workload
from bench.load.arrivals import OVERLOAD, Phase, arrivals, plan
from bench.load.limits import CLAUSE_MARKS, SENTENCE_MARKS, first_chunk_ms, limits
from bench.load.playing import JITTER_S, Playing
from bench.load.question import STARTED, STOPPED, question
from bench.load.report import jain, outcome, passes, percentiles
from bench.load.satellite import Asked
from bench.load.workload import Part, Turn, WorkloadError
from hub.tts.chunker import Chunker
from hub.tts.earcon import earcon
from wire.pcm import PcmFormat

SHIPPED = workload.read()
TURN = Turn(
    id=0,
    parts=(Part("is it", 400, 200), Part("open", 300)),
    transcript="is it open",
    stt_ms=150,
    llm_ttft_ms=200,
    llm_tok_s=100,
    reply="It is open, I fear. Close it.",
    reply_tokens=("It", " is", " open", ",", " I", " fear", ".", " Close", " it", "."),
    tts_first_ms=120,
    tts_rtf=0.1,
)
TURNS = st.sampled_from(range(len(SHIPPED.turns)))


# Limits


def test_a_chunk_is_whole_with_the_token_that_brings_its_mark() -> None:
    assert first_chunk_ms(TURN, CLAUSE_MARKS, least=8) == pytest.approx(200 + 3 * 10)
    assert first_chunk_ms(TURN, SENTENCE_MARKS, least=8) == pytest.approx(200 + 6 * 10)
    assert first_chunk_ms(TURN, CLAUSE_MARKS, least=12) == first_chunk_ms(TURN, SENTENCE_MARKS, least=12)
    assert first_chunk_ms(TURN, CLAUSE_MARKS, least=1000) == pytest.approx(200 + 9 * 10)


def test_a_limit_is_the_sum_of_what_cannot_overlap() -> None:
    found = limits(SHIPPED, TURN)
    words, clause = 150.0, 260.0
    assert found.c == pytest.approx(500 + words + clause + 120)
    assert found.d == pytest.approx(max(500, 80 + words + clause) + 120)
    assert found.e == pytest.approx(max(500, 80 + words + clause + 120))


@given(TURNS)
def test_who_works_further_ahead_can_be_sooner_and_never_later(index: int) -> None:
    found = limits(SHIPPED, SHIPPED.turns[index])
    assert found.b >= found.c >= found.d >= found.e >= SHIPPED.endpoint_ms


@given(TURNS)
def test_the_hub_cuts_no_later_than_the_limits_suppose(index: int) -> None:
    turn, chunker = SHIPPED.turns[index], Chunker()
    cut = next((number for number, token in enumerate(turn.reply_tokens) if chunker.push(token)), None)
    supposed = first_chunk_ms(turn, CLAUSE_MARKS, SHIPPED.clause_min_chars)
    assert cut is None or turn.token_ms(cut) <= supposed + 1e-6


# The workload


def test_the_tokens_of_a_reply_are_the_reply() -> None:
    assert all("".join(turn.reply_tokens) == turn.reply for turn in SHIPPED.turns)
    assert len(SHIPPED.turns) == 40


@given(TURNS)
def test_a_turn_is_known_by_any_of_its_beginnings_and_by_its_reply(index: int) -> None:
    turn = SHIPPED.turns[index]
    for parts in range(1, len(turn.parts) + 1):
        assert SHIPPED.asked(turn.heard(parts)) is turn
    assert SHIPPED.answers(turn.reply) == [turn]
    assert SHIPPED.answers("Something that no reply says") == []


def test_what_is_no_workload_is_refused_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "workload.json"
    file.write_text("{}")
    with pytest.raises(WorkloadError, match="frame_ms"):
        workload.read(file)
    file.write_text(workload.SHIPPED.read_text().replace('"next song"', '"pause"'))
    with pytest.raises(WorkloadError, match="two turns ask 'pause'"):
        workload.read(file)


# Sound


@given(TURNS, st.integers(1, numbers.PARTS - 1), st.integers(160, 5000))
def test_sound_tells_what_it_is_of_whatever_silence_follows(index: int, parts: int, samples: int) -> None:
    told = numbers.of_question(index, parts)
    assert numbers.number(numbers.numbered(told, samples) + bytes(2 * samples)) == told
    assert numbers.question(told) == (index, parts)


def test_a_piece_of_reply_tells_its_turn_unless_two_may_have_it() -> None:
    assert [numbers.of_reply(indices) for indices in ([], [0], [6], [1, 2])] == [0, 1, 7, numbers.SEVERAL]


@given(TURNS, st.integers(0, 20), st.integers(1, 5000))
def test_a_piece_of_reply_tells_its_voice_too(index: int, voice: int, samples: int) -> None:
    assert numbers.reply(numbers.numbered(numbers.of_reply([index], voice), samples)) == (index + 1, voice)


def test_what_bridges_a_wait_is_no_reply() -> None:
    assert {numbers.reply(piece) for piece in earcon(PcmFormat(24_000))} == {(0, 0)}
    assert numbers.reply(numbers.numbered(numbers.of_reply([], 1), 100)) == (0, 1)
    assert numbers.reply(b"") == (0, 0)


@given(TURNS)
def test_a_question_ends_where_its_last_part_does_and_its_edges_follow_in_turn(index: int) -> None:
    asked, turn = question(SHIPPED, index), SHIPPED.turns[index]
    whole = SHIPPED.lead_silence_ms + sum(part.speech_ms + part.pause_ms for part in turn.parts)
    assert asked.speech_s == pytest.approx(whole / 1000)
    edges = [edge for _, edge in sorted(asked.edges.items())]
    assert edges == [STARTED, STOPPED] * (len(edges) // 2)
    assert max(asked.edges) == len(asked.frames) + SHIPPED.frames(SHIPPED.raw_pause_ms)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 1)), min_size=1))
def test_all_that_came_is_played_or_waits_and_a_dry_moment_is_counted(pieces: list[tuple[float, float]]) -> None:
    playing, now = Playing(), 0.0
    for after, seconds in pieces:
        now += after
        playing.push(seconds, now)
        assert playing.played(now) + playing.buffered(now) == pytest.approx(playing.seconds)
    assert playing.underruns == 0 or playing.gap_s >= JITTER_S
    assert playing.played(playing.until) == pytest.approx(playing.seconds)


# Arrivals and figures


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(1, 60)), max_size=5), st.integers(0, 1000))
def test_questions_come_in_order_each_within_its_phase(rates: list[tuple[float, float]], seed: int) -> None:
    phases = [Phase(str(number), rate, seconds) for number, (rate, seconds) in enumerate(rates)]
    found = list(arrivals(phases, seed))
    assert all(left[0] <= right[0] for left, right in pairwise(found))
    for at, name in found:
        begins = sum(phase.seconds for phase in phases[: int(name)])
        assert begins <= at <= begins + phases[int(name)].seconds
    assert found == list(arrivals(phases, seed))


def test_as_many_come_as_the_rate_says() -> None:
    found = list(arrivals([Phase("long", 2.0, 10_000)], seed=1))
    assert len(found) == pytest.approx(20_000, rel=4 / math.sqrt(20_000))


def test_a_plan_overloads_what_it_held() -> None:
    rates = {phase.name: phase.rate for phase in plan(0.5, 10)}
    assert rates["overload"] == OVERLOAD * rates["hold"] == pytest.approx(1.5)
    assert rates["recovery"] < rates["hold"]


@given(st.lists(st.floats(0.1, 1e4), min_size=1))
def test_jain_s_index_is_one_for_equals_and_never_below_a_single_share(values: list[float]) -> None:
    index = jain(values)
    assert index is not None
    assert 1 / len(values) - 1e-3 <= index <= 1 + 1e-3
    assert jain([values[0]] * 3) == pytest.approx(1)


def test_the_load_at_which_a_limit_is_passed_lies_between_the_steps() -> None:
    assert passes([(1, 1000), (2, 4000)], 2000) == pytest.approx(1.5)
    assert passes([(1, 2500), (2, 4000)], 2000) == 1
    assert passes([(1, 1000), (2, 1900)], 2000) is None
    assert percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99, "most": 100}
    assert percentiles([]) == {}


def test_a_turn_without_any_sound_is_lost_and_one_with_only_other_words_is_refused() -> None:
    answered = Asked("a", 0, "", 1.0, transcript="x", first=2.0, over=True)
    refused = Asked("a", 0, "", 1.0, transcript="x", other=2.0, over=True)
    silent = Asked("a", 0, "", 1.0, transcript="x", over=True)
    unended = Asked("a", 0, "", 1.0, transcript="x", first=2.0)
    found = outcome([answered, refused, silent, unended], ["x"])
    assert (found["answered"], found["refused"], found["lost"], found["misheard"]) == (2, 1, 2, 0)


def test_changes_of_the_voice_are_those_that_one_satellite_hears() -> None:
    def heard(satellite: str, *voices_: tuple[float, int]) -> Asked:
        return Asked(satellite, 0, "", 0.0, voices=list(voices_))

    asked = [heard("a", (10, 0), (12, 1)), heard("b", (11, 1)), heard("a", (30, 1)), heard("a", (60, 0)), heard("b")]
    assert voices.replies(asked) == {"voice 0": 2, "voice 1": 2, "changed": 1}
    assert voices.changes([one for one in asked if one.satellite == "a"]) == [12, 60]
    assert voices.most_heard_changes(asked) == 2
    assert voices.most_in_a_minute([0, 59, 61, 62]) == 3
    assert voices.smaller_until(asked, since=11) == 19
    assert voices.smaller_until(asked, since=40) is None
