"""A satellite that is advertised says its mDNS name to hubs, and no other does."""

from __future__ import annotations

import asyncio

import pytest

from tests.peers import controller, run_clean
from tests.satellite.rooms import Room
from wire import hark


class Advertised:
    """An advertiser that tells nobody."""

    name = "hark-0123456789ab"

    async def run(self, plain: int | None, tls: int | None = None) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize(("advertiser", "identity"), [(Advertised(), Advertised.name), (None, None)])
def test_a_hub_hears_the_name_that_is_advertised(advertiser: Advertised | None, identity: str | None) -> None:
    async def scenario() -> None:
        room = Room(advertiser=advertiser)
        async with room.open(), controller(room.port, "hub") as first, controller(room.port, "second") as second:
            await first.next_hark(hark.Hello, identity=identity)
            await second.next_hark(hark.Standby, identity=identity)

    run_clean(scenario)
