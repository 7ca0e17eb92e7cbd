"""What a certificate says, as far as it matters here."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DAY_S = 86_400.0
SHOWN_DIGITS = 16  # of a fingerprint, in logs: as good as all 64 for telling two apart


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that a peer has proven to hold."""

    names: tuple[str, ...]
    """Its DNS names: a satellite's mDNS name, a hub's name."""
    fingerprint: str
    """SHA-256 of the whole certificate, 64 hexadecimal digits."""
    begins: float
    ends: float
    """Seconds since 1970."""
    issuer: object
    """Who signed it, in the form of ssl."""

    @classmethod
    def of(cls, peer: ssl.SSLObject) -> Certificate:
        """The other end's, after a handshake that has verified it."""
        told, whole = peer.getpeercert(), peer.getpeercert(binary_form=True)
        assert told is not None  # the handshake wants one
        assert whole is not None
        return cls(
            tuple(value.lower() for kind, value in _pairs(told.get("subjectAltName", ())) if kind == "DNS"),
            hashlib.sha256(whole).hexdigest(),
            ssl.cert_time_to_seconds(str(told["notBefore"])),
            ssl.cert_time_to_seconds(str(told["notAfter"])),
            told["issuer"],
        )

    def __str__(self) -> str:
        return f"{', '.join(self.names) or 'nobody'} (SHA-256 {self.fingerprint[:SHOWN_DIGITS]}…)"


def _pairs(names: Iterable[object]) -> Iterator[tuple[str, str]]:
    """The names of a certificate, for whose form ssl has no precise type."""
    for name in names:
        if isinstance(name, tuple) and len(name) == 2:
            yield str(name[0]), str(name[1])
