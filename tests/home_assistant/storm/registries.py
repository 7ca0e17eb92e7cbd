"""What Home Assistant keeps, as sets: whatever is in one twice, or is new or gone after a restart, shows."""

from __future__ import annotations

from typing import Any

from tests.home_assistant.client import Client

KINDS = {
    "entity": ("config/entity_registry/list", "entity_id", "unique_id", "platform", "config_entry_id"),
    "device": ("config/device_registry/list", "id", "identifiers", "name"),
    "entry": ("config_entries/get", "entry_id", "domain", "title", "source"),
    "discovery": ("config_entries/flow/progress", "handler", "context"),
}
"""The command that lists each kind, and what of one is to stay the same."""


async def kept(home: Client) -> dict[str, set[str]]:
    """All of it, by kind."""
    found = {kind: _set(await home.ask(command), keys) for kind, (command, *keys) in KINDS.items()}
    pipelines = await home.ask("assist_pipeline/pipeline/list")
    return found | {"pipeline": _set(pipelines["pipelines"], ["id", "name", "stt_engine", "tts_engine"])}


def differences(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    """What is new, and what is gone."""
    new = [f"new {kind}: {one}" for kind in before for one in sorted(after[kind] - before[kind])]
    return new + [f"lost {kind}: {one}" for kind in before for one in sorted(before[kind] - after[kind])]


def _set(listed: list[dict[str, Any]], keys: list[str]) -> set[str]:
    return {" ".join(str(one.get(key)) for key in keys) for one in listed}
