"""What can be wrong with certificates: this machine's files, or the peer."""

from __future__ import annotations

from wire.errors import WireError


class CertificateError(Exception):
    """This machine's own files cannot be used; says which, why, and what to do."""


class Refused(WireError):
    """The peer is not let in, or this machine is not by the peer."""

    code = "refused"
