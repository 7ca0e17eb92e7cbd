"""Laws of what outlives a restart of a satellite, on real files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from satellite.kept import Keeper, Kept, KeptTimer

EGGS = KeptTimer("hub", "eggs", "eggs", 300.0, 1.7e9, True)


async def kept_one_by_one(keeper: Keeper, everything: list[Kept]) -> None:
    """To the end of the keeper's work."""
    running = asyncio.create_task(keeper.run())
    await asyncio.sleep(0)
    for kept in everything:
        keeper.keep(kept)
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])


def test_what_changed_last_is_written_even_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    last = Kept(muted=True, volume=40, timers=(EGGS,), ringing=(EGGS,), over=(("hub", "tea"),))
    asyncio.run(kept_one_by_one(Keeper(path), [*(Kept(volume=volume) for volume in range(101)), last]))
    assert Keeper(path).load() == last


@pytest.mark.parametrize(
    "text", ['{"volume": 101}', '{"timers": [{"id": "x"}]}', '{"muted": "yes"}', '{"over": ["eggs"]}']
)
def test_a_file_that_says_what_cannot_be_leaves_all_as_it_comes_from_the_box(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    assert Keeper(path).load() == Kept()
    assert path.with_suffix(".broken").read_text() == text


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
