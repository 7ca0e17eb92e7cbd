"""Laws of what `hark-satellite status` tells, asked of a real control socket."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from config.loading import assignment, build, read
from config.satellite import SatelliteSettings
from config.tls import Tls
from satellite.doctor.status import NotRunning, tell
from tests.certificates import DAY, NOW, Authority
from tests.satellite.panel.test_control import IDLE, FakeControlled, controlling
from tests.settings import SATELLITE_TOML


def settings_of(path: Path, tls: Tls | None = None) -> SatelliteSettings:
    files = msgspec.structs.asdict(tls) if tls else {}
    chosen = [assignment(f"tls.{key}={file}") for key, file in files.items()]
    return build(SatelliteSettings, [read(SATELLITE_TOML), assignment(f"control.socket={path}"), *chosen])


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
    assert seen["certificate"] is None
    assert seen["version"]


def test_with_tls_it_tells_how_long_the_certificate_is_good_and_what_is_wrong_with_it() -> None:
    async def run(path: Path, tls: Tls) -> str:
        async with controlling(path, FakeControlled()):
            return await asyncio.to_thread(tell, settings_of(path, tls))

    with TemporaryDirectory(prefix="hark") as short:
        authority = Authority(Path(short) / "authority")
        issued = authority.issue("hark-0123456789ab", ends=NOW + 100.5 * DAY)
        good = json.loads(asyncio.run(run(Path(short) / "satellite.sock", authority.tls(issued))))["certificate"]
        authority.revoke(issued)
        bad = json.loads(asyncio.run(run(Path(short) / "satellite.sock", authority.tls(issued))))["certificate"]
    assert (good["valid"], good["days_left"], good["trouble"]) == (True, 100, "")
    assert (bad["valid"], "is revoked" in bad["trouble"]) == (False, True)


def test_where_no_satellite_runs_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="start it"):
        tell(settings_of(tmp_path / "nobody.sock"))
