"""Laws of ducking: what is wanted last is carried out, and whatever happens the players get their volume back."""

from __future__ import annotations

import asyncio
import logging

import pytest

from satellite.sound.music import Ducking, MusicError


class ScriptedMusic:
    """Does what the script says of its next call: "ok" or why it fails."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.calls: list[str] = []
        self.called = asyncio.Event()

    async def duck(self) -> None:
        await self._call("duck")

    async def restore(self) -> None:
        await self._call("restore")

    async def _call(self, name: str) -> None:
        self.calls.append(name)
        self.called.set()
        if (said := self.script.pop(0) if self.script else "ok") != "ok":
            raise MusicError(said)

    async def until(self, calls: int) -> None:
        while len(self.calls) < calls:
            self.called.clear()
            await self.called.wait()


async def wish(music: ScriptedMusic, *wishes: bool) -> None:
    ducking = Ducking(music)
    task = asyncio.create_task(ducking.run())
    await music.until(1)
    for number, ducked in enumerate(wishes, 2):
        ducking.want(ducked)
        await music.until(number)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_it_restores_at_the_start_and_at_the_end_whatever_was_wanted() -> None:
    async def run() -> None:
        music = ScriptedMusic()
        await wish(music, True)
        assert music.calls == ["restore", "duck", "restore"]

    asyncio.run(run())


def test_what_cannot_be_done_is_said_once_until_it_can_be(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        with caplog.at_level(logging.WARNING):
            await wish(ScriptedMusic("ok", "no server", "no server", "ok", "no server"), True, False, True, False)

    asyncio.run(run())
    assert [record.message for record in caplog.records] == ["no server", "no server"]


def test_a_wish_that_is_taken_back_at_once_disturbs_nobody_for_long() -> None:
    async def run() -> None:
        music = ScriptedMusic()
        ducking = Ducking(music)
        task = asyncio.create_task(ducking.run())
        await music.until(1)
        ducking.want(True)
        ducking.want(False)
        await music.until(2)
        assert music.calls == ["restore", "restore"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
