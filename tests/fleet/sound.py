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
from tests.fleet.fleet import HUB, SPARE, Fleet
from tests.fleet.units import is_led

DEVICES = {"satellite_microphone": "default", "satellite_speaker": "default"}
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


CHECKS: tuple[Callable[[Fleet], str], ...] = (hears_and_speaks_by_a_card,)
