"""Laws of timers, on two clocks that a test turns by hand."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from satellite.timers.timers import LONGEST_S, MOST, Key, Now, Timers

EGGS: Key = ("hub", "eggs")
BOOT = Now(100.0, 1_700_000_000.0)


@dataclass
class Clocks:
    """Monotonic and wall clock."""

    now: Now = BOOT

    def go(self, seconds: float) -> Now:
        """Both go on."""
        self.now = Now(self.now.mono + seconds, self.now.wall + seconds)
        return self.now


def test_a_timer_rings_when_its_time_is_over_and_once() -> None:
    clocks, timers = Clocks(), Timers()
    timers.start(EGGS, "eggs", 300, True, clocks.now)
    assert not timers.tick(clocks.go(299))
    assert timers.tick(clocks.go(1))
    assert timers.ringing == {EGGS: "eggs"}
    assert not timers.tick(clocks.go(1))


def test_the_controllers_own_finished_does_not_ring_a_timer_that_was_stopped() -> None:
    clocks, timers = Clocks(), Timers()
    timers.start(EGGS, "", 5, True, clocks.now)
    timers.tick(clocks.go(5))
    timers.stop()
    timers.finish(EGGS)
    timers.start(EGGS, "", 0, True, clocks.now)
    assert not timers.tick(clocks.go(10))
    assert timers.ringing == {}


def test_a_timer_that_nobody_here_has_heard_of_rings_when_its_controller_says_so() -> None:
    timers = Timers()
    timers.finish(EGGS)
    assert EGGS in timers.ringing


def test_a_paused_timer_keeps_what_is_left_and_goes_on_from_there() -> None:
    clocks, timers = Clocks(), Timers()
    timers.start(EGGS, "", 300, True, clocks.now)
    timers.start(EGGS, "", 200, False, clocks.go(100))
    assert not timers.tick(clocks.go(10_000))
    timers.start(EGGS, "", 200, True, clocks.now)
    assert not timers.tick(clocks.go(199))
    assert timers.tick(clocks.go(1))


def test_a_changed_timer_rings_at_its_new_time_under_its_name() -> None:
    clocks, timers = Clocks(), Timers()
    timers.start(EGGS, "eggs", 300, True, clocks.now)
    timers.start(EGGS, "", 600, True, clocks.go(100))
    assert not timers.tick(clocks.go(599))
    assert timers.tick(clocks.go(1))
    assert timers.ringing == {EGGS: "eggs"}


def test_a_cancelled_timer_does_not_ring_and_stops_ringing() -> None:
    clocks, timers = Clocks(), Timers()
    timers.start(EGGS, "", 5, True, clocks.now)
    timers.cancel(EGGS)
    assert not timers.tick(clocks.go(10))
    timers.start(("hub", "tea"), "", 5, True, clocks.now)
    timers.tick(clocks.go(5))
    timers.cancel(("hub", "tea"))
    assert timers.ringing == {}


def test_two_controllers_may_use_the_same_id() -> None:
    clocks, timers = Clocks(), Timers()
    timers.start(("hub", "1"), "", 10, True, clocks.now)
    timers.start(("192.168.1.2", "1"), "", 20, True, clocks.now)
    timers.cancel(("hub", "1"))
    assert timers.tick(clocks.go(20))


@given(st.floats(-1e9, 1e9))
def test_a_wall_clock_that_jumps_moves_no_timer(jump: float) -> None:
    timers = Timers()
    timers.start(EGGS, "", 300, True, BOOT)
    assert not timers.tick(Now(BOOT.mono + 299, BOOT.wall + jump))
    assert timers.tick(Now(BOOT.mono + 300, BOOT.wall + jump))


def restarted(timers: Timers, stopped: Now, booted: Now) -> Timers:
    """The timers after a restart."""
    after = Timers()
    after.restore(timers.kept(stopped), [], timers.over, booted)
    return after


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_after_a_restart_the_time_that_it_took_is_counted(left_s: float, away_s: float) -> None:
    timers = Timers()
    timers.start(EGGS, "", left_s, True, BOOT)
    after = restarted(timers, BOOT, Now(1.0, BOOT.wall + away_s))
    rest_s = max(0.0, left_s - away_s)
    assert after.tick(Now(1.0 + rest_s + 0.01, BOOT.wall + away_s + rest_s + 0.01))


@given(st.floats(1, 1e6), st.floats(-1e9, 0))
def test_after_a_restart_with_a_clock_that_is_not_set_a_timer_rings_late_rather_than_never(
    left_s: float, behind_s: float
) -> None:
    timers = Timers()
    timers.start(EGGS, "", left_s, True, BOOT)
    booted = Now(1.0, max(0.0, BOOT.wall + behind_s))
    after = restarted(timers, BOOT, booted)
    assert after.tick(Now(booted.mono + left_s + 0.01, booted.wall + left_s + 0.01))


def test_a_paused_timer_outlives_a_restart_as_it_was() -> None:
    timers = Timers()
    timers.start(EGGS, "eggs", 60, False, BOOT)
    after = restarted(timers, BOOT, Now(1.0, BOOT.wall + 1e6))
    assert not after.tick(Now(1e6, BOOT.wall + 2e6))
    assert [timer.left_s for timer in after.kept(BOOT)] == [60]


class AnyOrder(RuleBasedStateMachine):
    """Whatever comes, the number of timers stays bounded and nothing rings that was cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.clocks, self.timers = Clocks(), Timers()

    @rule(number=st.integers(0, 2 * MOST), left_s=st.floats(-10, 1e9), runs=st.booleans())
    def start(self, number: int, left_s: float, runs: bool) -> None:
        self.timers.start(("hub", str(number)), "", left_s, runs, self.clocks.now)

    @rule(number=st.integers(0, 2 * MOST))
    def finish(self, number: int) -> None:
        self.timers.finish(("hub", str(number)))

    @rule(number=st.integers(0, 2 * MOST))
    def cancel(self, number: int) -> None:
        key = ("hub", str(number))
        self.timers.cancel(key)
        assert key not in self.timers.ringing

    @rule(seconds=st.floats(0, 1e5))
    def wait(self, seconds: float) -> None:
        self.timers.tick(self.clocks.go(seconds))

    @rule()
    def stop(self) -> None:
        self.timers.stop()
        assert self.timers.ringing == {}

    @invariant()
    def bounded(self) -> None:
        kept = self.timers.kept(self.clocks.now)
        assert len(kept) <= MOST
        assert len(self.timers.ringing) <= MOST
        assert all(0 <= timer.left_s <= LONGEST_S for timer in kept)


def test_more_finished_timers_than_anybody_has_do_not_fill_the_memory() -> None:
    timers = Timers()
    for number in range(10 * MOST):
        timers.finish(("hub", str(number)))
    assert len(timers.ringing) == MOST


TestAnyOrder = AnyOrder.TestCase
