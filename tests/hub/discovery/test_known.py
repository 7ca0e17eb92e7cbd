"""Laws of the table of satellites that were found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hub import Fleet
from hub.discovery.known import KEEP_S, MOST, MOST_ADDRESSES, MOST_TOLD, Known

KITCHEN, HALL, STRANGER = "hark-0123456789ab", "hall", "hark-ba9876543210"
HERE, THERE, OUTSIDE = "192.168.1.20:10700", "192.168.1.31:10700", "8.8.8.8:10700"
LISTED = "192.168.1.9:10700"

IDENTITIES = st.sampled_from([KITCHEN, HALL, STRANGER]) | st.text(max_size=50)
ADDRESSES = st.lists(st.sampled_from([HERE, THERE, OUTSIDE, LISTED, "[fd00::7]:10700"]) | st.text(max_size=30))
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("found"), IDENTITIES, ADDRESSES),
        st.tuples(st.just("gone"), IDENTITIES),
        st.tuples(st.just("connected"), IDENTITIES, st.booleans()),
        st.tuples(st.just("answers"), st.just(LISTED), st.none() | IDENTITIES),
        st.tuples(st.just("later"), st.floats(0, 2 * KEEP_S)),
    ),
    max_size=40,
)


def known(*adopt: str) -> Known:
    networks = ("192.168.0.0/16", "fc00::/7")
    return Known(Fleet(satellites=(LISTED,), adopt=adopt, networks=networks, longest_retry_s=10.0))


def told(table: Known, happenings: list[tuple[object, ...]]) -> float:
    """Tells the table all of them; returns when it is then."""
    now = 0.0
    for kind, *what in happenings:
        match kind, what:
            case "found", [str(identity), list(addresses)]:
                table.found(identity, addresses)
            case "gone", [str(identity)]:
                table.gone(identity, now)
            case "connected", [str(identity), bool(on)]:
                table.connected(identity, on)
            case "answers", [str(address), identity]:
                table.answers(address, identity)  # type: ignore[arg-type]
            case "later", [float(seconds)]:
                now += seconds
                table.led(now)
    return now


@given(HAPPENINGS)
def test_only_those_that_are_adopted_are_led_and_only_in_the_settings_networks(
    happenings: list[tuple[object, ...]],
) -> None:
    table = known(KITCHEN, HALL)
    led = table.led(told(table, happenings))
    assert led <= {KITCHEN, HALL}
    for identity in led:
        addresses = table.addresses(identity)
        assert 0 < len(addresses) <= MOST_ADDRESSES
        assert set(addresses) <= {HERE, THERE, "[fd00::7]:10700"}


@given(HAPPENINGS)
def test_nobody_is_led_twice(happenings: list[tuple[object, ...]]) -> None:
    table = known("*")
    now = told(table, happenings)
    table.answers(LISTED, KITCHEN)
    assert KITCHEN not in table.led(now)


@given(HAPPENINGS, st.lists(st.sampled_from([HERE, THERE]), min_size=1))
def test_whatever_happened_before_the_latest_announcement_counts(
    happenings: list[tuple[object, ...]], addresses: list[str]
) -> None:
    table = known(KITCHEN)
    now = told(table, happenings)
    table.answers(LISTED, None)
    assert table.found(KITCHEN, addresses)
    assert table.led(now) == {KITCHEN}
    assert table.addresses(KITCHEN) == tuple(addresses)[:MOST_ADDRESSES]


@given(st.lists(st.text("abcdef0123456789", min_size=12, max_size=12), min_size=2 * MOST, max_size=3 * MOST))
def test_strangers_without_number_leave_room_for_who_is_named(digits: list[str]) -> None:
    table = known("hark-*", HALL)
    for one in digits:
        table.found(f"hark-{one}", [HERE])
        table.worth_telling(f"hark-{one}x")
    table.found(HALL, [THERE])
    assert HALL in table.led(0.0)
    assert len(table.led(0.0)) <= MOST + 1
    assert not table.worth_telling(STRANGER) or len(set(digits)) < MOST_TOLD


def test_one_that_is_gone_is_dialled_for_an_hour_more_and_longer_while_it_answers() -> None:
    table = known(KITCHEN)
    table.found(KITCHEN, [HERE])
    table.gone(KITCHEN, 10.0)
    assert table.led(10.0 + KEEP_S - 1) == {KITCHEN}
    table.connected(KITCHEN, True)
    assert table.led(10.0 + 2 * KEEP_S) == {KITCHEN}
    table.connected(KITCHEN, False)
    assert table.led(10.0 + 2 * KEEP_S) == frozenset()
    assert table.addresses(KITCHEN) == ()
    table.found(KITCHEN, [THERE])
    assert table.led(10.0 + 2 * KEEP_S) == {KITCHEN}


def test_one_that_the_settings_name_by_address_is_led_there_alone() -> None:
    table = known(KITCHEN)
    table.found(KITCHEN, [LISTED])
    assert table.led(0.0) == frozenset()
    table.found(KITCHEN, [THERE])
    assert table.led(0.0) == {KITCHEN}


@pytest.mark.parametrize(
    ("adopt", "identity", "adopted"),
    [
        ((), KITCHEN, False),
        ((KITCHEN,), KITCHEN, True),
        ((KITCHEN,), STRANGER, False),
        (("hark-*",), STRANGER, True),
        (("hark-*",), HALL, False),
        (("*",), "Faster Whisper", False),
        (("*",), "hark-\u0000", False),
        (("*",), "", False),
    ],
)
def test_who_is_adopted(adopt: tuple[str, ...], identity: str, adopted: bool) -> None:
    assert known(*adopt).adopts(identity) is adopted
    assert known(*adopt).found(identity, [HERE]) is adopted


def test_a_satellite_that_is_passed_over_is_told_of_once_and_other_services_never() -> None:
    table = known()
    assert [table.worth_telling(STRANGER) for _ in range(3)] == [True, False, False]
    assert not table.worth_telling("faster-whisper")
