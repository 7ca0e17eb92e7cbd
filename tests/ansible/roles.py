"""The roles of ansible/, as they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ANSIBLE = Path(__file__).parents[2] / "ansible"
ROLES = {path.name: path for path in sorted((ANSIBLE / "roles").iterdir()) if path.is_dir()}


def read(path: Path) -> Any:
    """What a file of YAML holds."""
    return yaml.safe_load(path.read_text())


def options(role: str) -> dict[str, dict[str, Any]]:
    """What the role says of each of its variables."""
    found = read(ROLES[role] / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert isinstance(found, dict)
    return found


def defaults(role: str) -> dict[str, Any]:
    """Its variables and what they are where the inventory says nothing."""
    found = read(ROLES[role] / "defaults/main.yml")
    assert isinstance(found, dict)
    return found
