"""Checks and their verdicts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from tests.conformance.controller import Failed
from tests.conformance.releases import Release
from tests.conformance.stage import NotApplicable, NotAsked


class Verdict(Enum):
    """What became of a check."""

    OK = "ok"
    FAILED = "FAILED"
    NOT_APPLICABLE = "not applicable"
    NOT_ASKED = "not asked"


class Scene(Protocol):
    """What checks of one kind stand on: a satellite or a service, and the release that it meets."""

    @property
    def release(self) -> Release:
        """The release that is played."""


S = TypeVar("S", bound=Scene)
S_contra = TypeVar("S_contra", bound=Scene, contravariant=True)


@dataclass(frozen=True, slots=True)
class Check(Generic[S_contra]):
    """One thing that Home Assistant needs of a satellite or a service."""

    law: str
    section: str
    """Of WYOMING.md."""
    play: Callable[[S_contra], Awaitable[None]]
    released: Callable[[Release], bool] = lambda release: True
    otherwise: str = ""
    """Why a release does not ask for it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check's verdict against one satellite or service, and why."""

    check: Check[Any]
    verdict: Verdict
    why: str = ""

    def __str__(self) -> str:
        return (
            f"{self.verdict.value:<14} {self.check.section:<7} {self.check.law}{f' ({self.why})' if self.why else ''}"
        )


async def judge(check: Check[S], stage: S) -> Outcome:
    """Plays one check."""
    if not check.released(stage.release):
        return Outcome(check, Verdict.NOT_APPLICABLE, f"{stage.release.name} {check.otherwise}")
    try:
        await check.play(stage)
    except NotApplicable as reason:
        return Outcome(check, Verdict.NOT_APPLICABLE, str(reason))
    except NotAsked as reason:
        return Outcome(check, Verdict.NOT_ASKED, str(reason))
    except Failed as reason:
        return Outcome(check, Verdict.FAILED, str(reason))
    return Outcome(check, Verdict.OK)
