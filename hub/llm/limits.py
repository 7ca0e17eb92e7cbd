"""What a server says about its limits, as seconds to rest, and what its refusals mean. Pure.

Headers are hostile or broken some day: what cannot be read is no limit, and no rest is longer than an hour.
Formats: RFC 9110 (Retry-After, seconds or a date), OpenAI's and Groq's x-ratelimit-* ("2m59.56s", "7.66s", "120ms").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from hub.llm.model import ModelError

LONGEST_REST_S = 3600.0  # a wrong header costs an hour at most; a day's limit is asked for again every hour
_DURATION = re.compile(
    r"(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9}(?:\.\d{0,9})?)s)?(?:(\d{1,9}(?:\.\d{0,9})?)ms)?"
)
_NUMBER = re.compile(r"\d{1,9}(\.\d{0,9})?")
_MOVED = "the API is elsewhere; check base_url"
_FAULT = "it has a fault of its own; wait, or look at its log"
_REMEDIES = {
    400: "it does not accept this request; check that the model knows tools",
    401: "it does not accept the key; check where the settings say that it lies",
    403: "the key may not use this model; check the account, or change the model",
    404: "it knows no such model, or no such address; check model and base_url",
    405: "this is no address of chat completions; check base_url",
    413: "the conversation is too long for the model; use one with a longer context",
    429: "its limit is reached; wait, or set another engine behind it",
}


def seconds(text: str) -> float | None:
    """A duration such as "12", "7.66s", "2m59.5s" or "120ms" in seconds; None where it is none."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    match = _DURATION.fullmatch(text) if text else None
    if match is None:
        return None
    hours, minutes, whole, thousandths = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + whole + thousandths / 1000


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """The rest that an error's headers ask for; None where they name none. `now_s`: seconds since 1970."""
    text = headers.get("retry-after", "")
    rest = seconds(text)
    if rest is None and "," in text:  # a date has its weekday before a comma
        rest = _until(text, now_s)
    return None if rest is None else min(rest, LONGEST_REST_S)


def spent_s(headers: Mapping[str, str]) -> float:
    """How long to rest after a success: until the next request is allowed where this was the last one, else 0."""
    if headers.get("x-ratelimit-remaining-requests", "").strip() != "0":
        return 0.0
    return min(seconds(headers.get("x-ratelimit-reset-requests", "")) or 0.0, LONGEST_REST_S)


def refusal(status: int, headers: Mapping[str, str], now_s: float) -> ModelError:
    """What an HTTP status other than success means; never the server's words, which may repeat the person's."""
    remedy = _REMEDIES.get(status, _MOVED if status < 400 else _FAULT)
    return ModelError(f"the server answered HTTP {status}: {remedy}", retry_after_s(headers, now_s))


def _until(date: str, now_s: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None
