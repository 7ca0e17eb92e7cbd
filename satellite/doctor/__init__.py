"""What is well on this machine and what is not; and a clip of sound, kept when asked."""
