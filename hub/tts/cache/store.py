"""The sound of texts that were spoken before, in memory: found by what made it and by the text itself.

Pure. Bounded in bytes; what was wanted longest ago goes first. Only sound is kept, never an answer: what depends on the
state of things is worked out anew each time, and only its sound may be there already.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

OVERHEAD_BYTES = 500  # of an entry besides its sound: text, key, objects


@dataclass(frozen=True, slots=True)
class Key:
    """What sound is the same: `voice` names engine, version, voice and speed."""

    voice: str
    rate: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Sound in the voice's own format, and the seconds that its first piece took to make."""

    pcm: bytes
    took_s: float


class Sounds:
    """At most so many bytes of sound; 0 keeps none."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self.size = 0
        """Bytes that are kept."""
        self.hits = 0
        self.misses = 0
        self.saved_s = 0.0
        """Seconds that people would have waited longer."""

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def entry(self, key: Key) -> Entry | None:
        """What is kept of it, uncounted."""
        return self._entries.get(key)

    def find(self, key: Key) -> bytes | None:
        """The sound, where it is kept; counted."""
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        self.saved_s += entry.took_s
        return entry.pcm

    def keep(self, key: Key, entry: Entry) -> None:
        """Keeps sound, in place of what was wanted longest ago."""
        self._drop(key)
        size = len(entry.pcm) + OVERHEAD_BYTES
        if not entry.pcm or size > self._most:
            return
        self._entries[key] = entry
        self.size += size
        while self.size > self._most:
            self._drop(next(iter(self._entries)))

    def report(self) -> dict[str, float]:
        """What came of it so far, for who watches."""
        return {
            "hits": self.hits,
            "misses": self.misses,
            "saved_ms": round(self.saved_s * 1000, 1),
            "kept_mb": round(self.size / 1e6, 2),
        }

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= len(entry.pcm) + OVERHEAD_BYTES
