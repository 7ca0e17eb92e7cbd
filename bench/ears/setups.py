"""What is measured: a wake engine with its settings, given alike to the real program and to its ears in process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.loading import SettingsError, assignment, build, read
from config.satellite import SatelliteSettings
from satellite.hearing.scorer import Scorer
from satellite.hearing.wake import WakeError
from satellite.parts import wake_words

DEFAULTS = Path("config/satellite.toml")
ENGINES = ("pyopen-wakeword", "pymicro-wakeword", "openwakeword")


@dataclass(frozen=True, slots=True)
class Setup:
    """A wake engine that listens for one word, behind the gate or without it."""

    engine: str
    word: str = "alexa"
    gate: bool = True

    def options(self) -> list[str]:
        """For hark-satellite's --set."""
        return [f"wake.engine={self.engine}", f'wake.words=["{self.word}"]', f"vad.gate={str(self.gate).lower()}"]

    def settings(self) -> SatelliteSettings:
        """The defaults that ship and these options; raises SettingsError."""
        return build(SatelliteSettings, [read(DEFAULTS), *(assignment(option) for option in self.options())])

    def scorer(self) -> Scorer:
        """The engine; raises SettingsError, and WakeError where it is not installed or has no such word."""
        return wake_words(self.settings().wake)


def missing(setup: Setup) -> str:
    """Why it cannot be measured here, empty where it can."""
    try:
        setup.scorer()
        return ""
    except (SettingsError, WakeError) as error:
        return str(error)
