"""Debian hosts and the roles of ansible/: `script/fleet` starts this, as root.

Prints each check with ok or FAILED, what was seen and how long it took; ends with 1 where one failed. Leaves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from tests.conformance.controller import Failed
from tests.fleet import (
    aarch64,
    alone,
    asking,
    bad_input,
    by_hand,
    encryption,
    hardening,
    lying,
    one_host,
    provisioning,
    releases,
    removal,
    sound,
    variables,
)
from tests.fleet.commands import CommandFailed, Skipped
from tests.fleet.fleet import Fleet
from tests.fleet.machine import Machine

PARTS = (
    provisioning,
    asking,
    encryption,
    hardening,
    releases,
    variables,
    bad_input,
    lying,
    sound,
    alone,
    one_host,
    by_hand,
    removal,
)
SLOW = (aarch64,)  # only where it is named


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the checks."""
    parser = argparse.ArgumentParser("script/fleet", description="Plays the roles of ansible/ on Debian hosts.")
    parser.add_argument("--only", metavar="NAMES", default="", help="names of checks, with commas between")
    parser.add_argument(
        "--keep", action="store_true", help="leave the hosts running; the next run takes them as they are"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was seen to FILE")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/hark-fleet"), help="for all of it (/tmp/hark-fleet)")
    parser.add_argument("--trees", type=Path, metavar="FOLDER", help="of bookworm and trixie, kept (below --folder)")
    parser.add_argument("--ansible", default="ansible-playbook", metavar="COMMAND", help="ansible-playbook")
    options = parser.parse_args(argv)
    if os.geteuid():
        print("skipped: hosts need root")
        return 0
    wanted = list(filter(None, options.only.split(",")))
    parts = PARTS + SLOW if wanted else PARTS
    checks = [check for part in parts for check in part.CHECKS if not wanted or check.__name__ in wanted]
    if unknown := set(wanted) - {check.__name__ for check in checks}:
        parser.error(f"no check is called {', '.join(sorted(unknown))}")
    return _run(checks, options)


def _run(checks: Sequence[Callable[[Fleet], str]], options: argparse.Namespace) -> int:
    folder: Path = options.folder
    trees: Path = options.trees or folder / "trees"
    folder.mkdir(parents=True, exist_ok=True)
    trees.mkdir(parents=True, exist_ok=True)
    machine = Machine(folder)
    fleet, told = Fleet(folder, trees, options.ansible, machine), []
    try:
        machine.prepare()
        began = monotonic()
        fleet.prepare()
        print(f"{len(fleet.used)} hosts after {monotonic() - began:.0f} s", flush=True)
        told = [_tell(check, fleet) for check in checks]
    finally:
        if not options.keep:
            fleet.end()
            machine.restore()
            shutil.rmtree(folder)
    if options.json:
        options.json.write_text(json.dumps(told, indent=1))
    return int(any(one["failed"] for one in told))


def _tell(check: Callable[[Fleet], str], fleet: Fleet) -> dict[str, object]:
    began, name = monotonic(), check.__name__.replace("_", " ")
    try:
        seen, failed = check(fleet), False
    except Skipped as reason:
        print(f"skipped {name}: {reason}", flush=True)
        return {"check": name, "failed": False, "skipped": str(reason)}
    except (Failed, CommandFailed, AssertionError) as error:
        seen, failed = str(error), True
    took_s, load = monotonic() - began, os.getloadavg()[0]
    print(f"{'FAILED ' if failed else 'ok     '} {name}: {seen} [{took_s:.0f} s, load {load:.1f}]", flush=True)
    return {"check": name, "failed": failed, "seen": seen, "seconds": round(took_s, 1), "load": load}


if __name__ == "__main__":
    sys.exit(main())
