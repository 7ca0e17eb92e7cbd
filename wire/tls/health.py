"""What is wrong, or soon will be, with this machine's own certificate, in one sentence that changes once a day."""

from __future__ import annotations

from collections.abc import Container

from wire.tls.certificate import DAY_S
from wire.tls.files import Loaded
from wire.tls.words import CHECK_CLOCKS, clock, date

WARN_DAYS = 30  # before the end: a month in which somebody reads a log, or a playbook runs


def trouble(loaded: Loaded, revoked: Container[str], now: float) -> str:
    """What to tell a person; "" where all is well."""
    own, authority = loaded.own, loaded.authority_ends
    if own.fingerprint in revoked:
        return f"this machine's own certificate, {own}, is revoked; issue it a new one"
    if now < own.begins:
        return f"this machine's own certificate is not valid yet: {clock(own, now)}; {CHECK_CLOCKS}"
    what, ends = ("own certificate", own.ends) if own.ends <= authority else ("authority", authority)
    if now > ends:
        return f"this machine's {what} ended on {date(ends)}: {clock(own, now)}; renew it, or {CHECK_CLOCKS}"
    left = days_left(ends, now)
    return f"this machine's {what} ends in {left} days, on {date(ends)}; renew it" if left <= WARN_DAYS else ""


def days_left(ends: float, now: float) -> int:
    """Whole days."""
    return int((ends - now) // DAY_S)
