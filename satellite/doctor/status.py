"""How the satellite of this machine stands, as one line of JSON: for the table of a fleet and for scripts."""

from __future__ import annotations

import os
from dataclasses import asdict

import msgspec

from config.satellite import SatelliteSettings
from satellite.doctor.facts import installed, papers, running
from satellite.panel.control import places


class NotRunning(Exception):
    """No satellite answers here."""


def tell(settings: SatelliteSettings) -> str:
    """Its name, its release, its status, and how its certificate is, null without TLS. Raises NotRunning."""
    status, locked = running(places(settings.control.socket, os.environ))
    if locked:
        raise NotRunning("its control socket is not for this user; ask as root, or as one of the satellite's group")
    if status is None:
        raise NotRunning("no satellite answers at its control socket; start it, and see its log where it ends")
    own = {"name": settings.name, "version": installed("hark"), "certificate": papers(settings.tls)}
    return msgspec.json.encode(own | asdict(status)).decode()
