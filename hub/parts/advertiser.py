"""What lets Home Assistant find the hub's services by itself, by the settings."""

from __future__ import annotations

import logging

from config.hub import Serve
from wire.discovery import HUB, Advertiser, DiscoveryError, is_local, reachable, read_identity, service_name

BY_HAND = "give Home Assistant its address by hand"
TAKEN = f"set serve.announce = false on one of the two, and {BY_HAND}"

_log = logging.getLogger(__name__)


def advertiser(settings: Serve) -> Advertiser | None:
    """None where it is off, or where nobody could reach the services."""
    if not settings.announce or is_local(settings.host):
        return None
    try:
        from wire.zeroconf import ZeroconfAdvertiser, local_addresses

        name = service_name(read_identity(remedy=BY_HAND), HUB)
    except ImportError as error:
        _log.warning("Home Assistant cannot find it by itself (%s); run: pip install 'hark[hub]'", error)
        return None
    except DiscoveryError as error:
        _log.warning("Home Assistant cannot find it by itself: %s", error)
        return None
    return ZeroconfAdvertiser(
        name, lambda: reachable(settings.host, local_addresses()), host_key="serve.host", remedy=TAKEN
    )
