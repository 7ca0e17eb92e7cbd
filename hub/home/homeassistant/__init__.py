"""Home Assistant as the home: its registries and states translated, its services called, over its WebSocket API."""
