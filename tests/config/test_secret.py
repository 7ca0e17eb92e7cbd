"""Laws of secrets: found where the settings say, told nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.hub import HubSettings
from config.loading import SettingsError, build, one, read
from config.secret import Secret, SecretError
from tests.settings import HUB_TOML

VALUE = "gsk_not-for-any-log"


def test_a_secret_is_read_from_its_file_and_shown_in_no_form(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{VALUE}\n")
    settings = build(HubSettings, [read(HUB_TOML), one("llm.groq.key", {"file": str(file)}, "house.toml")])
    assert settings.llm.groq.key.read() == VALUE
    assert VALUE not in f"{settings} {settings!r} {settings.llm.groq.key} {settings.llm.groq.key!r}"


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARK_TEST_KEY", VALUE)
    assert Secret(env="HARK_TEST_KEY").read() == VALUE


@pytest.mark.parametrize("secret", [Secret(), Secret(env="HARK_NO_SUCH_KEY"), Secret(file="/nowhere/key")])
def test_a_missing_secret_names_its_place(secret: Secret) -> None:
    with pytest.raises(SecretError) as error:
        secret.read()
    assert secret.env in str(error.value)
    assert secret.file in str(error.value)


def test_a_file_that_is_no_secret_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"x" * 5000)
    with pytest.raises(SecretError, match="more than 4096 bytes"):
        Secret(file=str(file)).read()


def test_a_secret_written_into_the_settings_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError) as error:
        build(HubSettings, [read(HUB_TOML), one("llm.groq.key", VALUE, "house.toml")])
    assert "llm.groq.key" in str(error.value)
    assert VALUE not in str(error.value)


def test_a_new_place_replaces_the_old_one(tmp_path: Path) -> None:
    settings = build(HubSettings, [read(HUB_TOML), one("llm.groq.key", {"file": "key"}, "house.toml")])
    assert settings.llm.groq.key == Secret(file="key")
