"""Laws of the book of timers, on two clocks that a test turns by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.home.home import HomeError
from hub.timers.book import LONGEST_S, LONGEST_TEXT, MOST, MOST_OF_ALL, PAUSED_S, SETTLED_S, UNTOLD_S, Book
from hub.timers.timer import Now, State, Timer

BOOT = Now(100.0, 1_700_000_000.0)


def later(now: Now, seconds: float) -> Now:
    return Now(now.mono + seconds, now.wall + seconds)


def timer(timer_id: str, length_s: int = 300, at: Now = BOOT, satellite: str = "kitchen", name: str = "") -> Timer:
    return Timer(timer_id, satellite, "Kitchen", name, length_s, length_s, at)


def book_of(*timers: Timer) -> Book:
    book = Book()
    for one in timers:
        book.start(one)
    return book


def states(book: Book) -> dict[str, State]:
    return {one.id: one.state for one in book.of("kitchen")}


class Timekeeping(RuleBasedStateMachine):
    """A book that is used, and restarted, beside a model that only subtracts."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.now = Book(), BOOT
        self.left: dict[str, float] = {}
        self.paused: set[str] = set()
        self.count = 0

    @rule(length_s=st.integers(1, LONGEST_S))
    def start(self, length_s: int) -> None:
        self.count += 1
        self.book.start(timer(str(self.count), length_s, self.now))
        self.left[str(self.count)] = length_s

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def pause_or_resume(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(sorted(self.left)))
        if one in self.paused:
            self.book.resume(one, self.now)
        else:
            self.book.pause(one, self.now)
        self.paused ^= {one}

    @precondition(lambda self: self.left)
    @rule(data=st.data(), seconds=st.integers(-1000, 1000))
    def add(self, data: st.DataObject, seconds: int) -> None:
        one = data.draw(st.sampled_from(sorted(self.left)))
        if self.left[one] + seconds > LONGEST_S - 1:
            return
        self.book.add(one, seconds, self.now)
        self.left[one] = max(0.0, self.left[one] + seconds)
        self.paused -= {one} if self.left[one] == 0 else set()
        self.finish()

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(sorted(self.left)))
        self.book.cancel(one, self.now)
        del self.left[one]
        self.paused.discard(one)

    @rule(seconds=st.integers(0, 5000))
    def go(self, seconds: int) -> None:
        self.pass_s(later(self.now, seconds), seconds)

    @rule(seconds=st.integers(0, 5000), mono=st.floats(0, 1e6))
    def restart(self, seconds: int, mono: float) -> None:
        kept = self.book.kept(self.now)
        self.book = Book()
        after = Now(mono, self.now.wall + seconds)
        self.book.restore(kept, after)
        self.pass_s(after, seconds)

    def pass_s(self, now: Now, seconds: int) -> None:
        self.now = now
        for one in self.left.keys() - self.paused:
            self.left[one] = max(0.0, self.left[one] - seconds)
        self.finish()

    def finish(self) -> None:
        self.book.tick(self.now)
        self.left = {one: left for one, left in self.left.items() if left > 0}

    @invariant()
    def as_the_model_says(self) -> None:
        going = {one.id: one for one in self.book.going}
        assert {one: going[one].left(self.now) for one in going} == pytest.approx(self.left, abs=1e-3)
        assert {one for one in going if going[one].state is State.PAUSED} == self.paused


TestTimekeeping = Timekeeping.TestCase


@given(st.lists(st.floats(0, 1000), max_size=20), st.floats(-1e9, 1e9))
def test_what_is_left_never_grows_by_itself_whatever_becomes_of_the_wall_clock(steps: list[float], jump: float) -> None:
    one, now, before = timer("eggs", 3000), BOOT, 3000.0
    for step in steps:
        now = Now(now.mono + step, now.wall + step + jump)
        assert 0 <= one.left(now) <= before
        before = one.left(now)


def test_after_a_boot_without_a_clock_a_timer_is_late_rather_than_silent() -> None:
    book = book_of(timer("eggs", 300))
    kept, book = book.kept(later(BOOT, 100)), Book()
    book.restore(kept, Now(5.0, 0.0))
    assert not book.tick(Now(204.0, 199.0))
    assert book.tick(Now(205.0, 200.0))


def test_a_clock_that_is_set_after_boot_ends_what_is_due() -> None:
    book = book_of(timer("eggs", 300))
    kept, book = book.kept(later(BOOT, 100)), Book()
    book.restore(kept, Now(5.0, 0.0))
    assert book.tick(Now(6.0, BOOT.wall + 300.0))
    assert states(book) == {"eggs": State.FINISHED}


@pytest.mark.parametrize("change", ["cancel", "pause", "resume", "add"])
@pytest.mark.parametrize("became", ["unknown", "due", "over"])
def test_nothing_can_be_done_about_what_is_over(change: str, became: str) -> None:
    book, now = book_of(timer("eggs")), later(BOOT, 0 if became == "unknown" else 300)
    if became == "over":
        book.tick(now)
    more = (60,) if change == "add" else ()
    with pytest.raises(HomeError, match="over already"):
        getattr(book, change)("tea" if became == "unknown" else "eggs", *more, now)


def test_a_timer_with_nothing_left_is_due_though_it_was_paused() -> None:
    book = book_of(timer("eggs"))
    book.pause("eggs", BOOT)
    book.add("eggs", -300, BOOT)
    book.tick(BOOT)
    assert states(book) == {"eggs": State.FINISHED}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (timer("eggs", 0), "needs a time"),
        (timer("eggs", LONGEST_S + 1), "seven days"),
        (timer("eggs", name="e" * (LONGEST_TEXT + 1)), "too long"),
    ],
)
def test_what_no_satellite_would_take_is_refused_in_words(one: Timer, reason: str) -> None:
    with pytest.raises(HomeError, match=reason):
        Book().start(one)


def test_no_timer_grows_beyond_the_longest() -> None:
    book = book_of(timer("eggs", LONGEST_S))
    with pytest.raises(HomeError, match="seven days"):
        book.add("eggs", 1, BOOT)


def test_a_satellite_has_room_for_so_many_and_another_for_its_own() -> None:
    book = book_of(*(timer(str(number)) for number in range(MOST)))
    with pytest.raises(HomeError, match="too many"):
        book.start(timer("eggs"))
    book.start(timer("eggs", satellite="bedroom"))


def test_a_full_book_forgets_the_oldest_end_and_nothing_that_goes() -> None:
    going = [timer(str(number), satellite=str(number % 100)) for number in range(MOST_OF_ALL)]
    book = book_of(*going)
    with pytest.raises(HomeError, match="too many"):
        book.start(timer("eggs"))
    book.cancel("7", BOOT)
    book.cancel("8", later(BOOT, 1))
    book.start(timer("eggs"))
    assert (book.of("7")[0].id, book.of("8")[0].state) == ("107", State.CANCELLED)


def test_an_end_waits_a_day_for_a_satellite_that_is_away() -> None:
    book = book_of(timer("eggs", 300), timer("tea", 400))
    book.cancel("tea", later(BOOT, 300))
    book.tick(later(BOOT, 300))
    book.tick(later(BOOT, 299 + UNTOLD_S))
    assert states(book) == {"eggs": State.FINISHED, "tea": State.CANCELLED}
    book.tick(later(BOOT, 300 + UNTOLD_S))
    assert states(book) == {}


def test_an_end_is_told_once_and_a_cancellation_until_the_connection_has_proved_good() -> None:
    book = book_of(timer("eggs", 300), timer("tea", 400))
    now = later(BOOT, 300)
    book.cancel("tea", now)
    book.tick(now)
    both = book.of("kitchen")
    assert [book.told(one, now) for one in both] == [True, True]
    assert [book.told(one, now) for one in both] == [False, False]
    assert book.kept(now) == []
    assert states(book) == {"tea": State.CANCELLED}
    book.tick(later(now, SETTLED_S))
    assert states(book) == {}


def test_to_be_told_of_a_timer_that_goes_ends_nothing() -> None:
    book = book_of(timer("eggs"))
    assert not book.told(book.going[0], BOOT)
    book.tick(later(BOOT, SETTLED_S))
    assert states(book) == {"eggs": State.RUNS}


def test_what_was_paused_for_a_week_is_cancelled_restart_or_not() -> None:
    book = book_of(timer("eggs"))
    book.pause("eggs", BOOT)
    kept, book = book.kept(later(BOOT, PAUSED_S / 2)), Book()
    book.restore(kept, later(BOOT, PAUSED_S / 2))
    assert not book.tick(later(BOOT, PAUSED_S - 1))
    assert book.tick(later(BOOT, PAUSED_S))
    assert states(book) == {"eggs": State.CANCELLED}


def test_the_next_look_is_at_the_first_that_runs_out() -> None:
    book = book_of(timer("eggs", 300), timer("tea", 200))
    assert book.next_s(later(BOOT, 50)) == 150
    book.pause("tea", later(BOOT, 50))
    assert book.next_s(later(BOOT, 50)) == 250
    book.pause("eggs", later(BOOT, 50))
    assert book.next_s(later(BOOT, 50)) is None
