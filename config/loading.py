"""From layers of TOML to one frozen settings object, or one sentence that says which key of which file is wrong.

Layers are laid over each other key by key, later ones winning: the defaults that ship, a profile, the
user's file, `--set` and the short options. A file that does not parse changes nothing, since nothing is built
until every layer has been read and checked.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)
Table = dict[str, object]

LARGEST_FILE = 1 << 20  # bytes; a settings file of a thousand satellites has a tenth of it


class SettingsError(Exception):
    """Settings that cannot be used: says file, key, and what was expected."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings and the name that errors give it."""

    source: str
    table: Table


def read(path: Path) -> Layer:
    """Reads one TOML file as a layer."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise SettingsError(f"{path}: larger than {LARGEST_FILE} bytes; this is no settings file")
        return Layer(str(path), tomllib.loads(content.decode()))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); check its path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is not TOML ({error}); mend that line") from None


def assignment(text: str) -> Layer:
    """One `part.key=value` of --set; what is no TOML value is taken as a string, so quotes may be left out."""
    key, equals, value = text.partition("=")
    if not equals or not all(key.strip().split(".")):
        raise SettingsError(f"--set {text}: expected part.key=value")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        parsed = value.strip()
    return one(key.strip(), parsed, "--set")


def one(key: str, value: object, source: str) -> Layer:
    """A layer of a single key, given as `part.key`."""
    *parts, last = key.split(".")
    table: Table = {last: value}
    for part in reversed(parts):
        table = {part: table}
    return Layer(source, table)


def build(kind: type[S], layers: Sequence[Layer]) -> S:
    """Lays the layers over each other and returns them as frozen settings of `kind`."""
    merged: Table = {}
    for layer in layers:
        _lay_over(merged, layer.table)
    try:
        return msgspec.convert(merged, kind, strict=True)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error), kind, layers)) from None


def _lay_over(below: Table, above: Mapping[str, object]) -> None:
    for key, value in above.items():
        held = below.get(key)
        if isinstance(held, dict) and isinstance(value, Mapping):
            # A secret has one place, so a new place replaces the old one whole.
            if set(value) <= {"env", "file"} and set(held) <= {"env", "file"}:
                below[key] = dict(value)
            else:
                _lay_over(held, value)
        else:
            below[key] = _copy(value)


def _copy(value: object) -> object:
    return {key: _copy(inner) for key, inner in value.items()} if isinstance(value, dict) else value


_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_INVALID = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)


def _explain(message: str, kind: type[msgspec.Struct], layers: Sequence[Layer]) -> str:
    """Turns msgspec's sentence, which knows the path, into ours, which knows the file as well."""
    if unknown := _UNKNOWN.match(message):
        path = [*_names(unknown["path"]), unknown["key"]]
        known = sorted(_keys(kind, path[:-1]))
        near = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
        return f"{_source(layers, path)}: {'.'.join(path)}: there is no such key; {hint}"
    invalid = _INVALID.match(message)
    assert invalid is not None  # the pattern matches every text
    path = _names(invalid["path"])
    what = invalid["what"].replace("`", "")
    key, colon, rest = what.partition(": ")
    if colon and key in _keys(kind, path):  # a check of a whole slice names the key that it found wrong
        path, what = [*path, key], rest
    return f"{_source(layers, path)}: {'.'.join(path) or 'settings'}: {what[:1].lower()}{what[1:]}"


def _names(path: str | None) -> list[str]:
    return [name for name in re.split(r"\.|\[[^\]]*\]", path or "") if name]


def _source(layers: Sequence[Layer], path: Sequence[str]) -> str:
    for layer in reversed(layers):
        inner: object = layer.table
        for name in path:
            inner = inner.get(name, None) if isinstance(inner, Mapping) else None
        if inner is not None:
            return layer.source
    return layers[-1].source


def _keys(kind: type[msgspec.Struct], path: Sequence[str]) -> set[str]:
    fields: dict[str, object] = {}
    inner: object = kind
    for name in [*path, None]:
        if not (isinstance(inner, type) and issubclass(inner, msgspec.Struct)):
            return set()
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(inner)}
        inner = fields.get(name) if name is not None else None
    return set(fields)
