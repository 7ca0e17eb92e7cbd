"""Speech-to-text: from the sound of a turn to its words."""
