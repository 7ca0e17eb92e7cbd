"""Timers, and their ringing."""
