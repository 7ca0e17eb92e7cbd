"""Settings: typed, frozen, a slice for each part, from documented TOML files."""
