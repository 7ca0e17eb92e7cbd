"""A house's authority and its certificates, good and bad, for tests and benchmarks: made here, on disk as PEM files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

from config.tls import Tls

LEADS, IS_LED = (Usage.CLIENT_AUTH,), (Usage.SERVER_AUTH,)
"""The roles of hubs and satellites, as extended key usages."""
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """One certificate with its key, as files."""

    certificate: Path
    key: Path
    fingerprint: str
    """SHA-256, hexadecimal."""


@dataclass
class Authority:
    """A private CA that keeps its files in a folder; with the `key` of another and its name it is that one."""

    folder: Path
    name: str = "house"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)
    _issued: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        builder = self._builder(_called(self.name), self.key.public_key(), NOW - 365 * DAY, NOW + 3650 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._certificate = builder.sign(self.key, hashes.SHA256())
        self.file.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    @property
    def file(self) -> Path:
        """Its certificate."""
        return self.folder / f"{self.name}.pem"

    @property
    def revoked(self) -> Path:
        """The list of revoked certificates; there once something was revoked."""
        return self.folder / f"{self.name}.revoked"

    def issue(
        self,
        name: str,
        roles: tuple[x509.ObjectIdentifier, ...] = IS_LED,
        begins: datetime = NOW - DAY,
        ends: datetime = NOW + 365 * DAY,
    ) -> Issued:
        """A certificate for a name, and a new key."""
        self._issued += 1
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_called(name), key.public_key(), begins, ends)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        if roles:
            builder = builder.add_extension(x509.ExtendedKeyUsage(roles), critical=False)
        made = builder.sign(self.key, hashes.SHA256())
        stem = self.folder / f"{self.name}-{name}-{self._issued}"
        issued = Issued(stem.with_suffix(".crt"), stem.with_suffix(".key"), made.fingerprint(hashes.SHA256()).hex())
        issued.certificate.write_bytes(made.public_bytes(Encoding.PEM))
        issued.key.touch(0o600)
        issued.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return issued

    def revoke(self, *issued: Issued) -> None:
        """These and no others count no more."""
        new = self.revoked.with_suffix(".new")
        new.write_text("# revoked\n" + "".join(f"{one.fingerprint}  # {one.certificate.stem}\n" for one in issued))
        new.replace(self.revoked)

    def tls(self, issued: Issued) -> Tls:
        """The settings of a machine that holds it and trusts this authority."""
        if not self.revoked.exists():
            self.revoke()
        return Tls(
            certificate=str(issued.certificate),
            key=str(issued.key),
            authority=str(self.file),
            revoked=str(self.revoked),
        )

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(_called(self.name), subject, key, x509.random_serial_number(), begins, ends)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        return builder.add_extension(issuer, critical=False)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
