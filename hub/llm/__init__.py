"""From words to a reply: the home's intents, and later the language models."""
