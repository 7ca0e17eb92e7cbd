"""Speech-to-text with faster-whisper: OpenAI's Whisper on CTranslate2."""
