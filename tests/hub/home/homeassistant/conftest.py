"""The token that a fake Home Assistant lets in, as settings name one."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.secret import Secret
from tests.hub.home.homeassistant.fake_home_assistant import TOKEN, put


@pytest.fixture
def token(tmp_path: Path) -> Secret:
    made = Secret(file=str(tmp_path / "token"))
    put(made, f"{TOKEN}\n")
    return made
