"""What a model writes, in words that a voice can say."""
