"""The hub: hears, thinks and speaks for the satellites, one overlapped turn at a time."""
