"""hark-hub ask: typed questions, answered as the hub answers spoken ones, with times."""
