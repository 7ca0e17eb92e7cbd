"""A satellite with a sound card: PortAudio, ALSA and the card's plugin, in the unit as it is hardened."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import sleep

from bench.spoken import record, said
from tests.conformance.stage import expect
from tests.fleet import card
from tests.fleet.asking import QUESTION, REPLY_S
from tests.fleet.fleet import HUB, ROOMS, SPARE, Fleet
from tests.fleet.units import is_led

DEVICES = {"satellite_microphone": "default", "satellite_speaker": "default"}
RULES = "User", "Group", "SupplementaryGroups", "PrivateUsers", "RemoveIPC", "NoNewPrivileges"
PLAYER, KEY = "player", "10700"  # of /etc/asound.conf
SHARES = f"""
import ctypes, grp
class Segment(ctypes.Structure):  # of sys/shm.h: key, uid, gid, cuid, cgid, mode, and what is not set here
    _fields_ = [(name, ctypes.c_uint) for name in "key uid gid cuid cgid mode".split()] + [("_", ctypes.c_char * 128)]
libc, segment = ctypes.CDLL(None), Segment()
found = libc.shmget({KEY}, 4096, 0o1660)
assert found >= 0 and libc.shmctl(found, 2, ctypes.byref(segment)) == 0  # IPC_STAT
segment.gid = grp.getgrnam("audio").gr_gid
libc.shmctl(found, 1, ctypes.byref(segment))  # IPC_SET; ALSA looks no more than this whether it worked
"""
OPENS = f"import ctypes; assert ctypes.CDLL(None).shmget({KEY}, 0, 0o660) >= 0, 'it may not'"
ANSWERED_S = 15.0  # after the question, awake sound and reply have been played


def hears_and_speaks_by_a_card(fleet: Fleet) -> str:
    """A person speaks to the microphone, and the speaker is listened to."""
    spare = fleet.hosts[SPARE]
    fleet.renew(spare)
    spare.run("apt-get", "update", "-q", late_s=300)
    spare.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *card.PACKAGES, late_s=300)
    card.plug_in(spare)
    try:
        done = fleet.play("site.yml", "--limit", f"{HUB},{SPARE}", spare=DEVICES).whole()
        is_led(spare)
        with tempfile.TemporaryDirectory() as folder:
            question = spare.tree / "srv/question.wav"
            record(said(QUESTION, Path(folder)), question)
        with card.listening(spare):
            card.speak(spare, question)
            sleep(ANSWERED_S)
        heard_s = card.loud_s(spare)
        expect(heard_s > REPLY_S, f"its speaker has played {heard_s:.1f} s of sound")
    finally:
        spare.cut()
        fleet.play("site.yml", "--limit", HUB).whole()
    return f"{done.told(f'{SPARE} has played')}; then {heard_s:.1f} s of sound after {QUESTION!r}"


def shares_its_card(fleet: Fleet) -> str:
    """What ALSA keeps of a shared card is another program's, too, whichever began it, and outlives the satellite.

    There is no card here to share, so the satellite's part is played by a program with its user and its unit's rules.
    """
    room = next(fleet.hosts[name] for name, variables in ROOMS.items() if "satellite_card" in variables)
    own = [f"--property={name}={room.shown('hark-satellite', name)}" for name in RULES]
    room.run("useradd", "--system", "--gid", "audio", PLAYER)
    try:
        room.run("systemd-run", "--quiet", "--wait", "--pipe", *own, "/usr/bin/python3", "-c", SHARES)
        room.run("systemctl", "restart", "hark-satellite")
        is_led(room)
        room.run("runuser", "--user", PLAYER, "--", "/usr/bin/python3", "-c", OPENS)
    finally:
        room.run("userdel", PLAYER)
        room.works("ipcrm", "--shmem-key", KEY)
    return f"memory of {room.name}'s user is open to the group audio, after a restart too"


CHECKS: tuple[Callable[[Fleet], str], ...] = (shares_its_card, hears_and_speaks_by_a_card)
