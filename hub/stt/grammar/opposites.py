"""English words that turn a sentence into its opposite."""

from __future__ import annotations

OPPOSITES = (
    "on off",
    "open close",
    "open closed",
    "lock unlock",
    "locked unlocked",
    "up down",
    "start stop",
    "pause resume",
    "increase decrease",
    "raise lower",
    "mute unmute",
    "louder quieter",
    "louder softer",
    "brighter darker",
)
"""Pairs."""
