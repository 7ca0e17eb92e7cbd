"""Laws of what satellites are told of timers: each that was started rings there, once, whoever was away meanwhile."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from hub.timers.book import Book
from hub.timers.news import Told
from hub.timers.timer import Now, State, Timer
from satellite.timers.alarm import Alarm
from tests.hub.timers.test_book import BOOT, book_of, later, timer


def told_all(told: Told, book: Book, now: Now) -> list[Event]:
    """All that there is to tell, told."""
    events = []
    while news := told.next(book.of("kitchen"), now):
        events += news[1]
        told.add(news[0])
        book.told(news[0], now)
    return events


def test_a_new_timer_is_told_as_home_assistant_tells_it() -> None:
    book = book_of(timer("a", 5400, name="pizza"), timer("b", 45), timer("c", satellite="bedroom"))
    assert told_all(Told(), book, BOOT) == [
        TimerStarted("a", 5400, "pizza", 1, 30, None).event(),
        TimerStarted("b", 45, None, None, None, 45).event(),
    ]


def test_what_changes_is_told_and_nothing_twice() -> None:
    book, told = book_of(timer("a"), timer("b")), Told()
    told_all(told, book, BOOT)
    assert told_all(told, book, later(BOOT, 10)) == []
    book.pause("a", later(BOOT, 10))
    assert told_all(told, book, later(BOOT, 20)) == [TimerUpdated("a", False, 290).event()]
    book.resume("a", later(BOOT, 20))
    book.add("b", 60, later(BOOT, 20))
    assert told_all(told, book, later(BOOT, 20)) == [
        TimerUpdated("a", True, 290).event(),
        TimerUpdated("b", True, 340).event(),
    ]
    book.cancel("b", later(BOOT, 20))
    assert told_all(told, book, later(BOOT, 20)) == [TimerCancelled("b").event()]
    book.tick(later(BOOT, 310))
    assert told_all(told, book, later(BOOT, 310)) == [TimerFinished("a").event()]
    assert told_all(told, book, later(BOOT, 310)) == []


def test_a_new_connection_is_told_everything_with_what_is_left() -> None:
    book = book_of(timer("a"), timer("b"), timer("c"), timer("d", 50))
    told_all(Told(), book, BOOT)
    book.pause("b", later(BOOT, 99.5))
    book.cancel("c", later(BOOT, 99.5))
    book.tick(later(BOOT, 100))
    assert told_all(Told(), book, later(BOOT, 100)) == [
        TimerStarted("a", 200, None, None, 5, None).event(),
        TimerStarted("b", 201, None, None, 5, None).event(),
        TimerUpdated("b", False, 201).event(),
        TimerCancelled("c").event(),
        TimerFinished("d").event(),
    ]


class Telling(RuleBasedStateMachine):
    """A hub's book, and a satellite's own timers beyond a network that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.now, self.told = Book(), BOOT, Told()
        self.connected = True
        self.alarm = self.new_alarm()
        self.rings: set[str] = set()
        self.confirmed: set[str] = set()  # that shall ring
        self.rung: list[str] = []
        self.count = 0

    def new_alarm(self) -> Alarm:
        return Alarm(1e9, lambda: self.now.mono, lambda: None)

    @precondition(lambda self: self.connected)
    @rule(length_s=st.integers(1, 600))
    def start(self, length_s: int) -> None:
        self.count += 1
        self.book.start(timer(str(self.count), length_s, self.now))
        self.confirmed.add(str(self.count))
        self.settle()

    @precondition(lambda self: self.book.going)
    @rule(data=st.data(), change=st.sampled_from(["pause", "add", "cancel"]))
    def change(self, data: st.DataObject, change: str) -> None:
        """From here or from another room."""
        one: Timer = data.draw(st.sampled_from(self.book.going))
        if not self.connected and one.left(self.now) <= 60:
            return  # rings on its own before it hears of this
        if change == "cancel":
            self.book.cancel(one.id, self.now)
            self.confirmed.discard(one.id)
        elif change == "add":
            self.book.add(one.id, 30, self.now)
        elif one.state is State.RUNS:
            self.book.pause(one.id, self.now)
        else:
            self.book.resume(one.id, self.now)
        if not self.connected:
            self.connect()
        self.settle()

    @rule(seconds=st.integers(0, 100))
    def go(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now = later(self.now, 1)
            self.settle()

    @rule()
    def lose_connection(self) -> None:
        self.connected = False

    @rule()
    def connect(self) -> None:
        self.connected, self.told = True, Told()
        self.settle()

    @rule()
    def restart_hub(self) -> None:
        kept, self.book = self.book.kept(self.now), Book()
        self.book.restore(kept, self.now)
        self.connect()

    @precondition(lambda self: not any(one.over for one in self.book.of("kitchen")))
    @rule()
    def restart_satellite(self) -> None:
        """It forgets what rang, so a hub that was away all the while would make it ring again."""
        kept = self.alarm.kept()
        self.alarm = self.new_alarm()
        self.alarm.restore(*kept)
        self.connect()

    @rule()
    def somebody_stops_it(self) -> None:
        self.alarm.stop()
        self.rings = set()

    def settle(self) -> None:
        self.book.tick(self.now)
        if self.connected:
            for event in told_all(self.told, self.book, self.now):
                self.alarm.received("hub", event)
        self.alarm.tick()
        ringing = {one.id for one in self.alarm.kept()[1]}
        self.rung += sorted(ringing - self.rings)
        self.rings = ringing

    @invariant()
    def every_confirmed_timer_rings_once_and_no_other(self) -> None:
        going = {one.id for one in self.book.going}
        assert sorted(self.rung) == sorted(self.confirmed - going)

    @invariant()
    def the_satellite_counts_as_the_hub_does(self) -> None:
        left = {one.id: one.left_s for one in self.alarm.kept()[0]}
        assert left == {one.id: one.left(self.now) for one in self.book.going}


TestTelling = Telling.TestCase
