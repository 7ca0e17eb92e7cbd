"""One file for each library that a satellite may use; only __main__ names them."""
