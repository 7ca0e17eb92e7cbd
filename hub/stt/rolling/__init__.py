"""A listener over engines that transcribe a whole buffer: the buffer rolls, and what two passes agree on stays."""
