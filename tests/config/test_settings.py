"""Laws of the settings: documented whole, checked as a whole, and each error names file, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.command_line import profiles
from config.hub import HubSettings
from config.loading import Layer, SettingsError, assignment, build, one, read
from config.parts import host_and_port, is_among
from config.satellite import SatelliteSettings
from tests.settings import HUB_TOML, SATELLITE_TOML

KINDS: dict[str, tuple[type[HubSettings] | type[SatelliteSettings], Path]] = {
    "hub": (HubSettings, HUB_TOML),
    "satellite": (SatelliteSettings, SATELLITE_TOML),
}


def refusal(kind: type[msgspec.Struct], file: Path, *layers: Layer) -> str:
    with pytest.raises(SettingsError) as error:
        build(kind, [read(file), *layers])
    return str(error.value)


def keys(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Every key of a file as `part.key`, however deep, and its value."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


@pytest.mark.parametrize("program", KINDS)
def test_the_shipped_file_holds_every_key_and_no_other(program: str) -> None:
    kind, file = KINDS[program]
    build(kind, [read(file)])


@pytest.mark.parametrize("program", KINDS)
def test_every_key_of_the_shipped_file_is_documented(program: str) -> None:
    for line in KINDS[program][1].read_text().splitlines():
        key, equals, rest = line.partition("=")
        if equals and not key.lstrip().startswith("#"):
            assert "#" in rest, line


@pytest.mark.parametrize("program", KINDS)
def test_every_profile_fits(program: str) -> None:
    kind, file = KINDS[program]
    assert "embedded" in profiles(program)
    for name in profiles(program):
        build(kind, [read(file), read(file.parent / "profiles" / program / f"{name}.toml")])


@pytest.mark.parametrize("program", KINDS)
def test_every_number_says_what_it_must_be(program: str) -> None:
    kind, file = KINDS[program]
    for key, value in keys(tomllib.loads(file.read_text())):
        if isinstance(value, int | float):
            said = refusal(kind, file, one(key, "soon", "house.toml"))
            assert said.startswith(f"house.toml: {key}: expected")
            said = refusal(kind, file, one(key, -1_000_000, "house.toml"))
            assert said.startswith(f"house.toml: {key}: ")


def test_a_typo_is_answered_with_the_key_that_was_meant() -> None:
    said = refusal(HubSettings, HUB_TOML, one("endpoint.wait", 1, "house.toml"))
    assert said == "house.toml: endpoint.wait: there is no such key; did you mean wait_ms?"


def test_an_unknown_part_is_answered_with_those_that_are_known() -> None:
    said = refusal(SatelliteSettings, SATELLITE_TOML, one("zzz.key", 1, "house.toml"))
    assert said.startswith("house.toml: zzz: there is no such key; expected one of area, control, controllers")


@pytest.mark.parametrize(
    ("kind", "file", "key", "value"),
    [
        (HubSettings, HUB_TOML, "fleet.satellites", ["kitchen"]),
        (HubSettings, HUB_TOML, "fleet.networks", ["home"]),
        (HubSettings, HUB_TOML, "stt.engines", []),
        (HubSettings, HUB_TOML, "stt.engines", ["whisper", "whisper"]),
        (SatelliteSettings, SATELLITE_TOML, "controllers.hub", ["nobody"]),
        (SatelliteSettings, SATELLITE_TOML, "controllers.allow", ["192.168.1.0/99"]),
        (SatelliteSettings, SATELLITE_TOML, "microphone.device", "wav:"),
        (SatelliteSettings, SATELLITE_TOML, "speaker.device", "wav:"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_with_its_key(
    kind: type[msgspec.Struct], file: Path, key: str, value: object
) -> None:
    assert refusal(kind, file, one(key, value, "house.toml")).startswith(f"house.toml: {key}: expected ")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stt.engines", ["vosk"]),
        ("stt.whisper.device", "tpu"),
        ("stt.whisper.compute", "int4"),
        ("vad.engine", "webrtc"),
        ("endpoint.mode", "psychic"),
    ],
)
def test_a_choice_that_does_not_exist_is_told_with_its_key(key: str, value: object) -> None:
    assert refusal(HubSettings, HUB_TOML, one(key, value, "house.toml")).startswith(f"house.toml: {key}: ")


def test_later_layers_win_key_by_key() -> None:
    layers = [read(HUB_TOML), one("endpoint.wait_ms", 600, "file"), assignment("endpoint.wait_ms=700")]
    settings = build(HubSettings, layers)
    assert settings.endpoint.wait_ms == 700
    assert settings.endpoint.longest_s == 15.0


def test_quotes_may_be_left_out_on_the_command_line() -> None:
    assert assignment("name=kitchen hub").table == {"name": "kitchen hub"}
    assert assignment('wake.words=["alexa"]').table == {"wake": {"words": ["alexa"]}}


@given(st.text())
def test_any_assignment_is_a_layer_or_a_settings_error(text: str) -> None:
    said = ""
    try:
        assignment(text)
    except SettingsError as error:
        said = str(error)
    assert not said or "part.key=value" in said


@given(st.binary(max_size=300))
def test_any_file_is_a_layer_or_a_settings_error_that_names_it(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.toml"
        path.write_bytes(content)
        said = ""
        try:
            build(HubSettings, [read(HUB_TOML), read(path)])
        except SettingsError as error:
            said = str(error)
        assert not said or said.startswith(str(path))


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read(Path("nowhere/hub.toml"))


def test_settings_are_frozen() -> None:
    settings = build(HubSettings, [read(HUB_TOML)])
    with pytest.raises(AttributeError):
        settings.endpoint.wait_ms = 1  # type: ignore[misc]


@pytest.mark.parametrize("address", ["", "host", "host:", ":1", "host:0", "host:65536", "host:x"])
def test_an_address_that_cannot_be_dialled_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="expected host:port"):
        host_and_port(address)


def test_addresses_are_split_at_their_port() -> None:
    assert host_and_port("192.168.1.7:10700") == ("192.168.1.7", 10700)
    assert host_and_port("[::1]:10700") == ("::1", 10700)


def test_who_is_among_the_allowed() -> None:
    allowed = ("127.0.0.1", "192.168.1.0/24", "::1")
    assert is_among("192.168.1.77", allowed)
    assert is_among("::ffff:127.0.0.1", allowed)
    assert not is_among("192.168.2.1", allowed)
    assert not is_among("unknown", allowed)
