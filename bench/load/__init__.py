"""Many simulated satellites against a real hub whose engines only take time, or are the embedded ones."""
