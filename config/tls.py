"""What both programs are told of TLS: where certificate, key, authority and revocations lie."""

from __future__ import annotations

from config.parts import Port, Slice


class Tls(Slice, frozen=True):
    """Paths of PEM files; without a certificate there is no TLS."""

    certificate: str
    key: str
    authority: str
    revoked: str

    def __post_init__(self) -> None:
        """Refuses half of it."""
        for name in ("key", "authority"):
            if bool(getattr(self, name)) != self.on:
                raise ValueError(f"{name}: certificate, key and authority belong together; give all three, or none")
        if self.revoked and not self.on:
            raise ValueError("revoked: nothing can be revoked without TLS; give certificate, key and authority too")

    @property
    def on(self) -> bool:
        """Whether there is TLS."""
        return bool(self.certificate)


class SatelliteTls(Tls, frozen=True):
    """A satellite's, which listens."""

    port: Port
