"""What the fleet's roles install is there ready made, for every machine and Python that they know.

Each pin has to be a wheel with one of its hashes, as uv's resolver finds it for the satellite on a Pi (aarch64) and for
the hub (x86_64); and each Debian package has to be in Debian 12 and 13. Prints tables; the exit code is 1 where
more lacks than is known.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.ansible.debian import SUITES, candidates

ROOT = Path(__file__).parents[2]
FILES = ROOT / "ansible/roles/common/files"
UV = Path(sys.executable).with_name("uv")
GLIBC = "2_36"  # of Debian 12, the oldest that Hark runs on
WANTED = {
    ("aarch64", "3.11", "3.13"): ("satellite", "audio", "aec", "micro", "stop", "openwakeword"),
    ("x86_64", "3.11", "3.12", "3.13"): ("hub", "whisper", "piper", "kokoro"),
}
KNOWN = {
    ("pyaudio", "3.11"): "Debian's python3-pyaudio",
    ("pyaudio", "3.13"): "Debian's python3-pyaudio",
    ("kokoro", "3.13"): "none: it wants 3.12 at most",
}
PACKAGES = {
    "arm64": ("python3-venv", "python3-pyaudio", "libasound2-plugins", "libpulse0"),
    "amd64": ("python3-venv",),
}
ROW = "{:<18} {:<9} {:<7} {:>4}  {}"


def main() -> int:
    """Prints the tables; returns the exit code."""
    lacking = _wheels() + _packages()
    for what in lacking:
        print(
            f"has_wheels: {what} cannot be had ready made; see what it wants, or pin another release", file=sys.stderr
        )
    return 1 if lacking else 0


def _wheels() -> list[str]:
    lacking = []
    print(ROW.format("extra", "machine", "Python", "pins", "without a wheel"))
    for (machine, *pythons), extras in WANTED.items():
        for extra in extras:
            for python in pythons:
                pins = _pins(machine, python, extra)
                without = _without(machine, python, extra, pins)
                lacking += [f"{name} of Python {python}" for name in without if (name, python) not in KNOWN]
                told = "; ".join(f"{name} ({KNOWN.get((name, python), 'unknown')})" for name in without)
                print(ROW.format(extra, machine, python, len(pins), told or "-"), flush=True)
    return lacking


def _packages() -> list[str]:
    lacking = []
    print("\n" + ROW.format("package", "machine", "Debian", "", "version"))
    for machine, names in PACKAGES.items():
        for debian, suite in SUITES.items():
            found = candidates(suite, machine, names)
            lacking += [f"{name} of Debian {debian}" for name in names if name not in found]
            for name in names:
                print(ROW.format(name, machine, debian, "", found.get(name, "-")), flush=True)
    return lacking


def _pins(machine: str, python: str, extra: str) -> dict[str, str]:
    """What counts for this machine and Python, by name."""
    asked = [sys.executable, str(ROOT / "script/pins.py"), machine, python, str(FILES / f"{extra}.txt")]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return {pin.split("==")[0]: pin for pin in re.split(r"\n(?=\S)", told) if pin}


def _without(machine: str, python: str, extra: str, pins: dict[str, str]) -> list[str]:
    """Names of what the extra wants and nothing pins, and of what has no wheel."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"][extra]
    unpinned = [name for name in dict.fromkeys(re.split(r"[^\w-]", it)[0] for it in wanted) if name not in pins]
    if _resolves(machine, python, "\n".join(pins.values())):
        return unpinned
    return unpinned + [name for name, pin in pins.items() if not _resolves(machine, python, pin)]


def _resolves(machine: str, python: str, pins: str) -> bool:
    """Whether all of these can be installed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pins.txt"
        file.write_text(pins)
        host = ["--python-platform", f"{machine}-manylinux_{GLIBC}", "--python-version", python, "--target", folder]
        how = ["--quiet", "--dry-run", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
        asked = [str(UV), "pip", "install", *how, *host, "--requirement", str(file)]
        return subprocess.run(asked, check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
