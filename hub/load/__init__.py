"""Who of the engines works when."""
