"""The nearest sentence that the home knows, for words that are none."""
