"""What the benches of engines on a GPU share: their options, their figures, and under which conditions they ran."""

from __future__ import annotations

import argparse
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version


def numbers(text: str) -> tuple[int, ...]:
    """An option such as 1,4,16."""
    return tuple(count(number) for number in text.split(","))


def count(text: str) -> int:
    """An option that is a number from 1."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {number}")
    return number


def figures(times: Sequence[float]) -> dict[str, float]:
    """In ms: median, 95th percentile (nearest rank), most."""
    ordered = sorted(round(seconds * 1000, 1) for seconds in times)
    return {
        "p50": statistics.median(ordered),
        "p95": ordered[math.ceil(0.95 * len(ordered)) - 1],
        "most": ordered[-1],
    }


def conditions(packages: Sequence[str], data_path: str) -> dict[str, object]:
    """What a run needs to be repeated; asks nothing that a bare machine with a GPU lacks."""
    return {
        "versions": {name: version(name) for name in packages},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "gpu": _gpu(),
        "data_path": data_path,
    }


def _gpu() -> str:
    if not (program := shutil.which("nvidia-smi")):
        return "none"
    query = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip() or "none"


def say(text: str) -> None:
    """Progress, over the last one."""
    print(f"\r{text}", end="\033[K", file=sys.stderr, flush=True)
