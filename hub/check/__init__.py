"""hark-hub check: whether a satellite is there, and is heard in its room."""
