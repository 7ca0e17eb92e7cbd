"""Why there is no TLS connection, in one sentence for people: what happened, why, and what to do.

OpenSSL names hundreds of reasons; these are the ones that a house meets. Any other is told in OpenSSL's words.
"""

from __future__ import annotations

import ssl
import time

from wire.tls.certificate import DAY_S, Certificate

YEAR_DAYS = 365.25
CHECK_CLOCKS = "check the clocks of both machines (timedatectl)"
PLAIN = "it speaks no TLS here: hubs come with a certificate, all others by the plain port"
_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it shows no certificate; give it one of this house's (docs/security.md)",
    "WRONG_VERSION_NUMBER": PLAIN,
    "HTTP_REQUEST": PLAIN,
    "HTTPS_PROXY_REQUEST": PLAIN,
    "UNSUPPORTED_PROTOCOL": "it speaks an older TLS than 1.3; update it",
}
_SIGNED_BY_OTHERS = "its certificate is not signed by this house's authority; issue it one that is, or leave it out"
_VERDICTS = {  # X509_V_ERR_… of OpenSSL's x509_vfy.h
    18: _SIGNED_BY_OTHERS,
    19: _SIGNED_BY_OTHERS,
    20: _SIGNED_BY_OTHERS,
    21: _SIGNED_BY_OTHERS,
    26: "its certificate is for another role: a hub needs clientAuth, a satellite serverAuth; issue it the right one",
}
NOT_YET_VALID, EXPIRED = 9, 10


def why(error: OSError, own: Certificate, now: float) -> str:
    """Why a handshake failed; `own` is this machine's certificate, by which a wrong clock is noticed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == NOT_YET_VALID:
            return f"its certificate is not valid yet: {clock(own, now)}; {CHECK_CLOCKS}"
        if error.verify_code == EXPIRED:
            return f"its certificate has expired: {clock(own, now)}; renew it, or {CHECK_CLOCKS}"
        told = f"its certificate does not do ({error.verify_message}); issue it a new one"
        return _VERDICTS.get(error.verify_code, told)
    if isinstance(error, ssl.SSLError):
        return reason(error)
    if isinstance(error, TimeoutError):
        return "it did not finish the TLS handshake in time; see its log, or is it no hub at all?"
    return "it left in the middle of the TLS handshake; see its log"


def reason(error: ssl.SSLError) -> str:
    """Why TLS failed, as far as the error alone tells."""
    told = (error.reason or error.strerror or "TLS failed").lower().replace("_", " ")
    return _REASONS.get(error.reason or "", f"TLS failed ({told}); see the log of the other end")


def clock(own: Certificate, now: float) -> str:
    """What this machine's clock says, and how far that is from what can be."""
    said = f"this machine's clock says {date(now)}"
    if now < own.begins:
        return f"{said}, {_span(now, own.begins)} before its own certificate begins"
    if now > own.ends:
        return f"{said}, {_span(own.ends, now)} after its own certificate ended"
    return said


def date(when: float) -> str:
    """As people write it for machines."""
    return time.strftime("%Y-%m-%d", time.gmtime(when))


def _span(first: float, last: float) -> str:
    """Calendar days, so that what is said of them changes with the date and not in between."""
    days = int(last // DAY_S) - int(first // DAY_S)
    if days > 2 * YEAR_DAYS:
        return f"{days / YEAR_DAYS:.0f} years"
    return f"{days} days" if days > 1 else "a day or less"
