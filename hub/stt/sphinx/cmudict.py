"""The dictionary of pronunciations that comes with pocketsphinx, for looking up single words.

It is kept as the text that it is (3 MB; as a mapping it takes 36 MB), and a word is found in a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

from hub.stt.recognizer import RecognizerError

DICTIONARY = "pocketsphinx/model/en-us/cmudict-en-us.dict"


class Cmudict:
    """Reads the file of the installed package, without loading the engine; raises RecognizerError."""

    def __init__(self, file: str = DICTIONARY) -> None:
        path = Path(str(distribution("pocketsphinx").locate_file(file)))
        try:
            self._text = b"\n" + path.read_bytes() + b"\n"
        except OSError as error:
            raise RecognizerError(
                f"pocketsphinx has no dictionary ({error}); reinstall the package pocketsphinx"
            ) from None

    def phones(self, word: str) -> Sequence[str]:
        """The usual pronunciation of a word in lower case, without stress; empty where the dictionary lacks it."""
        entry = f"\n{word} ".encode()
        at = self._text.find(entry)
        if at < 0:
            return ()
        phones = self._text[at + len(entry) : self._text.index(b"\n", at + 1)]
        return phones.decode().split()
