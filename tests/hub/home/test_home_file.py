"""Laws of a home's file: what it describes is there, and what is wrong with it is said with file, thing and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.loading import SettingsError
from hub.home.domains import DOMAINS
from hub.home.home import Area, Floor
from hub.home.homefile import HomePlan, entity_ids, read_home

SHIPPED = Path(__file__).parents[3] / "config" / "home.toml"
RECORDED = Path(__file__).parents[3].parent / "shared" / "audio" / "commands-home.toml"


def home(tmp_path: Path, text: str) -> HomePlan:
    path = tmp_path / "home.toml"
    path.write_text(text, encoding="utf-8")
    return read_home(path)


def test_the_home_that_ships_has_what_its_demo_speaks_of() -> None:
    plan = read_home(SHIPPED)
    assert [area.name for area in plan.areas] == ["Kitchen", "Living Room", "Bedroom", "Office", "Hall"]
    names = {thing.name for thing in plan.things}
    assert names >= {"Kitchen Lights", "Bed Light", "Front Door", "TV", "Outdoor Temperature", "Shopping List"}
    assert {thing.domain for thing in plan.things} == DOMAINS.keys() - {"binary_sensor"}


@pytest.mark.skipif(not RECORDED.exists(), reason="needs ../shared/audio/commands-home.toml")
def test_the_home_of_the_recordings_is_read_as_it_is() -> None:
    plan = read_home(RECORDED)
    written = tomllib.loads(RECORDED.read_text(encoding="utf-8"))
    assert [area.name for area in plan.areas] == written["areas"]
    assert [(one.name, one.domain) for one in plan.things] == [
        (one["name"], one["domain"]) for one in written["things"]
    ]


def test_things_start_at_rest_and_support_all_that_their_domain_may(tmp_path: Path) -> None:
    things = home(tmp_path, "\n".join(f'[[things]]\nname = "It"\ndomain = "{domain}"' for domain in DOMAINS)).things
    for thing in things:
        kind = DOMAINS[thing.domain]
        assert thing.state == (kind.states[0] if kind.states else "0" if thing.domain == "todo" else "unknown")
        assert thing.supports == kind.supports


@pytest.mark.parametrize(
    ("text", "state", "attributes"),
    [
        ('domain = "light"\nstate = "on"\nattributes = { brightness = 128 }', "on", {"brightness": 128}),
        ('domain = "sensor"\nstate = 20.0\nunit = "°C"', "20", {"unit_of_measurement": "°C"}),
        ('domain = "sensor"\nstate = 11.5', "11.5", {}),
        (
            'domain = "cover"\nclass = "blind"\nstate = "open"',
            "open",
            {"device_class": "blind", "current_position": 100},
        ),
        ('domain = "cover"\nattributes = { current_position = 30 }', "open", {"current_position": 30}),
        ('domain = "fan"\nstate = "on"', "on", {"percentage": 100}),
        ('domain = "todo"\nitems = ["Milk"]', "1", {"items": {"Milk": "needs_action"}}),
    ],
)
def test_a_thing_stands_as_it_is_written(tmp_path: Path, text: str, state: str, attributes: dict[str, object]) -> None:
    (thing,) = home(tmp_path, f'[[things]]\nname = "It"\n{text}').things
    assert (thing.state, thing.attributes) == (state, attributes)


def test_the_number_of_a_thermostat_is_what_it_measures(tmp_path: Path) -> None:
    (thing,) = home(tmp_path, '[[things]]\nname = "It"\ndomain = "climate"\nstate = 21').things
    assert thing.state == "heat"
    assert thing.attributes["current_temperature"] == 21


def test_areas_and_things_keep_their_other_names(tmp_path: Path) -> None:
    plan = home(
        tmp_path,
        'areas = ["Hall", { name = "Lounge", aliases = ["Den"] }]\n'
        '[[things]]\nname = "It"\ndomain = "light"\narea = "Lounge"\naliases = ["That"]\nsupports = []',
    )
    assert plan.areas == (Area("Hall"), Area("Lounge", ("Den",)))
    assert (plan.things[0].area, plan.things[0].aliases, plan.things[0].supports) == ("Lounge", ("That",), frozenset())


def test_areas_are_on_floors_that_the_file_has(tmp_path: Path) -> None:
    inline = 'floors = ["Upstairs", { name = "Ground Floor", aliases = ["Downstairs"] }]\n'
    tables = '[[floors]]\nname = "Upstairs"\n[[floors]]\nname = "Ground Floor"\naliases = ["Downstairs"]\n'
    areas = 'areas = ["Hall", { name = "Attic", aliases = ["Loft"], floor = "Upstairs" }]\n'
    plan = home(tmp_path, inline + areas)
    assert plan.floors == (Floor("Upstairs"), Floor("Ground Floor", ("Downstairs",)))
    assert plan.areas == (Area("Hall"), Area("Attic", ("Loft",), "Upstairs"))
    assert home(tmp_path, areas + tables) == plan


LIGHT = '[[things]]\nname = "Lamp"\ndomain = "light"\n'
SCENE = '[[things]]\nname = "Dusk"\ndomain = "scene"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("areas = 3", "areas: expected array, got int"),
        ("rooms = []", "rooms: there is no such key"),
        ("floors = [3]", "floors: expected str | object, got int"),
        ("floors = [{ aliases = ['Up'] }]", "floors: object missing required field name"),
        ("areas = [{ name = 'Hall', floor = 'Up' }]", "area Hall: floor: expected none here, got 'Up'"),
        (
            "floors = ['Down']\nareas = [{ name = 'Hall', floor = 'Up' }]",
            "area Hall: floor: expected one of Down, got 'Up'",
        ),
        ("[[things]]\nname = 3\ndomain = 'light'", "thing 1 (3): name: expected str, got int"),
        ("[[things]]\nname = ' '\ndomain = 'light'", "thing 1 ( ): name: "),
        ("[[things]]\ndomain = 'light'", "thing 1 (without a name): settings: object missing required field name"),
        (LIGHT + '[[things]]\nname = "Tap"\ndomain = "tap"', "thing 2 (Tap): domain: expected one of binary_sensor, "),
        (LIGHT + 'colour = "red"', "thing 1 (Lamp): colour: there is no such key"),
        (LIGHT + 'area = "Attic"', "thing 1 (Lamp): area: expected none here, got 'Attic'"),
        ('areas = ["Hall"]\n' + LIGHT + 'area = "Attic"', "area: expected one of Hall, got 'Attic'"),
        (LIGHT + 'state = "dim"', "state: expected one of off, on, got 'dim'"),
        (LIGHT + "state = true", "state: expected"),
        (LIGHT + 'supports = ["colour"]', "supports: expected one of brightness, color, color_temp, got 'colour'"),
        (LIGHT + "attributes = { brightness = 500 }", "(Lamp): attributes: brightness: expected int <= 255"),
        (LIGHT + "attributes = { brightnes = 5 }", "brightnes: there is no such key; did you mean brightness?"),
        (LIGHT + 'items = ["Milk"]', "attributes: items: there is no such key"),
        ('[[things]]\nname = "It"\ndomain = "cover"\nclass = "blinds"', "class: expected one of awning, blind, "),
        ('[[things]]\nname = "It"\ndomain = "sensor"\nstate = nan', "state: expected a number or a word, got nan"),
        (LIGHT + 'actions = [{ service = "light.turn_on", thing = "Lamp" }]', "only scenes and scripts have them"),
        (LIGHT + SCENE + 'actions = [{ service = "light.turn_on", thing = "Lump" }]', "expected the name of one thing"),
        (
            LIGHT + LIGHT + SCENE + 'actions = [{ service = "light.turn_on", thing = "Lamp" }]',
            "expected the name of one",
        ),
        (SCENE + 'actions = [{ service = "scene.turn_on", thing = "Dusk" }]', "expected the name of one thing"),
        (LIGHT + SCENE + 'actions = [{ service = "lock.lock", thing = "Lamp" }]', "lock.lock: Lamp cannot do lock"),
        (
            LIGHT
            + SCENE
            + 'actions = [{ service = "light.turn_on", thing = "Lamp", data = { brightness_pct = 200 } }]',
            "light.turn_on: Lamp cannot do turn on so",
        ),
        ("things = [", "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_thing_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        home(tmp_path, text)
    assert said in str(wrong.value)
    assert str(wrong.value).startswith(str(tmp_path / "home.toml"))


def test_a_home_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_home(tmp_path / "nowhere.toml")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 300) | st.floats(allow_nan=False) | st.text("abc{}[]<>| ", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "items", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
KEYS = [
    "name",
    "domain",
    "class",
    "area",
    "aliases",
    "supports",
    "state",
    "unit",
    "attributes",
    "items",
    "actions",
    "x",
]


@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6),
    st.sampled_from(sorted(DOMAINS)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_written_is_a_home_or_a_settings_error(
    tmp_path: Path, table: dict[str, object], domain: str
) -> None:
    written = {"name": "It", "domain": domain} | {key: value for key, value in table.items() if value is not None}
    try:
        plan = home(tmp_path, "[[things]]\n" + "\n".join(f"{key} = {toml(value)}" for key, value in written.items()))
    except SettingsError:
        return
    kind = DOMAINS[plan.things[0].domain]
    assert kind.settle(plan.things[0]) == plan.things[0]


def toml(value: object) -> str:
    """A value as TOML writes it; what TOML has not is a word."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str | None) else repr(value)


@given(st.lists(st.tuples(st.sampled_from(["light", "cover"]), st.text(max_size=8)), max_size=8))
def test_every_thing_has_an_id_of_its_own_in_home_assistants_letters(named: list[tuple[str, str]]) -> None:
    ids = list(entity_ids(named))
    assert len(set(ids)) == len(named)
    assert all(re.fullmatch(r"(light|cover)\.[a-z0-9]+(_[a-z0-9]+)*", one) for one in ids)


def test_ids_are_the_names_in_small_letters() -> None:
    named = [
        ("light", "Bed Light"),
        ("light", "Küche (links)"),
        ("light", "Dad's"),
        ("light", "bed light"),
        ("fan", "灯"),
    ]
    ids = ["light.bed_light", "light.kuche_links", "light.dad_s", "light.bed_light_2", "fan.unknown"]
    assert list(entity_ids(named)) == ids
