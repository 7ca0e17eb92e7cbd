"""Who is connected, who leads, and what the satellite tells of itself."""
