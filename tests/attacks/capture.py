"""Packets as tcpdump records them, and the streams that tcpflow puts together from them. Needs root."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

BUFFER_KIB = 65_536
LATE_S = 10.0
LAST_S = 0.5  # for the last packets to be written


class CaptureFailed(Exception):
    """tcpdump did not start, or missed packets; holds what it said."""


@dataclass(slots=True)
class Captured:
    """The packets' file, and how many there are when the capture is over."""

    file: Path
    packets: int = 0

    def streams(self) -> bytes:
        """What was sent both ways, connection after connection."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["tcpflow", "-q", "-r", str(self.file), "-o", folder, "-X", "/dev/null"],
                check=True,
                capture_output=True,
            )
            return b"".join(path.read_bytes() for path in sorted(Path(folder).iterdir()))


@contextmanager
def capture(interface: str, what: str, file: Path) -> Iterator[Captured]:
    """Records while the context lasts; `what` is a filter, such as "tcp port 10701". Raises CaptureFailed."""
    command = ["tcpdump", "-i", interface, "-w", str(file), "-U", "-s", "0", "-B", str(BUFFER_KIB)]
    tcpdump = subprocess.Popen([*command, "-Z", "root", what], stderr=subprocess.PIPE, text=True)
    assert tcpdump.stderr is not None
    said = tcpdump.stderr.readline()
    if "listening on" not in said:
        tcpdump.kill()
        raise CaptureFailed(said + tcpdump.communicate()[1])
    captured = Captured(file)
    try:
        yield captured
        sleep(LAST_S)
    finally:
        tcpdump.terminate()
        said = tcpdump.communicate(timeout=LATE_S)[1]
    captured.packets = _counted(r"(\d+) packets? captured", said)
    if missed := _counted(r"(\d+) packets? dropped by kernel", said):
        raise CaptureFailed(f"{missed} packets were missed")


def _counted(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    if found is None:
        raise CaptureFailed(said)
    return int(found[1])
