"""A room with an echo, for bench/echo.py."""
