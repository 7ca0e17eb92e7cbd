"""A house on loopback whose hub and satellite have certificates: the real programs."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

from bench.house import House, Through, house
from config.tls import Tls
from tests.certificates import IS_LED, LEADS, Authority, Issued

SATELLITE = "hark-test"


def options(tls: Tls) -> list[str]:
    """Of a program that uses these files."""
    chosen = {"certificate": tls.certificate, "key": tls.key, "authority": tls.authority, "revoked": tls.revoked}
    return [word for key, path in chosen.items() for word in ("--set", f"tls.{key}={path}")]


class Encrypted:
    """An authority, a hub's options and a satellite's."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder / "authority")
        self.satellite, self.hub = self.authority.issue(SATELLITE, IS_LED), self.authority.issue("hub", LEADS)

    def on_satellite(self, issued: Issued | None = None) -> list[str]:
        """By TLS alone, at any port."""
        tls = self.authority.tls(issued or self.satellite)
        return [*options(tls), "--set", "listen.plain=false", "--set", "tls.port=0"]

    def on_hub(self) -> list[str]:
        """It dials by TLS alone."""
        return options(self.authority.tls(self.hub))

    def house(self, folder: Path, through: Through = nullcontext) -> AbstractAsyncContextManager[House]:
        """Its replies go to `folder`."""
        return house(folder, lambda seen: None, self.on_hub(), self.on_satellite(), through=through)
