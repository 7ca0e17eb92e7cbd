"""The hub's satellites: each is dialled, led while it is there, and dialled again when it is gone."""

from __future__ import annotations

import asyncio
import logging

from hub.dialling import dialled
from hub.discovery.adoption import Adoption, Listed
from hub.discovery.listener import Browser
from hub.service import Service
from hub.session import Session
from hub.whom import Anyone, Whom
from wire.errors import WireError

_log = logging.getLogger(__name__)

FIRST_RETRY_S = 0.5  # a satellite that restarts is back in about a second
STEADY_S = 10.0  # of being led, after which the next failure is a first one again; a wrong peer is gone long before
MOST_SAID = 8  # failures of one satellite that are told until it is led: a stranger may fail in ever other ways


async def lead_all(service: Service, browser: Browser | None = None) -> None:
    """Leads every satellite of the settings, and those that are found, without end."""
    adoption = Adoption(service.settings.fleet)
    async with asyncio.TaskGroup() as group:
        for address in service.settings.fleet.satellites:
            group.create_task(_lead(Listed(address, adoption), service), name=f"satellite {address}")
        if browser is not None:
            group.create_task(adoption.run(browser, lambda whom: _lead(whom, service)))


async def lead(address: str, service: Service) -> None:
    """Leads whoever answers at an address, without end."""
    await _lead(Anyone(address), service)


async def _lead(whom: Whom, service: Service) -> None:
    """Leads one satellite, without end; each failure in a row is logged once and waits longer than the one before."""
    clock = asyncio.get_running_loop().time
    wait_s = FIRST_RETRY_S
    said: dict[str, str] = {}  # by address: one that has two may fail at each in its own way
    lines = 0
    while True:
        began, address = clock(), whom.address()
        reason = await _lead_once(address, whom, service)
        whom.left()
        if clock() - began >= STEADY_S:
            wait_s = FIRST_RETRY_S
            said.clear()
            lines = 0
        if reason != said.get(address) and lines < MOST_SAID:
            _log.warning("satellite %s: %s; dialling again until it answers", address, reason)
            said[address] = reason
            lines += 1
        await whom.rest(wait_s)
        wait_s = min(2 * wait_s, service.settings.fleet.longest_retry_s)


async def _lead_once(address: str, whom: Whom, service: Service) -> str:
    """Leads a satellite while it is there; returns why it no longer is."""
    try:
        async with await dialled(address, whom.name, service.credentials) as connection:
            await Session(connection, whom, service).run()
    except WireError as error:
        return str(error)
    except Exception:  # costs this satellite's session, never the others'
        _log.exception("the session of satellite %s failed, which is a bug", address)
        return "its session failed"
    return "it closed its connection"
