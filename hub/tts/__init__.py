"""Text-to-speech: from the reply's words to its sound."""
