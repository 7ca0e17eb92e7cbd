"""The home that is spoken to: its areas, its things, what can be done with them."""
