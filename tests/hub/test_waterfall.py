"""Laws of the waterfall."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from config.hub import Budgets
from hub.timeline import MARKS, STAGES, Timeline
from hub.waterfall import WIDTH, over_budget, waterfall

BUDGETS = Budgets(vad_ms=200, stt_ms=1000, llm_ms=500, tts_ms=500, whole_ms=2000)
GENEROUS = Budgets(vad_ms=600_000, stt_ms=600_000, llm_ms=600_000, tts_ms=600_000, whole_ms=600_000)
OVER = "over its budget"

MARKS_S = {
    "end_of_speech": 10.0,
    "raw_pause": 10.12,
    "final": 10.32,
    "endpoint": 10.62,
    "first_clause": 10.72,
    "first_audio_made": 10.78,
    "first_audio_played": 10.88,
}


def timeline(marks: dict[str, float]) -> Timeline:
    return Timeline("boot:1", "kitchen", {}, lambda: 0.0, marks=marks)


def test_every_stage_has_a_bar_where_it_ran() -> None:
    scale, *lines = waterfall(timeline(MARKS_S), BUDGETS).splitlines()
    assert "880 ms" in scale
    assert [line.split()[0] for line in lines] == list(STAGES)
    for line, (starts, end) in zip(lines, STAGES.values(), strict=True):
        begins = max(MARKS_S[start] for start in starts) - MARKS_S["end_of_speech"]
        bar = line[8 : 8 + WIDTH]
        assert bar.index("█") == round(begins / 0.88 * WIDTH)
        assert bar.count("█") == max(1, round((MARKS_S[end] - MARKS_S["end_of_speech"] - begins) / 0.88 * WIDTH))
        assert set(bar) <= {"█", "·"}


def test_a_stage_over_its_budget_is_marked_and_no_other() -> None:
    assert OVER not in waterfall(timeline(MARKS_S), BUDGETS)
    late = {**MARKS_S, "first_clause": 11.13, "first_audio_made": 11.2, "first_audio_played": 11.3}
    marked = [line.split()[0] for line in waterfall(timeline(late), BUDGETS).splitlines() if OVER in line]
    assert marked == ["llm"]
    assert [name for name, over in over_budget(timeline(late).stages_ms(), BUDGETS).items() if over] == ["llm"]


def test_a_stage_that_takes_its_whole_budget_is_not_over_it() -> None:
    assert over_budget({"vad": 200.0, "stt": 1000.1, "playout": 9999.0}, BUDGETS) == {"vad": False, "stt": True}


def test_a_turn_without_a_spoken_reply_has_no_waterfall() -> None:
    for mark in ("end_of_speech", "first_audio_played"):
        assert waterfall(timeline({name: at for name, at in MARKS_S.items() if name != mark}), BUDGETS) == ""


@given(st.dictionaries(st.sampled_from([*MARKS]), st.floats(-1e10, 1e10)))
def test_any_times_fit_on_the_scale(marks: dict[str, float]) -> None:
    for line in waterfall(timeline(marks), GENEROUS).splitlines()[1:]:
        bar = line[8 : 8 + WIDTH]
        assert set(bar) <= {"█", "·"}
        assert "█" in bar
        assert line[8 + WIDTH] == " "
