"""The home of the settings."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import config
from config.hub import HomeSettings
from config.loading import SettingsError
from hub.home.demo import DemoHome
from hub.home.home import Home
from hub.home.whereabouts import Whereabouts


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


def whereabouts(settings: HomeSettings, home: Home) -> Whereabouts:
    """Tells where satellites and devices are; only Home Assistant has devices."""
    if not settings.url:
        return Whereabouts(home, None)
    from hub.home.homeassistant.homeassistant import HomeAssistant

    assert isinstance(home, HomeAssistant)  # it has a url
    return Whereabouts(home, home)


def demo_home(settings: HomeSettings) -> DemoHome:
    """The home of the settings' file, or the one that ships; raises SettingsError."""
    shipped = Path(config.__file__).with_name("home.toml")
    return DemoHome.load(Path(settings.file).expanduser() if settings.file else shipped)
