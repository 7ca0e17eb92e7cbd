"""Where somebody is, by what they speak through: the one place where the areas of satellites and devices are looked up.

Rules: where Home Assistant knows the satellite, its area there counts, as it is at that moment; else the one of the
satellite's own settings, by any of its names. One that the home does not have is kept, so that what is asked there is
refused by that name instead of done elsewhere; the log says so.
"""

from __future__ import annotations

import logging
from typing import Protocol

from hub.home.home import Home, called
from wire.sayings import Sayings

_log = logging.getLogger(__name__)


class Devices(Protocol):
    """What a home knows of the devices that people speak through."""

    def device_of(self, satellite: str) -> str | None:
        """The id of a satellite's device by the satellite's name; None where it is not known for certain."""

    def area_of(self, device: str) -> str | None:
        """The area of a device by its id; None where it has none, or there is no such device."""


class Whereabouts:
    """The areas of one home's satellites and devices; `devices` is None for a home that has none."""

    def __init__(self, home: Home, devices: Devices | None) -> None:
        self._home, self._devices = home, devices
        self._sayings = Sayings(_log)

    def of_device(self, device: str) -> str | None:
        """The area of a device by its id."""
        return None if self._devices is None else self._devices.area_of(device)

    def of_satellite(self, name: str, own: str | None) -> str | None:
        """The area of a satellite by its name; `own` is the one of its settings."""
        device = None if self._devices is None else self._devices.device_of(name)
        area = None if device is None else self.of_device(device)
        return area if area is not None or own is None else self._by_settings(name, own)

    def _by_settings(self, name: str, own: str) -> str:
        known = called(own, self._home.areas)
        if known is None and self._home.areas and not self._home.stale:
            self._sayings.warn(
                f"{name}/{own}",
                f"{name!r} is in {own!r} by its own settings, which is no area of this home, so what is meant for that "
                "room is refused; name it there as the home does",
            )
        return own if known is None else known.name
