"""Mutual TLS between hubs and satellites: one private authority, no other; who cannot prove itself gets nothing."""
