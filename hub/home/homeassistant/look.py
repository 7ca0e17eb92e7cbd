"""Questions to Home Assistant on one link: whether it is up, what is exposed to voice, what its registries hold."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from hub.home.homeassistant import registries
from hub.home.homeassistant.link import Link
from hub.home.homeassistant.registries import Answers, Registries

RUNNING_S = 120.0  # that a starting Home Assistant may take; a stuck integration must not keep the rest away
ASK_AGAIN_S = 1.0  # it tells no one that it has started before somebody may listen for it


async def is_running(link: Link) -> bool:
    """Whether Home Assistant has started: before that, entities come and go."""
    answer = await link.ask("get_config")
    return isinstance(answer, Mapping) and answer.get("state") == "RUNNING"


async def until_running(link: Link) -> None:
    """Waits until it has started, or for RUNNING_S."""
    waited_s = 0.0
    while waited_s < RUNNING_S and not await is_running(link):
        await asyncio.sleep(ASK_AGAIN_S)
        waited_s += ASK_AGAIN_S


async def exposed(link: Link) -> tuple[str, ...]:
    """The ids of the entities that voice may know of; refused to a token that is no administrator's."""
    return registries.exposed(await link.ask("homeassistant/expose_entity/list"))


async def read(link: Link, entity_ids: Sequence[str]) -> Registries:
    """The registries of the home of which these entities are exposed."""
    answers = Answers(
        await link.ask("config/area_registry/list"),
        await link.ask("config/floor_registry/list"),
        await link.ask("config/device_registry/list"),
        await link.ask("config/entity_registry/get_entries", entity_ids=list(entity_ids)) if entity_ids else {},
    )
    return registries.read(answers, entity_ids)
