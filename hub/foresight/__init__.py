"""What will probably be said next, made ready in time that nobody needs."""
