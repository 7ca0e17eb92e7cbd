"""What the satellite says of itself when asked to describe itself."""

from __future__ import annotations

from importlib.metadata import version

from wyoming.info import Attribution, Info, Satellite, WakeModel, WakeProgram

from config.satellite import SatelliteSettings

HARK = Attribution(name="Hark", url="https://www.home-assistant.io/integrations/wyoming")


def describe(settings: SatelliteSettings) -> Info:
    """The Wyoming info of a satellite; the wake words let a controller map detections to phrases."""
    words = [
        WakeModel(
            name=word,
            attribution=HARK,
            installed=True,
            description=word.replace("_", " "),
            version=None,
            languages=["en"],
            phrase=word.replace("_", " "),
        )
        for word in settings.wake.names
    ]
    release = version("hark")
    return Info(
        satellite=Satellite(
            name=settings.name,
            attribution=HARK,
            installed=True,
            description="Hark satellite",
            version=release,
            area=settings.area or None,
            has_vad=True,
            active_wake_words=list(settings.wake.names),
            max_active_wake_words=len(settings.wake.names),
            supports_trigger=False,
        ),
        wake=[
            WakeProgram(
                name=settings.wake.engine,
                attribution=HARK,
                installed=True,
                description="wake words",
                version=release,
                models=words,
            )
        ],
    )
