"""Laws of what `hark-satellite status` tells, asked of a real control socket."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.loading import assignment, build, read
from config.satellite import SatelliteSettings
from satellite.doctor.status import NotRunning, tell
from tests.satellite.panel.test_control import IDLE, FakeControlled, controlling
from tests.settings import SATELLITE_TOML


def settings_of(path: Path) -> SatelliteSettings:
    return build(SatelliteSettings, [read(SATELLITE_TOML), assignment(f"control.socket={path}")])


def test_the_status_is_one_line_with_the_name_the_release_and_all_that_lights_see() -> None:
    async def run(path: Path) -> str:
        async with controlling(path, FakeControlled()):
            return await asyncio.to_thread(tell, settings_of(path))

    with TemporaryDirectory(prefix="hark") as short:  # a socket's path is at most 107 bytes
        told = asyncio.run(run(Path(short) / "satellite.sock"))
    assert "\n" not in told
    seen = json.loads(told)
    assert (seen["name"], seen["phase"], seen["controller"]) == ("satellite", "idle", IDLE.controller)
    assert seen["woken"] == 0.0
    assert seen["version"]


def test_where_no_satellite_runs_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="start it"):
        tell(settings_of(tmp_path / "nobody.sock"))
