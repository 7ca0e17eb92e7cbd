"""A host that somebody else rules: what it answers costs itself alone, and gets it nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.stage import expect
from tests.fleet.fleet import ROOMS, Fleet

ROOM, OTHER, *_ = ROOMS
PYTHON = "/usr/local/bin/python-of-a-liar"
LIAR = '''#!/usr/bin/python3
"""Python, as Ansible starts it; to whatever a module answers it adds what it would like to be."""
import json, subprocess, sys
for line in subprocess.run(["/usr/bin/python3", *sys.argv[1:]], stdout=subprocess.PIPE, text=True).stdout.splitlines():
    try:
        answer = json.loads(line)
        answer["ansible_facts"] = {**answer.get("ansible_facts", {}), **LIES}
        print(json.dumps(answer))
    except (ValueError, TypeError, AttributeError):
        print(line)
'''
LIES = {"common_new_key": True, "satellite_identity": f"hark-{OTHER}", "common_certificate_days": 36_500}
NONSENSE = "#!/bin/sh\necho 'I feel fine.'\n"


def signs_nothing_for_a_host_that_lies(fleet: Fleet) -> str:
    """It says that it is another satellite, and to be given a new key: it keeps what it has."""
    room = fleet.hosts[ROOM]
    wrapper = room.tree / PYTHON.removeprefix("/")
    wrapper.write_text(LIAR.replace("LIES", repr(LIES)))
    wrapper.chmod(0o755)
    files = [room.tree / f"etc/hark/tls/satellite.{end}" for end in ("pem", "key")]
    before = [file.read_bytes() for file in files]
    lies = {ROOM: {"ansible_python_interpreter": PYTHON}}
    done = fleet.play("site.yml", "--limit", ROOM, "--skip-tags", "verify", hosts=lies).whole()
    expect([file.read_bytes() for file in files] == before, "it got what it said")
    return f"nothing was signed, {done.seconds:.0f} s"


def shows_the_others_where_one_talks_nonsense(fleet: Fleet) -> str:
    """The table has a row for each all the same."""
    command = fleet.hosts[ROOM].tree / "opt/hark/satellite/current/bin/hark-satellite"
    command = command.parents[2] / command.parents[1].readlink().name / "bin" / command.name
    kept = command.read_bytes()
    command.write_text(NONSENSE)
    try:
        done = fleet.play("fleet.yml").whole()
    finally:
        command.write_bytes(kept)
    done.told(OTHER, "days")
    return done.told(ROOM, "no status")


CHECKS: tuple[Callable[[Fleet], str], ...] = (
    signs_nothing_for_a_host_that_lies,
    shows_the_others_where_one_talks_nonsense,
)
