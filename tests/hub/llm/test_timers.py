"""Laws of timers by voice: sentences, what they do to the book of timers, and Home Assistant's own words for it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.demo import DemoHome
from hub.home.home import Area
from hub.llm.handlers import plan
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.recognition import Recognition
from hub.llm.replies import Replies
from hub.llm.targets import Context
from hub.timers.actions import perform
from hub.timers.book import Book
from hub.timers.timer import Now, State, Timer, Timers

ENGLISH = load("en")
HOME = DemoHome.load(Path(__file__).parents[3] / "config" / "home.toml")
RECOGNITION = Recognition(HOME, ENGLISH)
REPLIES = Replies(ENGLISH)
BOOT = Now(100.0, 1.7e9)


class House:
    """A hub's timers, and satellites named after their areas."""

    def __init__(self) -> None:
        self.book, self.now, self.count = Book(), BOOT, 0

    def go(self, seconds: float) -> None:
        self.now = Now(self.now.mono + seconds, self.now.wall + seconds)
        self.book.tick(self.now)

    def say(self, text: str, area: str = "Kitchen") -> str:
        """The reply to a sentence, after it was done."""
        match = RECOGNITION.recognise(text, area)
        assert match is not None, text
        timers = Timers(self.book.going, self.now, area.lower())
        try:
            wanted = plan(match, Context(HOME.areas, HOME.things, datetime(2026, 11, 21), area, timers))
        except Refusal as refusal:
            return REPLIES.refuse(refusal)
        for action in wanted.timers:
            self.count += 1
            perform(action, self.book, self.now, str(self.count))
        self.book.tick(self.now)
        return REPLIES.answer(match, wanted)

    @property
    def left(self) -> list[tuple[str, float, State]]:
        return [(one.name, one.left(self.now), one.state) for one in self.book.going]


@pytest.mark.parametrize(
    ("said", "length_s", "name", "reply"),
    [
        ("set a timer for five minutes", 300, "", "Timer set for five minutes"),
        ("set a timer for 1 minute", 60, "", "Timer set for 1 minute"),
        ("start a timer for 90 seconds", 90, "", "Timer set for 90 seconds"),
        ("set a timer for half an hour", 1800, "", "Timer set for 30 minutes"),
        ("set a timer for one and a half hours", 5400, "", "Timer set for one hour and 30 minutes"),
        ("set a timer for 1 and a half minutes", 90, "", "Timer set for 1 minute and 30 seconds"),
        (
            "set a timer for 1 hour 5 minutes and 20 seconds",
            3920,
            "",
            "Timer set for 1 hour, 5 minutes and 20 seconds",
        ),
        ("set a timer named eggs for 7 minutes", 420, "eggs", "Timer set for 7 minutes named eggs"),
        ("set a two hour timer called roast", 7200, "roast", "Timer set for two hours named roast"),
    ],
)
def test_a_timer_runs_for_what_was_said_on_the_satellite_that_asked(
    said: str, length_s: int, name: str, reply: str
) -> None:
    house = House()
    assert house.say(said) == reply
    (one,) = house.book.going
    assert (one.length_s, one.name, one.satellite, one.area) == (length_s, name, "kitchen", "Kitchen")


def test_a_timer_is_paused_resumed_changed_asked_for_and_cancelled() -> None:
    house = House()
    house.say("set a timer named pizza for 10 minutes")
    house.go(60)
    assert house.say("how much time is left on the pizza timer") == "9 minutes left."
    assert house.say("pause the pizza timer") == "Timer paused"
    house.go(1000)
    assert house.say("timer status") == "Timer is paused. 9 minutes left."
    assert house.say("pause the timer") == "Sorry, I couldn't find that timer"
    assert house.say("resume my pizza timer") == "Timer resumed"
    assert house.say("resume my pizza timer") == "Sorry, I couldn't find that timer"
    assert house.say("add five minutes to the pizza timer") == "five minutes added to timer named pizza"
    assert house.say("take one minute off the timer") == "one minute removed from timer"
    assert house.left == [("pizza", 780, State.RUNS)]
    assert house.say("cancel the pizza timer") == "Timer cancelled"
    assert house.left == []
    assert house.say("timer status") == "No timers."


def test_half_hours_are_added_and_taken_off() -> None:
    house = House()
    house.say("set a timer for 1 hour")
    assert house.say("add half an hour to the timer") == "30 minutes added to timer"
    assert house.say("take half an hour off the timer") == "30 minutes removed from timer"
    assert house.left == [("", 3600, State.RUNS)]


def test_a_timer_from_which_more_is_taken_than_it_has_is_due() -> None:
    house = House()
    house.say("set a timer for five minutes")
    assert house.say("take 10 minutes off the timer") == "10 minutes removed from timer"
    assert house.left == []
    assert [one.state for one in house.book.of("kitchen")] == [State.FINISHED]


def test_a_timer_is_found_by_what_it_was_started_for() -> None:
    house = House()
    for length in ("five minutes", "90 seconds", "half an hour"):
        house.say(f"set a timer for {length}")
    house.go(30)
    assert house.say("how much time is left on the 5 minute timer") == "4 minutes and 30 seconds left."
    assert house.say("cancel my five minute timer") == "Timer cancelled"
    assert house.say("cancel my five minute timer") == "Sorry, I couldn't find that timer"
    assert house.say("cancel the 30 minute timer") == "Timer cancelled"
    assert house.left == [("", 60, State.RUNS)]


def test_of_several_the_satellites_own_is_meant_and_then_none() -> None:
    house = House()
    house.say("set a timer for five minutes")
    house.say("set a timer for six minutes", "Bedroom")
    assert house.say("cancel the timer", "Office") == "Sorry, I am unable to target multiple timers"
    assert house.say("cancel the timer", "Bedroom") == "Timer cancelled"
    assert house.left == [("", 300, State.RUNS)]
    assert house.say("cancel the timer", "Office") == "Timer cancelled"


def test_of_two_alike_the_one_that_ends_first_is_meant() -> None:
    house = House()
    house.say("set a timer for five minutes")
    house.go(10)
    house.say("set a timer for five minutes")
    house.say("cancel the timer")
    assert house.left == [("", 300, State.RUNS)]


def test_a_timer_is_found_by_its_area_from_everywhere() -> None:
    house = House()
    house.say("set a timer for five minutes")
    house.say("set a timer for six minutes", "Bedroom")
    assert house.say("cancel the kitchen timer", "Bedroom") == "Timer cancelled"
    assert house.left == [("", 360, State.RUNS)]


def test_an_area_is_the_same_by_all_of_its_names() -> None:
    house = House()
    house.say("set a timer for five minutes", "lounge")
    house.say("set a timer for six minutes", "Bedroom")
    assert house.say("status of the living room timer", "Bedroom") == "5 minutes left."
    assert house.say("cancel the timer in the living room", "Bedroom") == "Timer cancelled"
    assert house.left == [("", 360, State.RUNS)]


def test_all_are_cancelled_or_those_of_an_area() -> None:
    house = House()
    assert house.say("cancel all timers") == "No timers were canceled."
    for area in ("Kitchen", "Bedroom", "Bedroom"):
        house.say("set a timer for five minutes", area)
    house.say("pause the timer", "Kitchen")
    assert house.say("cancel all timers in the bedroom") == "Canceled 2 timers in bedroom."
    assert house.say("cancel all my timers", "Office") == "Canceled 1 timer."
    assert house.left == []


def test_of_several_the_reply_tells_how_many_and_the_next() -> None:
    house = House()
    house.say("set a timer for 10 minutes", "Bedroom")
    house.say("set a timer named roast for 2 hours")
    house.say("set a timer named eggs for 7 minutes")
    house.say("set a timer for 100 minutes")
    house.say("pause the 100 minute timer")
    house.go(60)
    assert house.say("timer status") == "2 running timers. 1 paused timer. 6 minutes left on 7 minute eggs timer."
    assert house.say("timer status", "Office") == (
        "3 running timers. 1 paused timer. 6 minutes left on 7 minute eggs timer."
    )
    assert house.say("status of my bedroom timer") == "9 minutes left."


def test_a_timer_that_is_all_but_over_has_a_second_left() -> None:
    house = House()
    house.say("set a timer for 10 seconds")
    house.go(9.8)
    assert house.say("timer status") == "1 second left."


@given(st.integers(1, 7 * 86_400))
def test_what_is_left_is_told_within_a_few_percent(left_s: int) -> None:
    house = House()
    house.book.start(Timer("a", "kitchen", None, "", left_s, left_s, BOOT))
    reply = house.say("timer status")
    said = {unit: int(number) for number, unit in re.findall(r"(\d+) (hour|minute|second)", reply)}
    told_s = said.get("hour", 0) * 3600 + said.get("minute", 0) * 60 + said.get("second", 0)
    assert abs(told_s - left_s) <= max(0.05 * left_s, 0)
    assert "1 minutes" not in re.sub(r"\d1 minutes", "", reply)
    assert reply.endswith(" left.")


@pytest.mark.parametrize("here", [None, "kitchen"])
def test_only_a_satellite_that_rings_is_given_a_timer_and_others_may_ask_about_them(here: str | None) -> None:
    def reply(intent: str, **slots: object) -> str:
        match = Match(intent, "default", slots)
        running = (Timer("a", "kitchen", None, "", 300, 300, BOOT),)
        context = Context((Area("Kitchen"),), (), datetime(2026, 11, 21), None, Timers(running, BOOT, here))
        try:
            return REPLIES.answer(match, plan(match, context))
        except Refusal as refusal:
            return refusal.key

    assert reply("HassStartTimer", minutes=5) == ("Timer set for 5 minutes" if here else "no_timer_support")
    assert reply("HassCancelTimer") == "Timer cancelled"
    assert reply("HassTimerStatus") == "5 minutes left."


def test_what_shall_happen_at_the_end_of_a_timer_is_refused() -> None:
    house = House()
    assert house.say("turn off the lights in five minutes") == "Sorry, no device supports the required features"
    assert house.left == []
