"""What finds satellites, by the settings."""

from __future__ import annotations

import logging

from config.hub import Fleet
from hub.discovery.listener import Browser

_log = logging.getLogger(__name__)


def browser(settings: Fleet, tls: bool = False) -> Browser | None:
    """What listens to the network; None where the settings adopt nobody, and then nothing does."""
    if not settings.adopt:
        return None
    try:
        from hub.discovery.zeroconf import ZeroconfBrowser
    except ImportError as error:
        _log.warning("no satellite can be found (%s); run: pip install 'hark[hub]'", error)
        return None
    return ZeroconfBrowser(tls=tls)
