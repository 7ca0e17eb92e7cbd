"""Attacks a house on this machine and tells what came of it: `script/attack` starts this, as root.

The real hub and satellite with certificates, on loopback. Somebody records a question and its reply, and the same
without TLS, which shows that the reader finds what is there; strangers knock at the satellite's port; others pretend to
be satellites; thousands come while a person asks. Ends with 1 where anybody got anything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from bench.house import HouseError
from tests.attacks.capture import CaptureFailed
from tests.attacks.parts import PARTS
from tests.attacks.report import Report


async def attack(keeps: Path | None) -> Report:
    """All of it; recordings stay in `keeps`, where that is wanted."""
    report = Report()
    for part in PARTS:
        with tempfile.TemporaryDirectory(prefix="hark-") as folder:
            try:
                await part(report, Path(folder), keeps or Path(folder))
            except (HouseError, CaptureFailed, AssertionError, TimeoutError) as error:
                report.tell(part.__name__, f"could not be tried to its end: {error or 'it took too long'}", False)
    return report


def main() -> int:
    """Prints the report."""
    parser = argparse.ArgumentParser("script/attack", description="Attacks a house on this machine.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what was seen to FILE")
    parser.add_argument("--pcap", type=Path, metavar="FOLDER", help="keep the recordings of loopback in FOLDER")
    options = parser.parse_args()
    if options.pcap:
        options.pcap.mkdir(parents=True, exist_ok=True)
    report = asyncio.run(attack(options.pcap))
    if options.json:
        options.json.write_text(json.dumps(report.rows, indent=1, ensure_ascii=False))
    return int(report.failed)


if __name__ == "__main__":
    sys.exit(main())
