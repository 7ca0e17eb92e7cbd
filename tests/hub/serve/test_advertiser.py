"""Laws of being found: who can be reached is, unless it is not wanted, under a name that is no satellite's."""

from __future__ import annotations

import asyncio
import logging
from fnmatch import fnmatchcase

import pytest

from config.hub import HubSettings
from config.loading import assignment, build, read
from hub.parts.advertiser import BY_HAND, TAKEN, advertiser
from tests.settings import HUB_TOML
from tests.wire_pairs import LATE_S, until
from wire.discovery import HUB, Advertiser, DiscoveryError, read_identity, service_name


def made(*assignments: str) -> Advertiser | None:
    return advertiser(build(HubSettings, [read(HUB_TOML), *map(assignment, assignments)]).serve)


@pytest.mark.parametrize(
    ("assignments", "found"),
    [
        ([], False),
        (["serve.host=::1"], False),
        (["serve.host=localhost"], False),
        (["serve.host=0.0.0.0"], True),
        (["serve.host=192.0.2.7"], True),
        (["serve.host=0.0.0.0", "serve.announce=false"], False),
    ],
)
def test_who_can_be_reached_is_found_unless_it_is_not_wanted(assignments: list[str], found: bool) -> None:
    assert (made(*assignments) is not None) == found


def test_a_hub_is_never_taken_for_a_satellite_of_the_same_machine() -> None:
    assert service_name("an identity", HUB) != service_name("an identity")
    assert not fnmatchcase(service_name("an identity", HUB), "hark-*")


def test_what_is_wrong_is_said_in_the_words_of_the_hubs_settings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def test() -> None:
        nowhere = made("serve.host=192.0.2.7")
        assert nowhere is not None
        running = asyncio.ensure_future(nowhere.run(10300))
        async with asyncio.timeout(LATE_S):
            await until(lambda: "serve.host" in caplog.text)
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(test())
    assert "listen.host" not in caplog.text
    assert "serve.announce" in TAKEN
    with pytest.raises(DiscoveryError, match=BY_HAND):
        read_identity([], BY_HAND)
