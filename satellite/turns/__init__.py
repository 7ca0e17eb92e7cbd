"""One turn after the other: the table of phases, and what goes in and out of a turn."""
