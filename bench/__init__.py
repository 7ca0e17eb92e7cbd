"""Measuring and showing the real programs: what is needed to start a house and to speak to it."""
