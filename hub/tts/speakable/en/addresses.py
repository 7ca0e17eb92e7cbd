"""Web and mail addresses, names of files and of a home's things: what can be said of them, without the rest."""

from __future__ import annotations

import re

from hub.tts.speakable.en.rules import Rule

_NAMED = {".": " dot ", "-": " dash ", "_": " underscore ", "+": " plus "}


def _host(found: re.Match[str]) -> str:
    """The site alone: nobody follows a path by ear."""
    return f" {_dotted(found[1])} "


def _mail(found: re.Match[str]) -> str:
    name = re.sub(r"[._+-]", lambda mark: _NAMED[mark[0]], found[1])
    return f" {name} at {_dotted(found[2])} "


def _dotted(host: str) -> str:
    return host.removeprefix("www.").replace(".", " dot ")


_HOST = r"(?:[^\W_](?:[\w-]{0,62}\w)?\.)+[^\W\d_]{2,24}"
_REST = r"(?::\d{1,5})?(?:[/?#](?:[^\s<>\"'”]{0,700}[^\s<>\"'”.,;:!?)\]])?)?"
ADDRESSES: tuple[Rule, ...] = (
    (re.compile(r"\b(?:mailto|tel):"), ""),
    (re.compile(rf"(?<![\w.+-])(\w[\w.+-]{{0,63}})@({_HOST})(?!\w)"), _mail),
    (re.compile(rf"\b[a-z]{{2,10}}://({_HOST}|\d{{1,3}}(?:\.\d{{1,3}}){{3}}|[\w-]+){_REST}"), _host),
    (re.compile(rf"\b(www\.{_HOST}){_REST}"), _host),
    (re.compile(rf"\b({_HOST})/(?:[^\s<>\"'”]{{0,700}}[^\s<>\"'”.,;:!?)\]])?"), _host),
    (re.compile(r"\b[a-z]{2,10}://"), " "),
    (re.compile(r"(?<=[a-z0-9_][a-z0-9_])\.(?=[a-z]{2})"), " dot "),  # example.com, config.yaml, light.kitchen
    (re.compile(r"(?<=\w)_(?=\w)"), " "),
)
