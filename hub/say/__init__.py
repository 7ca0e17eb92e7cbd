"""hark-hub say: a text spoken as the hub speaks a reply."""
