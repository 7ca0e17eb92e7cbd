"""Secrets stay where they are: settings only say where to find one, and it is read at the moment of use.

Nothing that is printed, logged or compared holds the value, so none of them can give it away.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

LONGEST_SECRET = 4096  # bytes; the longest token in use (a JWT with many claims) has about half of it


class SecretError(Exception):
    """A secret is not where the settings say; names the place, never the value."""


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The place of a secret: the name of an environment variable, or a file that holds nothing else."""

    env: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        """Refuses two places, where one could go stale unseen."""
        if self.env and self.file:
            raise ValueError("a secret has one place: give either env or file")

    def __str__(self) -> str:
        if self.env:
            return f"environment variable {self.env}"
        return f"file {self.file}" if self.file else "nowhere"

    def read(self) -> str:
        """Returns the secret without surrounding whitespace; raises SecretError where there is none."""
        if self.env:
            value = os.environ.get(self.env, "")
        elif self.file:
            value = self._from_file()
        else:
            raise SecretError("no place is set for this secret; give it as { env = … } or { file = … }")
        if not value.strip():
            raise SecretError(f"the secret expected in {self} is empty or missing; put it there or change the setting")
        return value.strip()

    def _from_file(self) -> str:
        path = Path(self.file).expanduser()
        try:
            with path.open("rb") as file:
                content = file.read(LONGEST_SECRET + 1)
        except OSError as error:
            raise SecretError(
                f"cannot read the secret in {self}: {error.strerror}; check the path and its rights"
            ) from None
        if len(content) > LONGEST_SECRET:
            raise SecretError(f"{self} holds more than {LONGEST_SECRET} bytes; it should hold the secret alone")
        return content.decode(errors="replace")
