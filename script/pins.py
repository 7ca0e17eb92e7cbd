"""Prints what requirements files pin for a processor and a Python that need not be this machine's.

pip can fetch wheels for others, but takes its own Python for what stands behind ";".

    python3 script/pins.py aarch64 3.13 FILE…
"""

import re
import sys
from pathlib import Path

from pip._vendor.packaging.markers import Marker


def main(machine: str, python: str, *files: str) -> None:
    """Prints them, each once."""
    host = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }
    wanted = {}
    for file in files:
        for pin in re.split(r"\n(?=\S)", Path(file).read_text().strip()):
            what, hashes = pin.split("\\\n", 1)
            what, _, marker = what.partition(";")
            if not marker or Marker(marker).evaluate(host):
                wanted[f"{what.strip()} \\\n{hashes}"] = None
    print("\n".join(wanted))


main(*sys.argv[1:])
