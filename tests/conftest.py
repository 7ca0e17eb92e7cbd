"""What holds for every test: no stopwatch of Hypothesis, and nothing of the person whose machine this is.

Timing is measured in bench/, and a busy machine must not fail a law. What programs keep (a satellite's state, a hub's
timers and phrases) lies in a home of this run's own, so that no other run and no satellite in use changes a result.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("hark", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("hark"), derandomize=True)
settings.load_profile("hark")

# A shell has what it starts in the background ignore Ctrl-C, and so would each program that tests end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Other libraries' caches stay where they are: Matplotlib looks at every font for seconds to make its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield
