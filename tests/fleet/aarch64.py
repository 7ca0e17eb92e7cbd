"""A satellite on aarch64, as a Pi is: the spare host with a Debian of that processor, whose programs QEMU runs.

Slow, so it runs only where it is named. What QEMU cannot do is left out: mDNS, PrivateUsers, the ONNX wake words.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conformance.stage import expect
from tests.fleet import hearing
from tests.fleet.asking import ask
from tests.fleet.commands import LONG_S, run
from tests.fleet.fleet import HERE, HUB, SPARE, Fleet
from tests.fleet.host import Host

PI = "bookworm-arm64"
WITH_ALL = {
    "satellite_wake_engine": "pymicro-wakeword",  # the other ones are too slow there to hear in real time
    "satellite_echo_cancellation": True,
    "satellite_stop_word": True,
}
UNIT = "etc/systemd/system/hark-satellite.service.d/emulated.conf"
EMULATED = "[Service]\nPrivateUsers=no\n"  # the kernel makes a user namespace for one thread alone, and QEMU has more
BIN = "/opt/hark/satellite/current/bin"
QUESTIONS = HERE / "bench/questions"
PLACE = "srv"  # of this check's own files on the host
NEAR = 0.01  # of two scores of one step: the kernels of two processors round differently
HEARD = 0.5
Heard = dict[str, dict[str, list[float]]]


def runs_on_aarch64(fleet: Fleet) -> str:
    """The role installs it, the hub has it speak, a question is answered, and it hears what is heard here."""
    fleet.machine.emulate()
    host = Host(SPARE, PI, fleet.hosts[SPARE].address, fleet.folder)
    fleet.renew(host)
    (host.tree / UNIT).parent.mkdir(parents=True)
    (host.tree / UNIT).write_text(EMULATED)
    try:
        processor = host.run("uname", "--machine").strip()
        expect(processor == "aarch64", f"the host is {processor}")
        done = fleet.play("site.yml", "--limit", f"{HUB},{SPARE}", spare=WITH_ALL).whole()
        told = [f"installed in {done.seconds:.0f} s; {done.told(f'{SPARE} has played')}", _doctor(host), ask(host)]
        return "".join(f"\n        {one}" for one in [*told, _hears_alike(host)])
    finally:
        host.cut()  # whoever needs the spare host next needs another processor


def _doctor(host: Host) -> str:
    """What is not well there; raises CommandFailed where it keeps the satellite from its work."""
    command = f"{BIN}/hark-satellite", "doctor", "--config", "/etc/hark/satellite.toml", "--json"
    found = json.loads(host.run(*command, late_s=120))
    missed = [f"{name}: {one['text']}" for name, one in found.items() if one["level"] != "ok"]
    return f"of doctor's {len(found)} checks are well all but {missed}"


def _hears_alike(host: Host) -> str:
    """The engines of both processors, with the same recordings."""
    shutil.copytree(QUESTIONS, host.tree / PLACE / QUESTIONS.name, dirs_exist_ok=True)
    shutil.copy(Path(hearing.__file__), host.tree / PLACE)
    there = json.loads(host.run(f"{BIN}/python", f"/{PLACE}/hearing.py", f"/{PLACE}/{QUESTIONS.name}", late_s=LONG_S))
    here = json.loads(run([sys.executable, "-m", hearing.__name__, str(QUESTIONS)]))
    apart = _apart(here["heard"], there["heard"])
    expect(apart < NEAR, f"a score is {apart:.3f} apart")
    took = ", ".join(f"{name} {seconds:.2f}" for name, seconds in there["cpu"].items())
    return f"scores at most {apart:.5f} apart, voice alike in all frames; seconds of processor a second: {took}"


def _apart(here: Heard, there: Heard) -> float:
    """How far the scores of any step are apart. Raises Failed where one processor hears what the other does not."""
    apart = 0.0
    for clip, ours in here.items():
        theirs = there[clip]
        expect(ours["voice"] == theirs["voice"], f"voice in {clip} differs")
        for kind in ours.keys() - {"voice"}:
            pairs = list(zip(ours[kind], theirs[kind], strict=True))
            apart = max([apart, *(abs(one - other) for one, other in pairs)])
            expect(all((one >= HEARD) == (other >= HEARD) for one, other in pairs), f"{kind} in {clip} differs")
    return apart


CHECKS: tuple[Callable[[Fleet], str], ...] = (runs_on_aarch64,)
