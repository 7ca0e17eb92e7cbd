"""Laws of the intents' table: what a test expects is compared slot by slot, and what Hark lacks is listed apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.intent_home import MANY, crowd
from bench.intent_outcomes import lacking, table, understand
from bench.intent_tests import HERE, Case, TestsError, read_cases
from bench.intents import lines, main, report
from hub.home.home import Area, Floor, Thing
from hub.home.homefile import HomePlan
from hub.llm.match import Match

SCHEMAS = """
HassTurnOn:
  supported: true
  slot_combinations:
    name_only:
      slots: [name]
    domain_only:
      slots: [domain]
      context_area: true
      inferred_domains: {required: [light], optional: [fan]}
    floor_domain:
      slots: [floor, domain]
HassTimerStatus:
  slot_combinations:
    default:
      slots: []
HassVacuumStart:
  slot_combinations:
    name_only:
      slots: [name]
"""

TESTS = {
    "HassTurnOn/name_only": """
language: en
areas: [{name: Attic}]
entities:
  - {name: Disco Ball, domain: light, area: Attic, state: "off"}
  - {name: Hidden Ball, domain: light, is_exposed: false}
tests:
  - sentences: [turn on the disco ball, disco ball on please]
    slots: {name: Disco Ball}
    response: "Turned on the light"
  - sentences: [turn on the hidden ball]
    slots: {name: Hidden Ball}
    response: "Turned on the light"
""",
    "HassTurnOn/domain_only": """
areas: [{name: Attic, context_area: true}]
tests:
  - sentences: [turn on the lights]
    response: "Turned on the lights"
""",
    "HassTurnOn/floor_domain": """
floors: [{name: Upstairs}]
areas: [{name: Loft, floor: Upstairs}, {name: Cellar, floor: Down}]
tests:
  - sentences: [turn on the lights upstairs]
    slots: {floor: Upstairs, domain: light}
    response: "Turned on the lights"
""",
    "HassTimerStatus/default": """
tests:
  - sentences: [timer status]
    timers: [{name: tea, start_minutes: 3, total_seconds_left: 120}]
    response: "3 minutes left."
""",
    "HassVacuumStart/name_only": """
entities: [{name: Dusty, domain: vacuum}]
tests:
  - sentences: [start dusty]
    slots: {name: Dusty}
    response: "Started"
""",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of a handful of sentences, made up here."""
    (tmp_path / "intents.yaml").write_text(SCHEMAS)
    for name, text in TESTS.items():
        path = tmp_path / "tests" / "en" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def said(checkout: Path, sentence: str) -> Case:
    return next(case for case in read_cases(checkout, "en") if case.sentence == sentence)


def test_every_sentence_is_said_in_the_home_of_its_file(checkout: Path) -> None:
    case = said(checkout, "turn on the disco ball")
    assert (case.intent, case.combination, case.slots) == ("HassTurnOn", "name_only", {"name": "Disco Ball"})
    assert [(thing.name, thing.area) for thing in case.home.things] == [("Disco Ball", "Attic")]
    assert ([area.name for area in case.home.areas], case.area) == ([HERE, "Attic"], HERE)


def test_a_home_has_the_floors_of_its_file_and_of_its_areas(checkout: Path) -> None:
    home = said(checkout, "turn on the lights upstairs").home
    assert home.floors == (Floor("Upstairs"), Floor("Down"))
    assert {area.name: area.floor for area in home.areas} == {HERE: None, "Loft": "Upstairs", "Cellar": "Down"}


def test_what_a_test_leaves_out_is_what_the_schema_says(checkout: Path) -> None:
    case = said(checkout, "turn on the lights")
    assert (case.area, case.slots) == ("Attic", {"domain": ["light", "fan"], "area": "Attic"})


CASE = Case("HassLightSet", "x", "?", {"area": "Attic", "brightness": 50}, "", HomePlan((), (), {}), HERE)


@pytest.mark.parametrize(
    ("intent", "slots", "right"),
    [
        ("HassLightSet", {"area": "Attic", "brightness": 50.0}, True),
        ("HassLightSet", {"area": "Attic", "brightness": 15.0}, False),
        ("HassLightSet", {"area": "Cellar", "brightness": 50.0}, False),
        ("HassLightSet", {"area": "Attic"}, False),
        ("HassLightSet", {"area": "Attic", "brightness": 50.0, "domain": "light"}, False),
        ("HassTurnOn", {"area": "Attic", "brightness": 50.0}, False),
    ],
)
def test_only_the_same_intent_with_the_same_slots_is_right(intent: str, slots: dict[str, object], right: bool) -> None:
    assert CASE.expects(Match(intent, "default", slots)) is right


def test_one_of_several_values_is_right_and_the_domain_of_what_is_named_needs_no_mention() -> None:
    case = replace(CASE, slots={"name": "Ball", "device_class": ["blind", "shade"]})
    for kind, right in (("blind", True), ("door", False)):
        slots = {"name": "Ball", "device_class": kind, "domain": "cover"}
        assert case.expects(Match(case.intent, "default", slots)) is right


def test_right_and_wrong_are_counted_by_intent_and_the_wrong_ones_told(checkout: Path) -> None:
    found = report(read_cases(checkout, "en"), "en")
    assert (found["sentences"], found["supported"], found["right"]) == (7, 6, 5)
    counts = [("sentences", 5), ("right", 4), ("wrong", 1), ("same reply", 2), ("other reply", 0), ("not compared", 3)]
    assert found["intents"]["HassTurnOn"] == dict(counts)
    assert found["wrong"] == ["HassTurnOn name_only: 'turn on the hidden ball' was heard as nothing"]
    assert found["other replies"] == ["'2 minutes left.', not '3 minutes left.'"]
    assert all(one in lines(found) for one in (*found["wrong"], *found["other replies"]))


def test_what_is_not_supported_is_listed_with_the_reason(checkout: Path) -> None:
    assert lacking(said(checkout, "turn on the lights upstairs")) == ""
    assert lacking(said(checkout, "start dusty")) == "nothing is done for this intent"
    assert lacking(said(checkout, "timer status")) == ""
    assert lacking(replace(CASE, intent="HassStartTimer", slots={"conversation_command": "?"})) != ""


def test_a_crowd_is_all_homes_as_one_with_made_up_things(checkout: Path) -> None:
    home = crowd(read_cases(checkout, "en"))
    assert len(home.things) == len({thing.entity_id for thing in home.things}) == MANY
    assert {thing.name for thing in home.things} >= {"Disco Ball", "Dusty"}
    assert {area.name for area in home.areas} == {"Attic", "Loft", "Cellar", HERE}
    assert {thing.area for thing in home.things[2:]} == {area.name for area in home.areas}


def test_in_another_home_another_thing_may_be_meant() -> None:
    case = replace(CASE, intent="HassTurnOn", sentence="turn on the lights", slots={"area": HERE, "domain": "light"})
    home = HomePlan((Area(HERE),), (Thing("switch.lights", "Lights", "switch", "off"),), {})
    alone, among = understand([case], "en"), understand([case], "en", home)
    assert [one.right for one in (*alone, *among)] == [True, False]
    assert table(among)["HassTurnOn"]["wrong"] == 1


def test_the_figures_are_json_and_the_report_is_printed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = json.loads(json.dumps(report(read_cases(checkout, "en"), "en")))
    assert figures["share"] == 5 / 6
    assert 0 < figures["call_ms"]["least"] <= figures["call_ms"]["p95"]
    assert main([str(checkout)]) == 0
    assert "5 of 6 supported sentences are right" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("intents.yaml", "HassTurnOn: 5", "intents.yaml"),
        ("intents.yaml", "HassTurnOn: {slot_combinations: {}}", "HassTimerStatus"),
        ("tests/en/HassTurnOn/name_only.yaml", "tests: [", "name_only.yaml"),
        ("tests/en/HassTurnOn/name_only.yaml", "tests: [{sentences: 5}]", "name_only.yaml"),
    ],
)
def test_a_checkout_that_cannot_be_read_is_refused_with_the_file(
    checkout: Path, path: str, text: str, named: str
) -> None:
    (checkout / path).write_text(text)
    with pytest.raises(TestsError, match=named):
        read_cases(checkout, "en")


@pytest.mark.parametrize("language", ["tlh", "fr"])
def test_a_language_without_tests_is_refused(checkout: Path, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(checkout), "--language", language]) == 1
    assert f"tests/{language}" in capsys.readouterr().err
