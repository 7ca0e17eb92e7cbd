"""The list of certificates that count no more: a text file, one SHA-256 fingerprint a line.

A fingerprint is 64 hexadecimal digits, in the case and with the colons that it comes with, alone or as `openssl x509
-fingerprint -sha256` prints it ("sha256 Fingerprint=AB:CD:…"); "#" begins a comment. One bad line makes the whole list
bad: who mistyped one revocation must learn of it. So does a file of no bytes, which is what a full disk leaves.
"""

from __future__ import annotations

import re

from wire.tls.errors import CertificateError
from wire.tls.files import read

MOST_BYTES = 1_000_000  # ten thousand fingerprints with colons
_FINGERPRINT = re.compile(r"(?:sha-?256(?: fingerprint)?[=:] ?)?([0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})")
REMEDY = "expected one SHA-256 fingerprint a line, as openssl x509 -noout -fingerprint -sha256 prints it"


def load(path: str) -> frozenset[str]:
    """What such a file revokes; raises CertificateError."""
    content = read(path, MOST_BYTES)
    try:
        return parse(content)
    except ValueError as error:
        raise CertificateError(f"{path}: {error}") from None


def parse(content: bytes) -> frozenset[str]:
    """The fingerprints, 64 small hexadecimal digits each; raises ValueError, which names the line."""
    if not content:
        raise ValueError("it is empty; where nothing is revoked, write a comment into it")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"it is no text; {REMEDY}") from None
    found = [_fingerprint(line, number) for number, line in enumerate(lines, 1)]
    return frozenset(fingerprint for fingerprint in found if fingerprint)


def _fingerprint(line: str, number: int) -> str:
    told = line.partition("#")[0].strip().lower()
    if not told:
        return ""
    match = _FINGERPRINT.fullmatch(told)
    if match is None:
        raise ValueError(f"line {number} is no fingerprint; {REMEDY}")
    return match[1].replace(":", "")
