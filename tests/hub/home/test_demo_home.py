"""Laws of the demo home: an action is done whole or not at all, and is seen in the things afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.home.demo import DemoHome
from hub.home.home import Action, Home, HomeError
from hub.home.homefile import read_home

HOME = """
areas = ["Den"]

[[things]]
name = "Lamp"
domain = "light"
area = "Den"

[[things]]
name = "TV"
domain = "media_player"

[[things]]
name = "Cinema"
domain = "scene"
actions = [
    { service = "light.turn_on", thing = "Lamp", data = { brightness_pct = 20 } },
    { service = "media_player.media_pause", thing = "TV" },
]
"""


@pytest.fixture
def home(tmp_path: Path) -> DemoHome:
    path = tmp_path / "home.toml"
    path.write_text(HOME)
    return DemoHome.load(path)


def states(home: Home) -> dict[str, str]:
    return {thing.entity_id: thing.state for thing in home.things}


def act(home: Home, service: str, entity_id: str, **data: object) -> None:
    asyncio.run(home.act(Action(service, entity_id, data)))


def test_what_is_done_is_seen_and_the_rest_stays(home: DemoHome) -> None:
    before = states(home)
    act(home, "light.turn_on", "light.lamp")
    assert states(home) == {**before, "light.lamp": "on"}
    assert [thing.name for thing in home.things] == ["Lamp", "TV", "Cinema"]


def test_things_that_were_looked_at_do_not_change_behind_ones_back(home: DemoHome) -> None:
    before = home.things
    act(home, "light.turn_on", "light.lamp")
    assert before[0].state == "off"


@pytest.mark.parametrize(
    ("service", "entity_id"),
    [("light.turn_on", "light.lump"), ("lock.lock", "light.lamp"), ("media_player.media_pause", "media_player.tv")],
)
def test_what_is_refused_changes_nothing(home: DemoHome, service: str, entity_id: str) -> None:
    before = home.things
    with pytest.raises(HomeError):
        act(home, service, entity_id)
    assert home.things == before


def test_a_scene_does_what_it_is_made_of(home: DemoHome) -> None:
    act(home, "media_player.turn_on", "media_player.tv")
    act(home, "scene.turn_on", "scene.cinema")
    assert states(home) == {"light.lamp": "on", "media_player.tv": "paused", "scene.cinema": "unknown"}
    assert home.things[0].attributes["brightness"] == 51


def test_a_scene_of_which_a_part_is_refused_does_nothing(home: DemoHome) -> None:
    before = home.things
    with pytest.raises(HomeError, match="TV is not playing"):
        act(home, "scene.turn_on", "scene.cinema")
    assert home.things == before


def test_every_scene_and_script_of_the_home_that_ships_can_be_run() -> None:
    path = Path(__file__).parents[3] / "config" / "home.toml"
    for entity_id, steps in read_home(path).routines.items():
        if steps:
            home = DemoHome.load(path)
            before = home.things
            act(home, f"{entity_id.partition('.')[0]}.turn_on", entity_id)
            assert home.things != before
