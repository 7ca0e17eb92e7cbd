"""This machine's certificate, key and authority: read, and proven by a handshake with itself before they are used.

Rules: the private authority alone counts, none of the system's; TLS 1.3 alone; no session is resumed, since a resumed
one is not verified again. OpenSSL itself is asked whether a certificate fits its authority and its role, in memory,
where validity in time is left out: a clock that is wrong must not keep a satellite from starting.
"""

from __future__ import annotations

import ssl
import stat
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from wire.tls.certificate import Certificate
from wire.tls.errors import CertificateError

MOST_BYTES = 1_000_000  # of a PEM file; a chain of ten has 20 kB
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h, which ssl has no name for
OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
ROUNDS = 3  # of messages: a TLS 1.3 handshake has one and a half


class Role(Enum):
    """What a machine's certificate lets it do, as its extended key usage says it."""

    SATELLITE = "serverAuth"
    HUB = "clientAuth"


class Places(Protocol):
    """Where the files lie."""

    @property
    def certificate(self) -> str:
        """PEM; the machine's own first, then those between it and the authority."""

    @property
    def key(self) -> str:
        """PEM, without a passphrase, not for others to read."""

    @property
    def authority(self) -> str:
        """PEM; the CAs that count."""

    @property
    def revoked(self) -> str:
        """See revoked.py; "" for none."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What new connections are made with."""

    context: ssl.SSLContext
    own: Certificate
    authority_ends: float
    """Until when the authority that signed it is valid, in seconds since 1970."""
    authorities: frozenset[bytes]
    """The certificates of all that count, as DER."""


def read(path: str, most: int = MOST_BYTES) -> bytes:
    """A file's content; raises CertificateError."""
    try:
        place = Path(path).expanduser()
        if not place.is_file() and place.exists():
            raise CertificateError(f"{path}: is no file; give the path of one")
        with place.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise CertificateError(f"{path}: cannot be read ({error.strerror}); check its path and its rights") from None
    if len(content) > most:
        raise CertificateError(f"{path}: is larger than {most} bytes, which it should never be; check its path")
    return content


def load(places: Places, role: Role) -> Loaded:
    """Reads and proves them; raises CertificateError."""
    authority = read(places.authority).decode("ascii", errors="ignore")
    if b"-----BEGIN CERTIFICATE-----" not in read(places.certificate):
        raise CertificateError(f"{places.certificate}: is no certificate in PEM format; check its path")
    _check_key(places.key)
    makes = ssl.PROTOCOL_TLS_SERVER if role is Role.SATELLITE else ssl.PROTOCOL_TLS_CLIENT
    context = _context(makes, places, authority)
    own = _proven(places, role, authority)
    ends = [
        ssl.cert_time_to_seconds(str(each["notAfter"]))
        for each in context.get_ca_certs()
        if each["subject"] == own.issuer
    ]
    return Loaded(context, own, max(ends, default=own.ends), frozenset(context.get_ca_certs(binary_form=True)))


def _check_key(path: str) -> None:
    content = read(path)
    if b"PRIVATE KEY-----" not in content:
        raise CertificateError(f"{path}: is no private key in PEM format; check its path")
    if b"ENCRYPTED" in content:
        raise CertificateError(f"{path}: is locked with a passphrase, which nobody is there to type; store it without")
    if Path(path).expanduser().stat().st_mode & OTHERS:
        raise CertificateError(f"{path}: every user of this machine can read the key; run: chmod o= {path}")


def _context(kind: ssl._SSLMethod, places: Places, authority: str, *, verify: bool = True) -> ssl.SSLContext:
    context = ssl.SSLContext(kind)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # who it is, is judged by its names, not by its address: see credentials.py
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    context.options |= ssl.OP_NO_TICKET
    if kind is ssl.PROTOCOL_TLS_SERVER:
        context.num_tickets = 0
    try:
        context.load_verify_locations(cadata=authority)
        counts = bool(context.get_ca_certs())
    except (ssl.SSLError, ValueError):
        counts = False
    if not counts:
        raise CertificateError(f"{places.authority}: holds no certificate of an authority (CA) in PEM format")
    certificate, key = (Path(path).expanduser() for path in (places.certificate, places.key))
    try:
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            told = f"{key}: is not the key of {certificate}; replace both together"
        else:
            told = f"{certificate}, {key}: cannot be used ({(error.reason or 'broken PEM').lower()}); make them anew"
        raise CertificateError(told) from None
    except OSError as error:
        raise CertificateError(f"{certificate}, {key}: cannot be read ({error.strerror}); check their rights") from None
    return context


def _proven(places: Places, role: Role, authority: str) -> Certificate:
    """The own certificate, which fits its role and no other; raises CertificateError."""
    try:
        own = _shown(places, role, authority)
    except ssl.SSLCertVerificationError as error:
        told = f"is not good for a {role.name.lower()} ({error.verify_message})"
        remedy = f"it must be signed by {places.authority}, with the extended key usage {role.value}"
        raise CertificateError(f"{places.certificate}: {told}; {remedy}") from None
    (other,) = set(Role) - {role}
    with suppress(ssl.SSLCertVerificationError):
        _shown(places, other, authority)
        told = f"would also do for a {other.name.lower()}, so whoever steals it could be one"
        raise CertificateError(f"{places.certificate}: {told}; issue it with the extended key usage {role.value} alone")
    return own


def _shown(places: Places, role: Role, authority: str) -> Certificate:
    """The own certificate as others verify it in that role, at any time; raises ssl.SSLCertVerificationError."""
    server = _context(ssl.PROTOCOL_TLS_SERVER, places, authority, verify=role is Role.HUB)
    client = _context(ssl.PROTOCOL_TLS_CLIENT, places, authority, verify=role is Role.SATELLITE)
    for context in (server, client):
        context.verify_flags = ssl.VerifyFlags(context.verify_flags | NO_CHECK_TIME)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = client.wrap_bio(to_client, to_server), server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(ROUNDS):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    return Certificate.of(ends[0] if role is Role.SATELLITE else ends[1])
