"""Speech-to-text with CMU pocketsphinx and a language model of the home's own sentences: nothing to download."""
