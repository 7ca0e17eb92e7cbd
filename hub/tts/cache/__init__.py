"""Sound that is ready before it is wanted."""
