"""What both ends share: the sound's format, the guarded Wyoming reader and writer, the hark/ events."""
