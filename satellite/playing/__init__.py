"""From replies, chimes and ringing to the one stream that the speaker plays."""
