"""Laws of what a hub shows to the person who watches."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.watch import Seen, line, watcher

TURN = {"satellite": "kitchen", "turn": "boot:1"}
EVENTS: list[Seen] = [
    {"event": "awake", **TURN, "name": "hey_jarvis", "score": 0.98},
    {"event": "elsewhere", **TURN, "name": "hey_jarvis", "score": 0.98},
    {"event": "words", **TURN, "text": "turn on"},
    {"event": "question", **TURN, "text": "turn on the “light”"},
    {"event": "question", **TURN, "text": ""},
    {"event": "action", **TURN, "service": "light.turn_on", "entity_id": "light.desk", "data": {"brightness_pct": 50}},
    {"event": "action", **TURN, "service": "light.turn_off", "entity_id": "light.desk", "data": {}},
    {"event": "reply", **TURN, "text": "Turned on the light {really}"},
    {"event": "asks", **TURN},
    {"event": "awake", **TURN, "name": "", "score": 1.0},
    {"event": "failed", **TURN, "text": "no voice"},
    {"event": "times", **TURN, "waterfall": "stt ███", "marks_ms": {"wake": -10.0}},
]

READABLE = [
    "● awake: hey_jarvis (score 0.98) at kitchen",
    "○ heard at kitchen too, which leaves it to another",
    "  … turn on",
    "  “turn on the “light””",
    "  (no words)",
    '  ⚙ light.turn_on light.desk {"brightness_pct": 50}',
    "  ⚙ light.turn_off light.desk",
    "  ▶ Turned on the light {really}",
    "  ◌ listens for the answer",
    "● listens at kitchen, with no wake word",
    "  ✗ no voice",
    "stt ███",
]


def test_plain_lines_are_readable(capsys: pytest.CaptureFixture[str]) -> None:
    show = watcher("plain")
    for seen in EVENTS:
        show(seen)
    assert capsys.readouterr().out.splitlines() == READABLE


def test_what_came_of_speculation_is_a_line_below_the_times(capsys: pytest.CaptureFixture[str]) -> None:
    counts: dict[str, object] = {"hits": 2, "resumed": 1, "changed": 0, "lead_ms": 900.4, "wasted_ms": 154.6}
    show = watcher("plain")
    show({"event": "times", **TURN, "waterfall": "stt ███", "speculation": counts})
    show({"event": "times", **TURN, "waterfall": "stt ███", "speculation": dict.fromkeys(counts, 0)})
    assert capsys.readouterr().out.splitlines() == [
        "stt ███",
        "begun early so far: 2 kept, 900 ms ahead; 1 dropped as speech went on, 0 as the words were others, "
        "155 ms in vain",
        "stt ███",
    ]


def test_what_was_ready_before_it_was_wanted_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    show = watcher("plain")
    for hits in (0, 3):
        sounds = {"hits": hits, "misses": 1, "saved_ms": 90.4, "kept_mb": 0.2}
        show({"event": "times", **TURN, "waterfall": "tts ███", "sounds": sounds})
    assert capsys.readouterr().out.splitlines() == [
        "tts ███",
        "tts ███",
        "sound that was ready so far: 3 of 4 clauses, 90 ms sooner",
    ]


def test_every_line_of_json_is_one_event(capsys: pytest.CaptureFixture[str]) -> None:
    show = watcher("json")
    for seen in EVENTS:
        show(seen)
    captured = capsys.readouterr()
    assert [json.loads(each) for each in captured.out.splitlines()] == EVENTS
    assert captured.err == ""


@given(st.text())
def test_whatever_was_said_is_one_line_of_json_that_says_it(text: str) -> None:
    written = json.dumps({"event": "question", **TURN, "text": text})
    assert written.splitlines() == [written]
    assert text in line({"event": "question", **TURN, "text": text}) or not text


def test_nothing_is_shown_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    show = watcher(None)
    for seen in EVENTS:
        show(seen)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_what_says_nothing_new_is_no_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    show = watcher("plain")
    show({"event": "times", **TURN, "waterfall": ""})
    show({"event": "of a later release", **TURN})
    assert capsys.readouterr().out == ""
