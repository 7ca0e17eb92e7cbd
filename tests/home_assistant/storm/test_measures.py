"""Laws of what a storm's measures are held against, and of its report."""

from __future__ import annotations

from tests.home_assistant.storm.measures import CONNECTED, LED, LET_GO, REST, Measure, late
from tests.home_assistant.storm.plan import HOME, HUB, KITCHEN, planned
from tests.home_assistant.storm.report import Report, Told


def test_hub_and_satellites_have_ten_seconds_and_home_assistant_fifteen() -> None:
    in_time = [Measure(LED, KITCHEN, 10.0), Measure(LED, HOME, 15.0), Measure(CONNECTED, KITCHEN, 15.0)]
    assert late(in_time) == []
    too_late = [Measure(one.what, one.of, one.took_s + 0.1) for one in in_time]
    assert len(late(too_late)) == len(too_late)


def test_a_silent_peer_is_let_go_of_in_five_seconds_but_not_where_nobody_has_promised_it() -> None:
    assert late([Measure(LET_GO, f"{KITCHEN} < {HUB}", 5.1), Measure(LET_GO, f"{HOME} > {KITCHEN}", 8.1)])
    assert late([Measure(LET_GO, f"{HOME} < {HUB}", 10.0), Measure(REST, "all", 20.0)]) == []


def test_a_report_has_a_line_for_each_thing_that_was_measured_and_every_failure() -> None:
    [this] = planned(1, 1)
    report = Report([Told(this, [Measure(LED, HUB, 12.0), Measure(LED, HUB, 1.0)], ["it was late"], [], 1.0)])
    report.looks.append((0, {HUB: {"files": 1.0, "threads": 1.0, "memory_mb": 1.0, "zombies": 0.0}}))
    lines = list(report.lines())
    [row] = [line for line in lines if line.startswith(LED)]
    assert row.split()[-6:] == ["2", "6.50", "11.45", "12.00", "10", "1"]
    assert report.failures == ["round 1: it was late"]
    assert lines[-1].strip() == report.failures[0]
