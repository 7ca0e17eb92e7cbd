"""The home of the settings."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import config
from config.hub import HomeSettings
from config.loading import SettingsError
from hub.home.demo import DemoHome
from hub.home.home import Home


@asynccontextmanager
async def home(settings: HomeSettings) -> AsyncGenerator[Home]:
    """The home of the settings, followed while the context lasts; raises SettingsError."""
    if not settings.url:
        yield demo_home(settings)
        return
    try:
        from hub.home.homeassistant.homeassistant import HomeAssistant

        followed = HomeAssistant(settings.url, settings.token)
    except ImportError as error:
        raise SettingsError(f"hass-client is not installed ({error}); run: pip install 'hark[hub]'") from None
    except ValueError as error:
        raise SettingsError(f"home.url: {error}") from None
    async with followed:
        yield followed


def area_of(settings: HomeSettings, home: Home) -> Callable[[str], str | None]:
    """Tells the area of a device by Home Assistant's id of it; other homes have no devices."""
    if not settings.url:
        return lambda device: None
    from hub.home.homeassistant.homeassistant import HomeAssistant

    assert isinstance(home, HomeAssistant)  # it has a url
    return home.area_of


def demo_home(settings: HomeSettings) -> DemoHome:
    """The home of the settings' file, or the one that ships; raises SettingsError."""
    shipped = Path(config.__file__).with_name("home.toml")
    return DemoHome.load(Path(settings.file).expanduser() if settings.file else shipped)
