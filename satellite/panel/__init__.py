"""Lights and buttons, over a local socket."""
