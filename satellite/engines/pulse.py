"""Other players of a PulseAudio server, or of PipeWire's that speaks like one (package pulsectl, over libpulse).

Strategy: every stream on the default speaker, but for those of this process, is made softer by the same decibels, and
noted with what it had and what it got. A stream gets its own volume back only while it still has what it got here:
whoever turned it meanwhile is right. Each time the server is asked anew (6 ms), so that it may come and go.

Rules: a note that no longer finds its stream is for the player's next one, to which the server gives the volume of the
last. The notes lie in a file beside the server's socket while anything is soft: after a crash the next start restores.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pulsectl

from satellite.sound.music import MusicError

FILE = "hark-ducked.json"
STEP = 1 / 65536  # of PulseAudio's volumes, which are whole numbers of it
SOFTEST = 1e-4  # of a volume; one of zero could not be told from a player that is muted
PROCESS = "application.process.id"
CONNECT_S = 1.0  # for the server to answer

Volumes = list[float]  # of each channel; 1.0 is 100 %


class Note(msgspec.Struct, frozen=True):
    """Of one stream: the server's number, the player's name, the volume it had and the one it got here."""

    index: int
    player: str
    had: Volumes
    got: Volumes


@dataclass(frozen=True, slots=True)
class Stream:
    """Something that plays."""

    index: int
    player: str
    volumes: Volumes


def softened(volumes: Volumes, decibels: float) -> Volumes:
    """Returns volumes that sound so much softer: PulseAudio's are cubic, so 60 dB make a tenth of one."""
    return [volume and max(SOFTEST, volume * 10 ** (-decibels / 60)) for volume in volumes]


def to_duck(streams: Sequence[Stream], notes: Sequence[Note], decibels: float) -> list[Note]:
    """Returns a note for each stream that has none yet."""
    noted = {(note.index, note.player) for note in notes}
    new = [stream for stream in streams if (stream.index, stream.player) not in noted]
    return [Note(stream.index, stream.player, stream.volumes, softened(stream.volumes, decibels)) for stream in new]


def to_restore(streams: Sequence[Stream], notes: Sequence[Note]) -> list[tuple[int, Volumes]]:
    """Returns stream and volumes for each that still has what it, or its player's last stream, got here."""
    restored = []
    for stream in streams:
        own = [note for note in notes if note.player == stream.player and _same(note.got, stream.volumes)]
        own.sort(key=lambda note: note.index != stream.index)
        restored += [(stream.index, note.had) for note in own[:1]]
    return restored


def _same(one: Volumes, other: Volumes) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= STEP for a, b in zip(one, other, strict=True))


class PulseMusic:
    """The other players of the server that this user's programs play to."""

    def __init__(self, duck_db: float) -> None:
        self._duck_db = duck_db
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        self._file = Path(runtime) / FILE if runtime else None
        self._notes = self._kept()

    async def duck(self) -> None:
        """See satellite.sound.music.Music."""
        await asyncio.to_thread(self._duck)

    async def restore(self) -> None:
        """See satellite.sound.music.Music."""
        if self._notes:
            await asyncio.to_thread(self._restore)

    def _duck(self) -> None:
        with _connected() as server:
            new = to_duck(_others(server, _default_sink(server)), self._notes, self._duck_db)
            self._keep([*self._notes, *new])
            for note in new:
                _set(server, note.index, note.got)

    def _restore(self) -> None:
        with _connected() as server:
            for index, volumes in to_restore(_others(server), self._notes):
                _set(server, index, volumes)
            self._keep([])

    def _keep(self, notes: list[Note]) -> None:
        self._notes = notes
        if self._file is None:
            return
        with suppress(OSError):  # only what a crash leaves soft depends on it
            if notes:
                self._file.write_bytes(msgspec.json.encode(notes))
            else:
                self._file.unlink(missing_ok=True)

    def _kept(self) -> list[Note]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=list[Note]) if self._file else []
        except (OSError, msgspec.DecodeError):  # nothing was left soft, or the crash was in the middle of writing
            return []


@contextmanager
def _connected() -> Iterator[pulsectl.Pulse]:
    try:
        with pulsectl.Pulse("hark", connect=False) as server:
            server.connect(timeout=CONNECT_S)
            yield server
    except (pulsectl.PulseError, pulsectl.PulseDisconnected) as error:
        raise MusicError(
            f"music cannot be made softer, for no PulseAudio or PipeWire answers ({error}); "
            "start one for this user, or set music.duck_db to 0"
        ) from None


def _default_sink(server: pulsectl.Pulse) -> int:
    """The speaker that the satellite plays to; what plays elsewhere disturbs nobody here."""
    name = server.server_info().default_sink_name
    return next((sink.index for sink in server.sink_list() if sink.name == name), -1)


def _others(server: pulsectl.Pulse, sink: int | None = None) -> list[Stream]:
    """What other programs play, on one speaker or on all."""
    others = [info for info in server.sink_input_list() if info.proplist.get(PROCESS) != str(os.getpid())]
    infos = [info for info in others if sink in (None, info.sink)]
    return [Stream(info.index, _player(info.proplist), list(info.volume.values)) for info in infos]


def _player(properties: dict[str, str]) -> str:
    return properties.get("module-stream-restore.id") or properties.get("application.name", "")


def _set(server: pulsectl.Pulse, index: int, volumes: Volumes) -> None:
    with suppress(pulsectl.PulseOperationFailed):  # it has just ended, or has no volume of its own
        server.sink_input_volume_set(index, pulsectl.PulseVolumeInfo(volumes))
