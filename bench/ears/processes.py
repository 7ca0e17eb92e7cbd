"""What a process and its children have taken so far, from Linux's /proc: processor time, memory, context switches.

Processor time is exact to a clock tick (10 ms). Context switches are those of the threads that live now: a thread that
has ended takes its count with it, so they mean something for programs whose threads stay.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import psutil

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
MB = 1e6


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds, resident and proportional memory in MB, context switches and threads, all added up."""

    cpu_s: float = 0.0
    rss_mb: float = 0.0
    pss_mb: float = 0.0
    switches: int = 0
    threads: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.cpu_s + other.cpu_s,
            self.rss_mb + other.rss_mb,
            self.pss_mb + other.pss_mb,
            self.switches + other.switches,
            self.threads + other.threads,
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many seconds took: processor seconds and context switches for each second; memory and threads at the end.

    `grown_mb` is what the resident memory grew by.
    """

    seconds: float
    cpu: float
    switches: float
    rss_mb: float
    pss_mb: float
    grown_mb: float
    threads: int


def family(pid: int) -> Usage:
    """A process and its children that live; raises psutil.NoSuchProcess where there is no such process."""
    children = psutil.Process(pid).children(recursive=True)
    return sum((usage(child.pid) for child in children), usage(pid))


def usage(pid: int) -> Usage:
    """One process, with its children that have ended; nothing where it has ended itself."""
    home = PROC / str(pid)
    try:
        resident, proportional = memory_mb((home / "smaps_rollup").read_text())
        cpu_s = processor_s((home / "stat").read_text(), TICKS)
        statuses = [_status(task) for task in (home / "task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return Usage()
    return Usage(cpu_s, resident, proportional, sum(switches(status) for status in statuses), len(statuses))


def cost(before: Usage, after: Usage, at_rest: Usage, seconds: float) -> Cost:
    """The difference of two looks, `seconds` apart; the memory is that of a third, once all is over."""
    cpu, changed = (after.cpu_s - before.cpu_s) / seconds, (after.switches - before.switches) / seconds
    return Cost(seconds, cpu, changed, at_rest.rss_mb, at_rest.pss_mb, at_rest.rss_mb - before.rss_mb, at_rest.threads)


def processor_s(stat: str, ticks: int) -> float:
    """User and system time of a process and of its ended children, from /proc/PID/stat (proc(5), fields 14 to 17)."""
    fields = stat.rpartition(")")[2].split()  # a process may have brackets and spaces in its name
    return sum(int(field) for field in fields[11:15]) / ticks


def memory_mb(rollup: str) -> tuple[float, float]:
    """Resident and proportional memory, from /proc/PID/smaps_rollup."""
    sizes = {name: int(kb) * 1024 / MB for name, kb in re.findall(r"^(\w+): +(\d+) kB", rollup, re.MULTILINE)}
    return sizes.get("Rss", 0.0), sizes.get("Pss", 0.0)


def switches(status: str) -> int:
    """Voluntary and involuntary context switches of a thread, from its status file."""
    return sum(int(count) for count in re.findall(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", status, re.MULTILINE))


def _status(task: Path) -> str:
    try:
        return (task / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # a thread that has just ended
        return ""
