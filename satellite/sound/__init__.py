"""Microphones and speakers: sound cards, their health, and the echo between them."""
