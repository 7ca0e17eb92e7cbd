"""Home Assistant finds satellites and hub by mDNS, on an address of this machine that no other machine is let in at.

What becomes of an entry when a satellite moves, is renamed, or loses its address to another is Home Assistant's doing:
these checks hold it fast, and docs/home-assistant.md says it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.stage import NotAsked, expect
from tests.home_assistant.client import add_wyoming
from tests.home_assistant.house import House
from tests.home_assistant.running import Running
from tests.peers import free_port
from wire.discovery import is_local

LATE_S = 40.0
SETTLE_S = 8.0  # in which Home Assistant would have asked what it has found
NO_NETWORK = "this machine has no address but loopback"
MDNS = "224.0.0.251", 5353
FLOWS = "/api/config/config_entries/flow"


BECOMES = (
    "at another port: device Attic, assist_satellite.attic, led: False, offered anew: nothing",
    "renamed: device Studio, assist_satellite.attic, led: True, offered anew: nothing",
    "another in its place: device Shed, assist_satellite.attic, led: True, offered anew: nothing",
)
"""It follows no satellite, and knows it by its address alone."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where all of it is: an address of this machine, and ports of it."""

    address: str
    first: int
    second: int
    hub: int
    silence: Path
    """A folder without a recording, for the microphones."""


async def is_found_and_added(house: House) -> str:
    """A satellite and the hub are found, and added with one click; one added by hand is not offered once more."""
    if (places := _places(house)) is None:
        raise NotAsked(NO_NETWORK)
    entries: list[str] = []
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_forget, house, entries)
        by_hand = await _satellite(stack, places, "Loft", "hark-of-checks-loft", places.second)
        entries.append(await add_wyoming(house.home, places.address, places.second))
        await stack.enter_async_context(_finding(house))
        await _satellite(stack, places, "Cellar", "hark-of-checks-cellar", places.first)
        serve = f"serve.host={places.address}", f"serve.port={places.hub}", f'serve.allow=["{places.address}"]'
        await _hub(stack, *serve)
        flows = [await _found(house, name) for name in ("hark-of-checks-cellar", "harkhub-")]
        entries += [await _confirm(house, flow) for flow in flows]
        await by_hand.program.says("led by ")
        await house.home.until("assist_satellite.cellar", "idle")
        await asyncio.sleep(SETTLE_S)
        twice = [one for one in await _flows(house) if "of-checks" in str(one) or "harkhub" in str(one)]
        expect(not twice, f"it is offered once more: {twice}")
        names = [one["context"]["unique_id"] for one in flows]
        return f"found as {' and '.join(names)}; added; Loft, added by hand before, is not offered"


async def is_found_elsewhere(house: House) -> str:
    """What Home Assistant makes of one that it has added: at another port, with another name, another in its place."""
    if (places := _places(house)) is None:
        raise NotAsked(NO_NETWORK)
    identity = "hark-of-checks-attic"
    async with _finding(house):
        entries: list[str] = []
        seen: list[str] = []
        try:
            async with AsyncExitStack() as stack:
                await _satellite(stack, places, "Attic", identity, places.first)
                entries.append(await _confirm(house, await _found(house, identity)))
                await house.home.until("assist_satellite.attic", "idle")
            async with AsyncExitStack() as stack:
                moved = await _satellite(stack, places, "Attic", identity, places.second)
                await asyncio.sleep(SETTLE_S + 12.0)
                seen.append(f"at another port: {await _became(house, entries[0], moved)}")
            async with AsyncExitStack() as stack:
                renamed = await _satellite(stack, places, "Studio", identity, places.first)
                await renamed.program.says("led by ")
                await asyncio.sleep(SETTLE_S)
                seen.append(f"renamed: {await _became(house, entries[0], renamed)}")
            async with AsyncExitStack() as stack:
                other = await _satellite(stack, places, "Shed", "hark-of-checks-shed", places.first)
                await other.program.says("led by ")
                await asyncio.sleep(SETTLE_S)
                seen.append(f"another in its place: {await _became(house, entries[0], other)}")
        finally:
            await _forget(house, entries)
    expect(seen == list(BECOMES), f"it became {seen}")
    return "".join(f"\n        {one}" for one in seen)


async def is_known_by_its_identity(house: House) -> str:
    """The hub follows a satellite to another port and under another name, and leads no other in its place."""
    if (places := _places(house)) is None:
        raise NotAsked(NO_NETWORK)
    identity = "hark-of-checks-barn"
    async with AsyncExitStack() as stack:
        adopted = f'fleet.adopt=["{identity}"]', f'fleet.networks=["{places.address}/32"]'
        hub = await _hub(stack, *adopted, "serve.port=0")
        first = await _satellite(stack, places, "Barn", identity, places.first)
        await hub.program.says("leading Barn")
        await first.kill()
        await _satellite(stack, places, "Stable", "hark-of-checks-stable", places.first)
        told = await hub.program.says(f"another device, hark-of-checks-stable, has the address of {identity}.*")
        await _satellite(stack, places, "Stall", identity, places.second)
        await hub.program.says("leading Stall")
        expect(not any("leading Stable" in line for line in hub.program.log), "the other one is led")
        return f"{told[0]!r}; then found at another port, renamed, and led"


async def _became(house: House, entry: str, satellite: Running) -> str:
    """What Home Assistant has of an entry's satellite."""
    entities = await house.home.ask("config/entity_registry/list")
    devices = await house.home.ask("config/device_registry/list")
    own = [one["entity_id"] for one in entities if one["config_entry_id"] == entry]
    names = [one["name"] for one in devices if entry in one["config_entries"]]
    offered = [one["context"]["unique_id"] for one in await _flows(house) if "of-checks" in str(one["context"])]
    led = any("led by " in line for line in satellite.program.log)
    announces = [one for one in own if one.startswith("assist_satellite.")]
    return f"device {', '.join(names)}, {', '.join(announces)}, led: {led}, offered anew: {offered or 'nothing'}"


async def _flows(house: House) -> list[dict[str, Any]]:
    listed = await house.home.ask("config_entries/flow/progress")
    return [one for one in listed if one["handler"] == "wyoming"]


async def _found(house: House, name: str) -> dict[str, Any]:
    """Waits until Home Assistant offers what is called so. Raises TimeoutError."""
    async with asyncio.timeout(LATE_S):
        while True:
            for flow in await _flows(house):
                if str(flow["context"].get("unique_id", "")).startswith(name):
                    return flow
            await asyncio.sleep(0.2)


async def _confirm(house: House, flow: dict[str, Any]) -> str:
    """Adds what was found, as a click does; returns the entry's id."""
    async with house.home.http.post(f"{FLOWS}/{flow['flow_id']}", json={}) as ended:
        done = await ended.json()
    expect(done.get("type") == "create_entry", f"no entry: {done}")
    return str(done["result"]["entry_id"])


async def _forget(house: House, entries: list[str]) -> None:
    for entry in entries:
        await house.home.http.delete(f"/api/config/config_entries/entry/{entry}")


async def _satellite(stack: AsyncExitStack, places: Places, name: str, identity: str, port: int) -> Running:
    """One that is announced and lets only this machine in."""
    settings = (
        *(f"listen.host={places.address}", f'controllers.allow=["{places.address}"]'),
        *(f'controllers.hub=["{places.address}"]', f"discovery.id={identity}"),
        *("control.socket=", "state.file="),
    )
    sets = [part for setting in settings for part in ("--set", setting)]
    own = "--name", name, "--port", str(port), "--mic", f"wav:{places.silence}"
    running = Running("satellite", "found by Home Assistant as", *own, *sets)
    stack.push_async_callback(running.stop)
    await running.start()
    return running


async def _hub(stack: AsyncExitStack, *settings: str) -> Running:
    own = ("fleet.satellites=[]", "timeline.file=", "timers.file=", *settings)
    running = Running("hub", r"listen on .* port", *(part for setting in own for part in ("--set", setting)))
    stack.push_async_callback(running.stop)
    await running.start()
    return running


@asynccontextmanager
async def _finding(house: House) -> AsyncIterator[None]:
    """Home Assistant listens to mDNS while the context lasts; else it is told of nothing on the network."""
    path = house.folder / "home" / "configuration.yaml"
    before = await asyncio.to_thread(path.read_text)
    await house.stop_home()
    await asyncio.to_thread(path.write_text, f"{before}\nzeroconf:\n")
    await house.start_home()
    try:
        yield
    finally:
        await house.stop_home()
        await asyncio.to_thread(path.write_text, before)
        await house.start_home()


def _places(house: House) -> Places | None:
    """On the network that Home Assistant listens to: the one that multicast goes out to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(MDNS)
        except OSError:
            return None
        address = str(asking.getsockname()[0])
    if is_local(address):
        return None
    return Places(address, free_port(), free_port(), free_port(), house.folder / "home")


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (
    is_found_and_added,
    is_found_elsewhere,
    is_known_by_its_identity,
)
