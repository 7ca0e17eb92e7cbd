"""One file for each library that a satellite may use; only satellite/parts.py names them, by the settings."""
