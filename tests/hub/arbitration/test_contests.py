"""Laws of who answers, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hub import ArbitrationSettings
from hub.arbitration.contests import AS_SURE, MOST, REMEMBERED_S, Claim, Contests, best

SETTINGS = ArbitrationSettings(wait_ms=120, louder_db=3.0, same_s=1.0)
WAIT_S = SETTINGS.wait_ms / 1000
WORD = "hey_jarvis"

SCORES = st.floats(0.5, 1.0)
LEVELS = st.floats(-60.0, 0.0)
DELAYS = st.floats(0.0, SETTINGS.same_s / 2)  # of a word's hearing among satellites, and on its way to the hub


@dataclass
class Hub:
    """Contests, and what became of each satellite's claim: whether it answers, and when that was said."""

    satellites: Sequence[int] = ()
    contests: Contests = field(default_factory=lambda: Contests(SETTINGS))
    verdicts: dict[int, tuple[float, bool]] = field(default_factory=dict)
    dues: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contests.satellites.update(self.satellites)

    def claim(self, claim: Claim, now: float) -> None:
        self.pass_to(now)
        self.dues.append(now + WAIT_S)
        self._note(self.contests.claim(claim, now), now)

    def pass_to(self, now: float) -> None:
        """What a timer for each claim does meanwhile."""
        for due in sorted(due for due in self.dues if due <= now):
            self._note(self.contests.due(due), due)
        self.dues = [due for due in self.dues if due > now]

    def all_wait(self) -> None:
        self.pass_to(float("inf"))

    def _note(self, verdicts: object, now: float) -> None:
        assert isinstance(verdicts, dict)
        for satellite, answers in verdicts.items():
            self.verdicts[satellite] = (now, answers)

    @property
    def answering(self) -> list[int]:
        return [satellite for satellite, (_, answers) in self.verdicts.items() if answers]


@st.composite
def utterances(draw: st.DrawFn) -> list[tuple[float, Claim]]:
    """What up to eight satellites claim for one wake word, each with the time at which it comes, in that order."""
    claims = []
    for satellite in range(draw(st.integers(1, 8))):
        heard = draw(DELAYS)
        came = heard + draw(DELAYS)
        claims.append((came, Claim(satellite, WORD, heard, draw(SCORES), draw(LEVELS))))
    return sorted(claims, key=lambda one: one[0])


def claim(satellite: int = 1, heard: float = 0.0, level: float = -30.0, score: float = 0.9, word: str = WORD) -> Claim:
    return Claim(satellite, word, heard, score, level)


@given(utterances(), st.integers(0, 4))
def test_exactly_one_answers_whoever_hears_it_and_whenever_they_say_so(
    claims: list[tuple[float, Claim]], others: int
) -> None:
    hub = Hub(range(len(claims) + others))
    for came, one in claims:
        hub.claim(one, came)
    hub.all_wait()
    assert len(hub.answering) == 1
    assert len(hub.verdicts) == len(claims)


@given(utterances(), st.integers(0, 4))
def test_nobody_waits_longer_than_the_settings_say(claims: list[tuple[float, Claim]], others: int) -> None:
    hub = Hub(range(len(claims) + others))
    for came, one in claims:
        hub.claim(one, came)
    hub.all_wait()
    for came, one in claims:
        assert isinstance(one.satellite, int)
        assert hub.verdicts[one.satellite][0] <= came + WAIT_S


@given(utterances())
def test_who_answers_is_the_best_of_those_that_claimed_in_time(claims: list[tuple[float, Claim]]) -> None:
    hub = Hub(range(9))
    for came, one in claims:
        hub.claim(one, came)
    hub.all_wait()
    in_time = [one for came, one in claims if came < claims[0][0] + WAIT_S]
    assert hub.answering == [best(in_time, SETTINGS.louder_db).satellite]


@given(utterances(), st.data())
def test_the_order_in_which_claims_come_does_not_matter(claims: list[tuple[float, Claim]], data: st.DataObject) -> None:
    told = [replace(one, heard=one.heard + index / 1e3) for index, (_, one) in enumerate(claims)]  # no two at once
    assert best(data.draw(st.permutations(told)), SETTINGS.louder_db) == best(told, SETTINGS.louder_db)


@given(utterances())
def test_the_loudest_answers_where_it_is_clearly_louder_and_as_sure(claims: list[tuple[float, Claim]]) -> None:
    loud = claim(99, heard=2.0, level=0.0, score=1.0)
    quiet = [replace(one, level=min(one.level, -SETTINGS.louder_db)) for _, one in claims]
    assert best([*quiet, loud], SETTINGS.louder_db) == loud


@given(utterances())
def test_the_first_answers_where_nobody_is_clearly_louder(claims: list[tuple[float, Claim]]) -> None:
    alike = [replace(one, level=max(one.level, -30.0) / 30.0 * 2.9) for _, one in claims]
    assert best(alike, SETTINGS.louder_db).heard == min(one.heard for one in alike)


def test_a_loud_clatter_that_is_hardly_the_word_does_not_answer() -> None:
    first, clatter = claim(1, level=-40.0, score=0.95), claim(2, heard=0.1, level=-10.0, score=0.9 - AS_SURE)
    assert best([first, clatter], SETTINGS.louder_db) == first


def test_one_satellite_does_not_wait() -> None:
    hub = Hub([1])
    hub.claim(claim(1), now=5.0)
    assert hub.verdicts == {1: (5.0, True)}


def test_the_decision_comes_with_the_last_claim_that_can_come() -> None:
    hub = Hub([1, 2])
    hub.claim(claim(1), now=0.0)
    hub.claim(claim(2, level=-20.0), now=0.03)
    assert hub.verdicts == {1: (0.03, False), 2: (0.03, True)}


def test_a_claim_after_the_decision_has_lost_however_loud() -> None:
    hub = Hub([1, 2, 3])
    hub.claim(claim(1), now=0.0)
    hub.claim(claim(2, heard=0.2, level=0.0), now=0.3)
    assert hub.verdicts == {1: (WAIT_S, True), 2: (0.3, False)}


@given(st.floats(0.0, REMEMBERED_S - 1.0))
def test_a_claim_that_was_held_up_on_its_way_has_lost_too(late_s: float) -> None:
    hub = Hub([1, 2])
    hub.claim(claim(1), now=0.0)
    hub.all_wait()
    hub.claim(claim(2, heard=0.1), now=WAIT_S + late_s)
    assert hub.answering == [1]


def test_the_same_word_said_again_later_is_another() -> None:
    hub = Hub([1, 2])
    hub.claim(claim(1), now=0.0)
    hub.all_wait()
    hub.claim(claim(2, heard=1.2), now=1.2)
    hub.pass_to(2.0)
    assert hub.answering == [1, 2]


@pytest.mark.parametrize(
    ("word", "other", "both"), [("hey_jarvis", "alexa", True), ("hey_jarvis", "Hey Jarvis", False)]
)
def test_only_the_same_wake_word_competes(word: str, other: str, both: bool) -> None:
    hub = Hub([1, 2, 3])
    hub.claim(claim(1, word=word), now=0.0)
    hub.claim(claim(2, word=other), now=0.01)
    hub.all_wait()
    assert hub.answering == ([1, 2] if both else [1])


def test_one_that_goes_before_the_decision_is_out_of_it() -> None:
    hub = Hub([1, 2, 3])
    hub.claim(claim(1, level=0.0), now=0.0)
    hub.claim(claim(2, level=-50.0), now=0.01)
    hub.contests.leave(1)
    hub.all_wait()
    assert hub.answering == [2]


def test_a_claim_that_is_withdrawn_leaves_no_contest() -> None:
    hub = Hub([1, 2, 3])
    hub.claim(claim(1, level=0.0), now=0.0)
    hub.contests.withdraw(1)
    hub.claim(claim(2, level=-50.0), now=0.1)
    hub.all_wait()
    assert hub.verdicts == {2: (0.1 + WAIT_S, True)}


def test_where_the_one_that_was_to_answer_is_gone_the_next_that_claims_does() -> None:
    hub = Hub([1, 2, 3])
    hub.claim(claim(1), now=0.0)
    hub.pass_to(0.2)
    hub.contests.leave(1)
    hub.claim(claim(2), now=0.3)
    hub.claim(claim(3), now=0.31)
    assert hub.verdicts == {1: (WAIT_S, True), 2: (0.3, True), 3: (0.31, False)}


def test_a_satellite_that_says_its_words_again_is_not_kept_from_answering_by_itself() -> None:
    hub = Hub([1, 2])
    hub.claim(claim(1), now=0.0)
    hub.all_wait()
    hub.claim(claim(1), now=4.0)
    assert hub.verdicts[1] == (4.0, True)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 3), st.floats(0, 0.05)), max_size=40))
def test_a_satellite_that_claims_again_and_again_costs_the_others_nothing(flood: list[tuple[str, int, float]]) -> None:
    hub = Hub([1, 2, 3, 4])
    hub.claim(claim(4, word="computer"), now=0.0)
    now = 0.0
    for word, satellite, later in flood:
        now += later
        hub.claim(claim(satellite, heard=now, word=word), now)
    hub.all_wait()
    assert hub.verdicts[4] == (WAIT_S, True)


def test_what_is_remembered_is_bounded() -> None:
    hub = Hub([1])
    for number in range(2 * MOST):
        hub.claim(claim(1, word=f"word {number}"), now=0.0)
    assert len(hub.contests._contests) <= MOST + 1
    hub.claim(claim(1, heard=2 * REMEMBERED_S), now=2 * REMEMBERED_S)
    assert len(hub.contests._contests) == 1
