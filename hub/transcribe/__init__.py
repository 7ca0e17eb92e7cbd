"""hark-hub transcribe: the words of recordings, heard as the hub hears a room."""
