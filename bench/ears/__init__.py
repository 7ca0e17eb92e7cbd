"""What bench/listening.py measures with: sounds, the program at work, its engine alone."""
