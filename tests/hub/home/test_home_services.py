"""Laws of the services: whatever is done to a thing, it stands as a thing of its domain can."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home import todo
from hub.home.attributes import Player, plain, read
from hub.home.changes import VOLUME_STEP
from hub.home.domains import DOMAINS
from hub.home.home import Action, HomeError, Thing
from hub.home.services import SERVICES, perform

DATA: dict[str, st.SearchStrategy[object]] = {
    "brightness_pct": st.integers(-1, 101),
    "color_name": st.sampled_from(["red", "white", "mauve", ""]),
    "color_temp_kelvin": st.integers(900, 11_000),
    "position": st.integers(-1, 101),
    "percentage": st.integers(-1, 101),
    "temperature": st.floats(-10, 50),
    "volume_level": st.floats(-0.1, 1.1),
    "is_volume_muted": st.booleans(),
    "item": st.sampled_from(["milk", "Milk", "two eggs", "", "{{ 7*7 }}"]),
    "status": st.sampled_from(["needs_action", "completed", "lost"]),
}


def thing(domain: str, *supports: str) -> Thing:
    """A thing at rest, supporting all that its domain may unless told otherwise."""
    kind = DOMAINS[domain]
    able = frozenset(supports) if supports else kind.supports
    state = kind.states[0] if kind.states else "unknown"
    attributes = plain(kind.attributes())
    return kind.settle(Thing(f"{domain}.it", "It", domain, state, attributes=attributes, supports=able))


def action(service: str, **data: object) -> Action:
    return Action(service, f"{service.partition('.')[0]}.it", data)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    """Any service with data that mostly suits it."""
    service = draw(st.sampled_from(sorted(SERVICES)))
    fields = [field.name for field in msgspec.structs.fields(SERVICES[service].data)] + ["nonsense"]
    chosen = draw(st.lists(st.sampled_from(fields), unique=True))
    return action(service, **{name: draw(DATA.get(name, st.none())) for name in chosen})


@given(st.sampled_from(sorted(DOMAINS)), st.lists(actions(), max_size=12))
def test_a_thing_stands_as_its_domain_can_whatever_is_done(domain: str, asked: list[Action]) -> None:
    one = thing(domain)
    for each in asked:
        try:
            one = perform(one, each)
        except HomeError:
            continue
        kind = DOMAINS[domain]
        assert not kind.states or one.state in kind.states
        assert plain(read(one, kind.attributes)) == one.attributes
        assert kind.settle(one) == one
        assert (one.entity_id, one.name, one.supports) == (f"{domain}.it", "It", thing(domain).supports)


@given(actions())
def test_a_service_is_for_its_own_domain_alone(asked: Action) -> None:
    other = thing("sensor")
    with pytest.raises(HomeError):
        perform(other, asked)


@pytest.mark.parametrize(
    ("service", "data", "state", "attributes"),
    [
        ("light.turn_on", {}, "on", {}),
        ("light.turn_on", {"brightness_pct": 100}, "on", {"brightness": 255}),
        ("light.turn_on", {"brightness_pct": 1}, "on", {"brightness": 3}),
        ("light.turn_on", {"brightness_pct": 0}, "off", {}),
        ("light.turn_on", {"color_name": "orange"}, "on", {"rgb_color": (255, 165, 0)}),
        ("light.turn_on", {"color_temp_kelvin": 2700}, "on", {"color_temp_kelvin": 2700}),
        ("switch.turn_on", {}, "on", {}),
        ("lock.unlock", {}, "unlocked", {}),
        ("cover.open_cover", {}, "open", {"current_position": 100}),
        ("cover.set_cover_position", {"position": 0}, "closed", {"current_position": 0}),
        ("fan.turn_on", {"percentage": 30}, "on", {"percentage": 30}),
        ("fan.turn_on", {}, "on", {"percentage": 100}),
        ("climate.set_temperature", {"temperature": 21.5}, "heat", {"temperature": 21.5}),
        ("climate.turn_off", {}, "off", {}),
        ("media_player.media_play", {}, "playing", {}),
        ("media_player.volume_set", {"volume_level": 0.25}, "off", {"volume_level": 0.25}),
        ("media_player.volume_mute", {"is_volume_muted": True}, "off", {"is_volume_muted": True}),
    ],
)
def test_a_service_leaves_the_state_that_it_names(
    service: str, data: dict[str, object], state: str, attributes: dict[str, object]
) -> None:
    before = thing(service.partition(".")[0])
    after = perform(before, action(service, **data))
    assert after.state == state
    assert after.attributes == {**before.attributes, **attributes}


@pytest.mark.parametrize(
    ("service", "data", "said"),
    [
        ("light.turn_on", {"brightness_pct": 101}, "It cannot do turn on so"),
        ("light.turn_on", {"brightness_pct": "half"}, "It cannot do turn on so"),
        ("light.turn_on", {"effect": "disco"}, "It cannot do turn on so"),
        ("light.turn_on", {"color_name": "mauve"}, "does not know that color"),
        ("light.explode", {}, "It cannot do explode"),
        ("light", {}, "It cannot do that"),
        ("climate.set_temperature", {"temperature": 60.0}, "from 7 to 35 degrees"),
        ("climate.set_temperature", {"temperature": float("nan")}, "from 7 to 35 degrees"),
        ("climate.set_temperature", {}, "It cannot do set temperature so"),
        ("media_player.media_pause", {}, "is not playing"),
        ("media_player.media_next_track", {}, "is not playing"),
        ("todo.remove_item", {"item": "milk"}, "Milk is not on the It"),
        ("todo.update_item", {"item": "milk", "status": "lost"}, "It cannot do update item so"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(service: str, data: dict[str, object], said: str) -> None:
    with pytest.raises(HomeError) as refused:
        perform(thing(service.partition(".")[0]), action(service, **data))
    assert said in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("service", "data", "lacking"),
    [
        ("light.turn_on", {"color_name": "red"}, "color"),
        ("light.turn_on", {"color_temp_kelvin": 2700}, "color temp"),
        ("cover.set_cover_position", {"position": 50}, "position"),
        ("fan.turn_on", {"percentage": 50}, "percentage"),
    ],
)
def test_what_a_thing_does_not_support_is_refused(service: str, data: dict[str, object], lacking: str) -> None:
    with pytest.raises(HomeError, match=f"does not support {lacking}"):
        perform(thing(service.partition(".")[0], "nothing of the kind"), action(service, **data))


def test_a_colour_ends_a_shade_of_white_and_the_other_way_round() -> None:
    white = perform(thing("light"), action("light.turn_on", color_temp_kelvin=2700))
    red = perform(white, action("light.turn_on", color_name="red"))
    assert "color_temp_kelvin" not in red.attributes
    assert "rgb_color" not in perform(red, action("light.turn_on", color_temp_kelvin=2700)).attributes


def test_a_light_shines_as_before_when_it_comes_on_again() -> None:
    dim = perform(thing("light"), action("light.turn_on", brightness_pct=20))
    again = perform(perform(dim, action("light.turn_off")), action("light.turn_on"))
    assert again == dim


@given(st.lists(st.sampled_from(["up", "down"]), max_size=30))
def test_volume_steps_go_no_further_than_silent_and_full(steps: list[str]) -> None:
    player, level = thing("media_player"), 0.5
    for step in steps:
        player = perform(player, action(f"media_player.volume_{step}"))
        level = min(1.0, max(0.0, level + (VOLUME_STEP if step == "up" else -VOLUME_STEP)))
        assert read(player, Player).volume_level == pytest.approx(level)


ITEMS = st.lists(st.text("abcABC ", min_size=1, max_size=3), max_size=6)


@given(ITEMS, st.text("abcABC ", min_size=1, max_size=3))
def test_an_item_is_on_the_list_once_however_it_is_written(before: list[str], item: str) -> None:
    shopping = thing("todo")
    for each in (*before, item, item.swapcase()):
        shopping = perform(shopping, action("todo.add_item", item=each))
    held = [name.casefold() for name in todo.items(shopping)]
    assert sorted(held) == sorted({each.casefold() for each in (*before, item)})
    assert shopping.state == str(len(held))


@given(ITEMS)
def test_what_is_done_counts_no_more_until_it_is_wanted_again(items: list[str]) -> None:
    shopping = thing("todo")
    for each in items:
        shopping = perform(shopping, action("todo.add_item", item=each))
    for name in todo.items(shopping):
        done = perform(shopping, action("todo.update_item", item=name.swapcase(), status="completed"))
        assert int(done.state) == int(shopping.state) - 1
        assert perform(done, action("todo.add_item", item=name)) == shopping
        assert perform(done, action("todo.remove_item", item=name)).state == done.state


def test_a_list_says_when_it_is_full() -> None:
    full = todo.holding(thing("todo"), {f"item {number}": todo.OPEN for number in range(todo.LONGEST)})
    with pytest.raises(HomeError, match="full"):
        perform(full, action("todo.add_item", item="one more"))
