"""Lets satellites wait for the verdict on their claims: a thin shell round contests.py."""

from __future__ import annotations

import asyncio

from config.hub import ArbitrationSettings
from hub.arbitration.contests import REMEMBERED_S, Claim, Contests, Verdicts
from wire import hark
from wire.pcm import SILENCE_DBFS


class Arbiter:
    """Of one hub. A satellite is any object of its own, the same from `joins` to `leaves`."""

    def __init__(self, settings: ArbitrationSettings) -> None:
        self._wait_s = settings.wait_ms / 1000
        self._contests = Contests(settings)
        self._waiting: dict[object, asyncio.Future[bool]] = {}

    @property
    def on(self) -> bool:
        """Whether one satellite alone answers."""
        return self._wait_s > 0

    def joins(self, satellite: object) -> None:
        """It is led from now on, and may claim."""
        self._contests.satellites.add(satellite)

    def leaves(self, satellite: object) -> None:
        """It is led no more."""
        self._contests.leave(satellite)

    def judges(self, wake: hark.Turn) -> bool:
        """Whether there is something to decide: buttons and follow-ups are meant for their satellite alone."""
        return self.on and wake.name is not None

    async def lets_answer(self, satellite: object, wake: hark.Turn, heard: float | None) -> bool:
        """Claims, and waits for the verdict; cancelled, the claim is withdrawn.

        `heard` is the time of the wake word on the event loop's clock, None where it is not known.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = now if heard is None else min(now, max(heard, now - REMEMBERED_S))
        level = SILENCE_DBFS if wake.level is None else wake.level
        claim = Claim(satellite, wake.name or "", at, wake.score or 0.0, level)
        verdict: asyncio.Future[bool] = loop.create_future()
        self._waiting[satellite] = verdict
        try:
            self._tell(self._contests.claim(claim, now))
            due = now + self._wait_s
            loop.call_at(due, lambda: self._tell(self._contests.due(due)))
            return await verdict
        finally:
            del self._waiting[satellite]
            self._contests.withdraw(satellite)

    def _tell(self, verdicts: Verdicts) -> None:
        for satellite, answers in verdicts.items():
            if not self._waiting[satellite].done():
                self._waiting[satellite].set_result(answers)
