"""The satellite: wake word, voice activity and playback in one room."""
