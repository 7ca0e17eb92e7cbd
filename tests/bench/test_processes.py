"""Laws of reading what a process takes."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from bench.ears.processes import MB, Usage, cost, family, memory_mb, processor_s, switches, usage

STAT = "42 (a (strange) name) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 30 20 20 0 3 0 1000 0 0"
ROLLUP = "55d0-7ffe ---p 00000000 00:00 0   [rollup]\nRss:    2000 kB\nPss:    1000 kB\nPss_Anon:  700 kB\n"
STATUS = "Name:\tpython\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t7\n"


def test_processor_time_is_that_of_a_process_and_its_ended_children_whatever_its_name() -> None:
    assert processor_s(STAT, ticks=100) == 3.5


def test_memory_is_resident_and_proportional() -> None:
    assert memory_mb(ROLLUP) == (2000 * 1024 / MB, 1000 * 1024 / MB)
    assert memory_mb("") == (0.0, 0.0)


def test_switches_are_those_given_up_and_those_forced() -> None:
    assert switches(STATUS) == 157
    assert switches("") == 0


def test_a_process_that_has_ended_takes_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert usage(process.pid) == Usage()
    with pytest.raises(psutil.NoSuchProcess):
        family(process.pid)


def test_a_family_is_a_process_and_its_children() -> None:
    own = usage(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        together = family(os.getpid())
        assert child.stdin is not None
        child.stdin.close()
    assert own.rss_mb > 1
    assert together.threads > own.threads


def test_a_cost_is_a_difference_and_the_memory_once_all_is_over() -> None:
    before, after = Usage(1.0, 50, 40, 100, 3), Usage(3.0, 80, 70, 500, 4)
    taken = cost(before, after, Usage(3.1, 52, 41, 510, 3), seconds=4.0)
    assert (taken.cpu, taken.switches) == (0.5, 100.0)
    assert (taken.rss_mb, taken.pss_mb, taken.grown_mb, taken.threads) == (52, 41, 2, 3)
