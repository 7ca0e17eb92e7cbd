"""Laws of the documents: what they point at is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.fleet import by_hand
from tests.fleet.instructions import commands

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("bench", "config", "docs", "hub", "satellite", "script", "tests", "wire")
NAMED = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")
MODULE = re.compile(r"python -m ([\w.]+)")
WRITTEN = "bench/output/"  # by benchmarks, when they run
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def document(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


def test_files_that_are_named_exist(document: Path) -> None:
    text = document.read_text()
    modules = [module.replace(".", "/") for module in MODULE.findall(text) if module.split(".")[0] in FOLDERS]
    named = [name for name in NAMED.findall(text) if not name.startswith(WRITTEN) and not (ROOT / name).exists()]
    assert named + [name for name in modules if not _is_module(ROOT / name)] == []


def test_links_lead_somewhere(document: Path) -> None:
    found = [
        (document.parent / path if path else document, heading) for path, heading in LINK.findall(document.read_text())
    ]
    assert [(str(path), heading) for path, heading in found if not _leads(path, heading)] == []


def test_tables_are_whole(document: Path) -> None:
    """A row that follows no other is shown as text."""
    lines = document.read_text().splitlines()
    rows = [number for number, line in enumerate(lines) if line.startswith("|")]
    first = [number for number in rows if number - 1 not in rows]
    assert [lines[number] for number in first if not lines[number + 1].startswith("|--")] == []


@pytest.mark.parametrize("section", [by_hand.START, by_hand.CERTIFICATES, by_hand.STOLEN], ids="/".join)
def test_what_is_typed_by_hand_is_shell(section: tuple[str, str]) -> None:
    """What it does is seen by tests/fleet."""
    typed = commands(*section)
    assert typed
    subprocess.run(["bash", "-n"], input="\n".join(typed), text=True, check=True)


def _is_module(path: Path) -> bool:
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def _leads(path: Path, heading: str) -> bool:
    return path.exists() and (not heading or heading in _headings(path.read_text()))


def _headings(text: str) -> set[str]:
    """As GitHub makes anchors of them."""
    titles = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
