"""Hypothesis without its own stopwatch: timing is measured in bench/, and a busy machine must not fail a law."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("hark", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hark")
