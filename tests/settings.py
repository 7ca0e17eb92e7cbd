"""The default settings, as the programs have them."""

from __future__ import annotations

from pathlib import Path

import config

HUB_TOML = Path(config.__file__).with_name("hub.toml")
SATELLITE_TOML = Path(config.__file__).with_name("satellite.toml")
