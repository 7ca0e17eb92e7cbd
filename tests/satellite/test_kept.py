"""Laws of what outlives a restart, on real files."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.kept import Keeper, Kept, KeptTimer, load, place, save

EGGS = KeptTimer("hub", "eggs", "eggs", 300.0, 1.7e9, True)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    kept = Kept(muted=True, volume=40, timers=(EGGS,), ringing=(EGGS,), over=(("hub", "tea"),))
    save(tmp_path / "made" / "state.json", kept)
    assert load(tmp_path / "made" / "state.json") == kept


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    save(tmp_path / "state.json", Kept())
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_without_a_file_everything_is_as_it_comes_from_the_box(tmp_path: Path) -> None:
    assert load(tmp_path / "state.json") == Kept()


@given(st.binary(max_size=200))
def test_any_bytes_are_put_aside_rather_than_lost(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("kept") / "state.json"
    path.write_bytes(data)
    assert load(path) == Kept()
    assert path.with_suffix(".broken").read_bytes() == data


@pytest.mark.parametrize(
    "text",
    ['{"volume": 101}', '{"timers": [{"id": "x"}]}', '{"muted": "yes"}', '{"volume": NaN}', "[" * 10_000],
)
def test_a_file_that_says_what_cannot_be_is_put_aside(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    assert load(path) == Kept()
    assert "put aside as state.broken" in caplog.text


def test_what_changed_last_is_written_even_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "state.json"

    async def scenario() -> None:
        keeper = Keeper(path)
        running = asyncio.create_task(keeper.run())
        await asyncio.sleep(0)
        for volume in range(101):
            keeper.keep(Kept(volume=volume))
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(scenario())
    assert load(path).volume == 100


def test_a_disk_that_cannot_be_written_is_said_once_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")

    async def scenario() -> None:
        keeper = Keeper(tmp_path / "file" / "state.json")
        running = asyncio.create_task(keeper.run())
        for volume in range(3):
            keeper.keep(Kept(volume=volume))
            await asyncio.sleep(0.05)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(scenario())
    assert caplog.text.count("cannot write") == 1


def test_without_a_path_nothing_is_kept() -> None:
    async def scenario() -> None:
        keeper = Keeper(None)
        assert keeper.load() == Kept()
        keeper.keep(Kept(volume=1))
        running = asyncio.create_task(keeper.run())
        await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(scenario())


def test_the_file_lies_where_the_service_manager_says_else_with_the_person() -> None:
    assert place("auto", {"STATE_DIRECTORY": "/var/lib/hark:/var/lib/other"}) == Path("/var/lib/hark/satellite.json")
    assert place("auto", {}) == Path.home() / ".local/state/hark/satellite.json"
    assert place("/srv/state.json", {"STATE_DIRECTORY": "/var/lib/hark"}) == Path("/srv/state.json")
    assert place("", {"STATE_DIRECTORY": "/var/lib/hark"}) is None
