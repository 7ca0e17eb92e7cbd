"""Satellites that the hub finds by itself: what the network announces, whom of it to lead, and where."""
