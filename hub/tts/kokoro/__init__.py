"""Text-to-speech with Kokoro."""
