"""Text-to-speech with Piper: small neural voices in many languages, on a CPU."""
