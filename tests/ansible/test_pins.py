"""Laws of what the roles install: what requirements.lock pins, and for the host's Python, not for this one."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.ansible.roles import ANSIBLE, options

ROOT = ANSIBLE.parent
FILES = {path.stem: path for path in sorted((ANSIBLE / "roles/common/files").glob("*.txt"))}
PIN = re.compile(r"^([\w.-]+)==([\w.+]+)", re.MULTILINE)
WITHOUT_WHEEL = {"pyaudio", "docopt"}
PYTHONS = "3.11", "3.12", "3.13"


@pytest.fixture(params=FILES)
def extra(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_they_are_what_the_lock_pins(extra: str) -> None:
    locked = set(PIN.findall((ROOT / "requirements.lock").read_text()))
    assert set(PIN.findall(FILES[extra].read_text())) - locked == set()


def test_each_pin_has_a_hash(extra: str) -> None:
    pins = re.split(r"\n(?=\S)", FILES[extra].read_text().strip())
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_what_an_extra_wants_is_pinned(extra: str) -> None:
    """Except for what has no wheel; Debian lends that."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[^\w-]", it)[0] for it in wanted["dependencies"] + wanted["optional-dependencies"][extra]}
    assert names - {name for name, _ in PIN.findall(FILES[extra].read_text())} - WITHOUT_WHEEL == set()


def test_the_roles_can_ask_for_each() -> None:
    assert set(options("common")["common_requirements"]["choices"]) == set(FILES)


@pytest.mark.parametrize("python", PYTHONS)
def test_a_host_gets_one_version_of_each(python: str) -> None:
    pinned = PIN.findall(_pins("aarch64", python, *FILES.values()))
    assert len(pinned) == len({name for name, _ in pinned}) > 1


@pytest.mark.parametrize(("python", "version"), [("3.11", "2.4.6"), ("3.13", "2.5.5")])
def test_it_is_the_one_for_the_hosts_python(python: str, version: str, tmp_path: Path) -> None:
    """Whatever Python this machine has."""
    both = tmp_path / "both.txt"
    both.write_text(
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:aa\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    )
    assert PIN.findall(_pins("aarch64", python, both)) == [("numpy", version)]


def _pins(machine: str, python: str, *files: Path) -> str:
    asked = [sys.executable, str(ROOT / "script/pins.py"), machine, python, *map(str, files)]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("machine", "python"), [("../../x86_64", "3.11"), ("x86_64", "3.11/../.."), ("riscv64", "3.11")]
)
def test_a_host_that_lies_about_what_it_is_gets_no_wheels(machine: str, python: str) -> None:
    """Both become a part of a path on the machine that provisions it."""
    done = subprocess.run(
        [ROOT / "script/wheel", machine, python, "hub.txt"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "see who is on that host" in done.stderr
    assert done.stdout == ""
