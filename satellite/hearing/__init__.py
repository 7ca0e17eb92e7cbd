"""From frames of sound to voice, wake words and the pre-roll."""
