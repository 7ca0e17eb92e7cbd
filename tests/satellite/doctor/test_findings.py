"""Laws of the doctor's checks: each finding that is not well says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import assignment, build, read
from config.satellite import SatelliteSettings
from satellite.doctor.findings import CHECKS, EXTRAS, Clock, Facts, Finding, Level, Papers, devices, microphone, wake
from satellite.doctor.meter import WIDTH, Levels, bar
from satellite.hearing.wake import Rule
from satellite.panel.actions import Status
from tests.settings import SATELLITE_TOML
from wire.pcm import SPEECH

FRAME = SPEECH.bytes(0.02)
RULES = {"alexa": Rule(0.5, 1, 2.0)}
LED = Status("idle", False, 70, False, "hub 192.168.1.5", "")


PAPERS = Papers(names=("hark-test",), days_left=300)


def told(*assignments: str) -> SatelliteSettings:
    return build(SatelliteSettings, [read(SATELLITE_TOML), *[assignment(text) for text in assignments]])


WELL = Facts(
    settings=told("listen.host=0.0.0.0", 'controllers.hub=["192.168.1.5"]', "discovery.id=hark-test"),
    python=(3, 12),
    versions={"hark": "0.1.0", **dict.fromkeys(EXTRAS, "1.0")},
    status=LED,
    locked=False,
    port_taken=True,
    clock=Clock(True, 12.3, -4.5),
)


def test_a_satellite_that_is_well_has_no_findings_but_good_ones() -> None:
    assert {name: check(WELL).level for name, check in CHECKS.items()} == dict.fromkeys(CHECKS, Level.OK)


@pytest.mark.parametrize(
    ("check", "facts", "level", "words"),
    [
        ("versions", replace(WELL, versions={"hark": "0.1.0"}), Level.BAD, "pip install 'hark[satellite]'"),
        ("versions", replace(WELL, python=(3, 14)), Level.WARNING, "3.13"),
        ("versions", replace(WELL, python=(3, 10)), Level.WARNING, "3.11"),
        ("network", replace(WELL, settings=told("listen.host=0.0.0.0")), Level.WARNING, "controllers.hub"),
        ("network", replace(WELL, settings=told()), Level.OK, "this machine alone"),
        ("discovery", replace(WELL, settings=told()), Level.OK, "by hand"),
        ("controller", replace(WELL, status=replace(LED, controller="")), Level.WARNING, "--satellite HOST:10700"),
        ("controller", replace(WELL, status=None), Level.BAD, "stop that program"),
        ("controller", replace(WELL, status=None, locked=True), Level.WARNING, "its group"),
        ("controller", replace(WELL, status=None, port_taken=False), Level.OK, "is free"),
        ("certificate", WELL, Level.OK, "unencrypted"),
        ("certificate", replace(WELL, papers=PAPERS), Level.OK, "of hark-test, for 300 days more"),
        ("certificate", replace(WELL, papers=replace(PAPERS, names=("x",))), Level.WARNING, "issue it for hark-test"),
        ("certificate", replace(WELL, papers=replace(PAPERS, trouble="it ends; renew it")), Level.WARNING, "renew it"),
        ("certificate", replace(WELL, papers=Papers(trouble="it ended; renew it", valid=False)), Level.BAD, "renew it"),
        ("certificate", replace(WELL, papers=Papers(broken="key: all can read it; mend it")), Level.BAD, "mend it"),
        ("muted", replace(WELL, status=replace(LED, muted=True)), Level.WARNING, "unmute"),
        ("muted", replace(WELL, status=None), Level.OK, "no satellite runs"),
        ("muted", replace(WELL, status=None, locked=True), Level.WARNING, "use sudo"),
        ("clock", replace(WELL, clock=Clock(False)), Level.WARNING, "timedatectl set-ntp true"),
        ("clock", replace(WELL, clock=Clock(None)), Level.WARNING, "timedatectl"),
    ],
)
def test_what_is_not_well_is_told_with_its_remedy(check: str, facts: Facts, level: Level, words: str) -> None:
    finding = CHECKS[check](facts)
    assert finding.level is level
    assert words in f"{finding.text} {finding.remedy}"
    assert bool(finding.remedy) == (level is not Level.OK)


@pytest.mark.parametrize(
    ("setting", "package"),
    [
        ("microphone.device=USB", "pyaudio"),
        ("wake.engine=pymicro-wakeword", "pymicro-wakeword"),
        ("listen.host=0.0.0.0", "zeroconf"),
    ],
)
def test_only_the_engines_that_the_settings_name_are_missed(setting: str, package: str) -> None:
    versions = {**WELL.versions, package: None}
    assert CHECKS["versions"](replace(WELL, settings=told(), versions=versions)).level is Level.OK
    finding = CHECKS["versions"](replace(WELL, settings=told(setting), versions=versions))
    assert (finding.level, finding.text) == (Level.BAD, f"not installed: {package}")


def heard(*frames: bytes) -> Finding:
    levels = Levels()
    for frame in frames:
        levels.push(frame)
    return microphone(levels)


ROOM = b"\x20\x00" * (FRAME // 2)
VOICE = b"\x00\x10" * (FRAME // 2)
CLIPPED = b"\x00\x80" * (FRAME // 2)


@pytest.mark.parametrize(
    ("frames", "level", "words"),
    [
        ([], Level.BAD, "no sound at all"),
        ([bytes(FRAME)] * 50, Level.BAD, "digital silence"),
        ([ROOM] * 50, Level.OK, "-60 dBFS in 1 s"),
        ([b"\x03\x00" * (FRAME // 2)] * 50, Level.WARNING, "very quiet"),
        ([ROOM, VOICE] * 25, Level.OK, "from -60 to -18 dBFS"),
        ([VOICE, CLIPPED] * 25, Level.WARNING, "overdriven"),
        ([VOICE] * 99 + [CLIPPED], Level.OK, "0 dBFS"),
    ],
)
def test_a_microphone_is_judged_by_its_levels(frames: list[bytes], level: Level, words: str) -> None:
    finding = heard(*frames)
    assert finding.level is level
    assert words in finding.text
    assert bool(finding.remedy) == (level is not Level.OK)


@pytest.mark.parametrize(
    ("best", "words"), [({"alexa": 0.51}, "alexa 0.51 (heard)"), ({"alexa": 0.02}, "alexa 0.02 (of 0.5)")]
)
def test_each_wake_word_is_told_with_its_highest_score(best: Mapping[str, float], words: str) -> None:
    assert words in wake(best, RULES).text


def test_no_score_at_all_is_a_warning() -> None:
    assert wake({}, RULES).level is Level.WARNING


def test_no_device_is_a_warning() -> None:
    assert devices(["USB Audio"], ["HDMI"]).level is Level.OK
    assert "speaker.device" in devices(["USB Audio"], []).remedy


@given(st.lists(st.binary(max_size=100)))
def test_the_meter_shows_one_line_of_one_width_for_any_sound(frames: list[bytes]) -> None:
    levels = Levels()
    for frame in frames:
        levels.push(frame[: len(frame) // 2 * 2])
    line = bar(levels, {"alexa": 0.5})
    assert "\n" not in line
    assert line.count("█") + line.count("░") == WIDTH
    assert levels.quietest_dbfs <= 0
    assert levels.frames == len(frames)


def test_a_finding_becomes_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Finding(Level.BAD, "a", "b"))) == {
        "level": "bad",
        "text": "a",
        "remedy": "b",
    }
