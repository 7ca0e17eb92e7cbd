"""What Debian has, for its releases and machines other than this one: asked of the archive that this one takes."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

SUITES = {"12": "bookworm", "13": "trixie"}


def candidates(suite: str, machine: str, names: Sequence[str]) -> dict[str, str]:
    """The versions of those of these packages that are there. Raises CalledProcessError where there is no apt."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "lists/partial").mkdir(parents=True)
        (place / "status").touch()
        (place / "sources.list").write_text(f"deb {_archive()} {suite} main\n")
        set_to = {
            "APT::Architecture": machine,
            "APT::Architectures::": machine,
            "APT::Sandbox::User": "root",
            "Acquire::Check-Valid-Until": "false",
            "Dir::Cache": place,
            "Dir::Etc::sourcelist": place / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State::lists": place / "lists",
            "Dir::State::status": place / "status",
        }
        options = [f"--option={key}={value}" for key, value in set_to.items()]
        _told("apt-get", *options, "update", "--error-on=any")
        told = _told("apt-cache", *options, "policy", *names)
    return dict(re.findall(r"^(\S+):\n.*\n  Candidate: (?!\(none\))(\S+)$", told, re.MULTILINE))


def _archive() -> str:
    told = _told("apt-get", "indextargets", "--format=$(REPO_URI)", "Created-By: Packages", "Component: main")
    return next(line for line in told.splitlines() if line.rstrip("/").endswith("debian"))


def _told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
